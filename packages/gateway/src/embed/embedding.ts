// The gateway on a server that somebody else made: taken whole, requests and handshakes, or not at all. After that nothing
// else may listen for requests there.
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Config } from '../config/config.ts';
import { applyLimits, hearRequests } from '../listener.ts';
import type { Log } from '../log.ts';
import { flawsOf, ways } from './flaws.ts';
import { createMount, type Mountable } from './mount.ts';

export interface Embedding {
  readonly mountable: Mountable;
  /** Throws a TypeError with every reason when a guarantee would be lost; nothing has changed then. */
  attach(server: Server, limits: Config['limits']): void;
  applyLimits(limits: Config['limits']): void;
}

export interface Handlers {
  readonly request: (incoming: IncomingMessage, response: ServerResponse) => void;
  readonly upgrade: (incoming: IncomingMessage, socket: Duplex, head: Uint8Array) => void;
  readonly log: Log;
}

export function createEmbedding({ request, upgrade, log }: Handlers): Embedding {
  const attached = new Set<Server>();
  const mount = createMount((incoming, response, flaw) => {
    const server = (incoming.socket as Duplex & { readonly server?: Server }).server;
    const why =
      flaw ?? (server !== undefined && attached.has(server) ? undefined : 'its server is not attached');
    if (why === undefined) return request(incoming, response);
    log({ kind: 'broken', error: `the gateway is embedded wrongly: ${why}` });
    response
      .writeHead(503, { 'cache-control': 'no-store', connection: 'close', 'content-length': '0' })
      .end();
  });
  return {
    mountable: mount.mountable,
    attach: (server, limits) => {
      const flaws = flawsOf(server, mount.app());
      if (flaws.length > 0) throw new TypeError(`the gateway cannot take this server: ${flaws.join('; ')}`);
      if (mount.app() === undefined) server.on('request', request);
      hearRequests(server, request, upgrade);
      applyLimits(server, limits);
      server.on('newListener', refuseOthers);
      attached.add(server);
    },
    applyLimits: (limits) => {
      for (const server of attached) applyLimits(server, limits);
    },
  };
}

/** A WebSocket library, a second app: whoever comes later is told at once. */
function refuseOthers(name: string | symbol): void {
  if (ways.some((way) => way === name))
    throw new TypeError(
      `the gateway answers this server's requests: nothing else may listen to "${String(name)}"`,
    );
}
