// The card listener as the gateway opens, renews and closes it.
import type { Server } from 'node:https';
import type { Config } from '../config/config.ts';
import { brokenLine } from '../front.ts';
import { closeServer, listenOn } from '../listener.ts';
import type { Log } from '../log.ts';
import type { Cards } from './card.ts';
import { type CardFront, cardContext, createCardListener } from './listener.ts';

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
  const server: Server = createCardListener(front, cardContext(cards.setting, config.tls), config.limits);
  return {
    listen: () => listenOn(server, cards.setting.listen),
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
