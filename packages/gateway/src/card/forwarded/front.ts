// The card listener behind another end of TLS: plain HTTP, for listed peers only. What the front says of a certificate is
// where to find it and nothing else; whether it counts is judged from its bytes, by the same function as at our own
// listener. That a front which is believed here strips these headers from its clients is its part of the agreement, and
// docs/cards.md shows how to see that it does.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { BehindSetting } from '../../config/card-settings.ts';
import type { Config } from '../../config/config.ts';
import { type PeerCheck, peerCheck } from '../../forward-auth/peers.ts';
import type { Presented } from '../desk.ts';
import { readForwarded } from './forms.ts';

export function presentedByFront(
  { form }: BehindSetting,
  incoming: IncomingMessage,
): Presented | 'malformed' {
  const forwarded = readForwarded(form, (name) => incoming.headersDistinct[name] ?? []);
  if (forwarded === 'malformed') return 'malformed';
  const [certificate, ...more] = forwarded;
  // The front made the handshake; what the platform would have verified is verified again in judge.ts.
  return { certificate, more, authorized: true, resumed: false };
}

export type FrontServe = (incoming: IncomingMessage, response: ServerResponse) => void;

/** Certificates travel in the head: it may be longer than elsewhere. */
const longestHead = 65_536;

/** Nobody but a listed peer gets an answer with a word in it. */
export function createFrontListener(
  setting: BehindSetting,
  limits: Config['limits'],
  serve: FrontServe,
  refused: (why: 'peer' | 'secret', peer: string | undefined) => void,
): Server {
  const check: PeerCheck = peerCheck(setting);
  const server = createServer(
    { maxHeaderSize: longestHead, requireHostHeader: true, noDelay: true },
    (incoming, response) => {
      const flaw = check(incoming);
      if (flaw === undefined) return serve(incoming, response);
      refused(flaw, incoming.socket.remoteAddress);
      response.shouldKeepAlive = false;
      response.writeHead(403).end();
    },
  );
  server.headersTimeout = limits.headTime * 1000;
  server.requestTimeout = limits.headTime * 1000;
  server.maxConnections = limits.connections;
  return server;
}
