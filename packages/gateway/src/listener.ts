// Listeners with every limit set: sizes, counts and times (R14). Plain or TLS, with a certificate that can be renewed
// while it listens.
import { X509Certificate } from 'node:crypto';
import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from 'node:http';
import { createServer as createSecureServer, Server as SecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Config } from './config/config.ts';
import type { ListenAddress } from './config/listen-settings.ts';
import { readPair } from './files/certificate-pair.ts';
import { listenFault } from './listen-fault.ts';
import type { Log } from './log.ts';
import { distrust, isAnswering } from './request/connection.ts';

type OnRequest = (incoming: IncomingMessage, response: ServerResponse) => void;
type OnUpgrade = (incoming: IncomingMessage, socket: Duplex, head: Uint8Array) => void;

/** How a server for the gateway is made; what can still be set later is applyLimits. */
export const listenerOptions: ServerOptions = {
  maxHeaderSize: 16_384,
  insecureHTTPParser: false,
  // The edge's table judges Host, missing ones too; node's own refusal may be kept by a cache.
  requireHostHeader: false,
  noDelay: true,
  connectionsCheckingInterval: 1000,
};

/**
 * Only where every request is ours: no stream is set up for a body that was not announced (a tenth of what the server's
 * half of a request costs). An app that shares a server may ask such a stream whether it is alive.
 */
const ownOptions: ServerOptions = { ...listenerOptions, optimizeEmptyRequests: true };

/** Builds the clients' listener; nothing listens yet. */
export function createListener(config: Config, onRequest: OnRequest, onUpgrade: OnUpgrade): Server {
  const server =
    config.tls === undefined
      ? createServer(ownOptions, onRequest)
      : createSecureServer({ ...ownOptions, ...readPair(config.tls), minVersion: 'TLSv1.2' }, onRequest);
  applyLimits(server, config.limits);
  hearRequests(server, onRequest, onUpgrade);
  return server;
}

/** Every way besides "request" by which a request leaves node's parser. */
export function hearRequests(server: Server, onRequest: OnRequest, onUpgrade: OnUpgrade): void {
  server.on('upgrade', onUpgrade);
  // Expect is judged by the edge's table; without these node would answer by itself before it.
  server.on('checkExpectation', onRequest);
  server.on('checkContinue', (incoming: IncomingMessage, response: ServerResponse) => {
    if (incoming.headers.expect?.toLowerCase() === '100-continue') response.writeContinue();
    onRequest(incoming, response);
  });
  server.on('clientError', refuseUnparsed);
}

const unparsed: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: '413 Content Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

/** What node's parser could not read, or waited for too long. In the middle of another answer only the end is clear. */
function refuseUnparsed(error: NodeJS.ErrnoException, socket: Duplex): void {
  distrust(socket);
  if (!socket.writable || isAnswering(socket)) return void socket.destroy();
  const status = unparsed[error.code ?? ''] ?? '400 Bad Request';
  socket.end(
    `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\nCache-Control: no-store\r\n\r\n`,
    () => socket.destroy(),
  );
}

/**
 * Times and counts of a listener; connections that are open keep those they began with. `timeout` is for clients that take
 * nothing of an answer that is here already: without it a stranger holds a connection for good by not reading. Twice the
 * portal's own time, since a client hears nothing while who it is and what it asked for are asked one after the other.
 */
export function applyLimits(
  server: Server,
  { headTime, bodyTime, keepAlive, upstreamTime, connections }: Config['limits'],
): void {
  server.headersTimeout = headTime * 1000;
  server.requestTimeout = bodyTime * 1000;
  server.keepAliveTimeout = keepAlive * 1000;
  server.timeout = 2 * upstreamTime * 1000;
  server.maxConnections = connections;
}

/** What each listener shows now, so that a renewal is told from a file that was only touched. */
const shown = new WeakMap<Server, string>();

/**
 * Shows the certificate its files hold now to whoever connects from here on. A pair that does not fit (one file of two
 * written so far) is left for the next time, with a line in the log; the old one stays.
 */
export function renewCertificate(server: Server, { tls }: Pick<Config, 'tls'>, log: Log): void {
  if (tls === undefined || !(server instanceof SecureServer)) return;
  try {
    const pair = readPair(tls);
    const { fingerprint256, validTo } = new X509Certificate(pair.cert);
    if (shown.get(server) === fingerprint256) return;
    server.setSecureContext({ ...pair, minVersion: 'TLSv1.2' });
    if (shown.has(server)) log({ kind: 'certificate-renewed', fingerprint256, validTo });
    shown.set(server, fingerprint256);
  } catch (error) {
    log({ kind: 'certificate-unsound', message: error instanceof Error ? error.message : 'unknown' });
  }
}

/** Resolves with the port once it listens; rejects, naming the setting, when the address cannot be had. */
export function listenOn(server: Server, address: ListenAddress, setting: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const refused = (error: Error): void => reject(listenFault(address, setting, error));
    server.once('error', refused);
    server.listen(address.port, address.host, () => {
      server.off('error', refused);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/** Stops listening and waits for what is under way, then cuts what is left; WebSockets are not the server's to cut. */
export function closeServer(server: Server, graceMilliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    if (!server.listening) return resolve();
    const timer = setTimeout(() => {
      server.closeAllConnections();
      resolve();
    }, graceMilliseconds);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });
}
