// The card listener as the gateway opens, renews and closes it.
import type { Server } from 'node:https';
import type { BehindSetting, ClientCertificateSetting } from '../config/card-settings.ts';
import type { Config } from '../config/config.ts';
import { brokenLine } from '../front.ts';
import { closeServer, listenOn } from '../listener.ts';
import type { Log } from '../log.ts';
import type { Cards } from './card.ts';
import { createFrontListener, presentedByFront } from './forwarded/front.ts';
import { type CardFront, cardContext, createCardListener, type Showing, serve } from './listener.ts';

const place = 'listen of client-certificate';

export interface CardDoor {
  listen(): Promise<number>;
  /** Takes up what the files of certificate and trust say now; one that is unsound leaves the old ones and a line in the log. */
  renew(config: Config): void;
  close(): Promise<void>;
}

/** Undefined where the configuration has no cards; to have them, or to have them elsewhere, needs a restart. */
export function createCardDoor(
  config: Config,
  current: () => { readonly cards: Cards | undefined },
  log: Log,
): CardDoor | undefined {
  const cards = current().cards;
  if (cards === undefined) return undefined;
  const broken = (error: unknown): void => log(brokenLine(error));
  const front = (): CardFront => {
    const { setting, desk } = current().cards ?? cards;
    return { setting, desk, mainOrigin: config.origin.origin, broken };
  };
  const { behind } = cards.setting;
  if (behind !== undefined) return doorBehind(behind, cards.setting, front, config, log);
  const server: Server = createCardListener(front, cardContext(cards.setting, config.tls), config.limits);
  return {
    listen: () => listenOn(server, cards.setting.listen, place),
    renew: (next) => {
      try {
        server.setSecureContext(cardContext((current().cards ?? cards).setting, next.tls));
      } catch (error) {
        log({ kind: 'certificate-unsound', message: error instanceof Error ? error.message : 'unknown' });
      }
    },
    close: () => closeServer(server, 1000),
  };
}

/** Plain HTTP for a front that ends TLS itself; it has no certificate of ours to renew. */
function doorBehind(
  behind: BehindSetting,
  { listen }: ClientCertificateSetting,
  front: () => CardFront,
  { limits }: Config,
  log: Log,
): CardDoor {
  const showing: Showing = (incoming) => presentedByFront(front().setting.behind ?? behind, incoming);
  const server = createFrontListener(
    behind,
    limits,
    (incoming, response) => void serve(front(), showing, incoming, response),
    (why, peer) => log({ kind: 'card', outcome: `refused:front-${why}`, peer }),
  );
  return {
    listen: () => listenOn(server, listen, place),
    renew: () => undefined,
    close: () => closeServer(server, 1000),
  };
}
