// Listeners with every limit set: sizes, counts and times (R14). Plain or TLS.

import { readFileSync } from 'node:fs';
import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Config, ListenAddress } from './config/config.ts';

type OnRequest = (incoming: IncomingMessage, response: ServerResponse) => void;
type OnUpgrade = (incoming: IncomingMessage, socket: Duplex, head: Uint8Array) => void;

/** Builds the clients' listener; nothing listens yet. */
export function createListener(config: Config, onRequest: OnRequest, onUpgrade: OnUpgrade): Server {
  const { headTime, bodyTime, keepAlive, connections } = config.limits;
  const limits: ServerOptions = {
    headersTimeout: headTime * 1000,
    requestTimeout: bodyTime * 1000,
    keepAliveTimeout: keepAlive * 1000,
    maxHeaderSize: 16_384,
    insecureHTTPParser: false,
    requireHostHeader: true,
    noDelay: true,
    connectionsCheckingInterval: 1000,
  };
  const server =
    config.tls === undefined
      ? createServer(limits, onRequest)
      : createSecureServer(
          {
            ...limits,
            cert: readFileSync(config.tls.cert),
            key: readFileSync(config.tls.key),
            minVersion: 'TLSv1.2',
          },
          onRequest,
        );
  server.maxConnections = connections;
  server.on('upgrade', onUpgrade);
  // Expect is judged by the edge's table; without these node would answer by itself before it.
  server.on('checkExpectation', onRequest);
  server.on('clientError', (_error, socket) => {
    if (socket.writable)
      socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  });
  return server;
}

/** Resolves with the port once it listens; rejects when the address cannot be had. */
export function listenOn(server: Server, address: ListenAddress): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(address.port, address.host, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/** Stops listening and waits for what is under way, then cuts what is left. */
export function closeServer(server: Server, graceMilliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    if (!server.listening) return resolve();
    const timer = setTimeout(() => server.closeAllConnections(), graceMilliseconds);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });
}
