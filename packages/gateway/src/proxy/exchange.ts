// One round trip with the portal, behind one small interface. The client underneath is node:http with its own
// keep-alive pool; the target bytes go out exactly as they were judged.
import { Agent, type IncomingMessage, type ClientRequest, request as send, type ServerResponse } from 'node:http';
import { Agent as SecureAgent, request as sendSecurely } from 'node:https';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';

export interface OutgoingHead {
  readonly method: string;
  readonly target: string;
  /** Name, value, name, value: in the order they go out. */
  readonly headers: readonly string[];
}

export interface Exchange {
  readonly status: number;
  readonly statusText: string;
  readonly headers: readonly (readonly [string, string])[];
  /** Streams the body to the client with back-pressure; a client that leaves closes the portal's socket too. */
  relay(response: ServerResponse): Promise<'complete' | 'aborted'>;
  /** The whole body, or `too-large` past the limit; the socket is then closed. */
  collect(limit: number): Promise<Uint8Array | 'too-large'>;
  abort(): void;
}

export interface Upgraded {
  readonly exchange: Exchange;
  readonly socket: Duplex;
  readonly head: Uint8Array;
}

export interface Upstream {
  send(head: OutgoingHead, body: Uint8Array | IncomingMessage | undefined): Promise<Exchange>;
  /** Asks for a switch of protocols; an answer other than 101 comes back as an ordinary exchange. */
  upgrade(head: OutgoingHead): Promise<Upgraded | Exchange>;
  close(): void;
}

/** The portal did not answer as HTTP should: 502, or 504 when it was only slow. */
export class UpstreamError extends Error {
  readonly code: 'unreachable' | 'timeout' | 'bad-answer';

  constructor(code: UpstreamError['code'], cause?: unknown) {
    super(`the portal is ${code}`, { cause });
    this.name = 'UpstreamError';
    this.code = code;
  }
}

export interface UpstreamSetting {
  readonly url: URL;
  /** PEM of the authorities that may sign the portal's certificate; undefined for the system's. */
  readonly ca?: string;
  readonly timeoutMilliseconds: number;
  readonly mostSockets: number;
}

/** Opens a pool to one fixed host and port: nothing in a request can choose where its bytes go (A028). */
export function createUpstream(setting: UpstreamSetting): Upstream {
  const secure = setting.url.protocol === 'https:';
  const pool = { keepAlive: true, noDelay: true, maxSockets: setting.mostSockets, maxFreeSockets: 64, scheduling: 'lifo' as const };
  const agent = secure ? new SecureAgent({ ...pool, ...(setting.ca !== undefined && { ca: setting.ca }) }) : new Agent(pool);
  const start = (head: OutgoingHead, own: boolean): ClientRequest => {
    const options = {
      agent: own ? false : agent, host: setting.url.hostname, port: setting.url.port || (secure ? 443 : 80), method: head.method, path: head.target,
      headers: head.headers, setHost: false, timeout: setting.timeoutMilliseconds, insecureHTTPParser: false, maxHeaderSize: 32_768,
    };
    return secure ? sendSecurely({ ...options, ...(setting.ca !== undefined && { ca: setting.ca }) }) : send(options);
  };
  return {
    send: (head, body) => answered(start(head, false), body),
    upgrade: (head) => switched(start(head, true)),
    close: () => agent.destroy(),
  };
}

function answered(request: ClientRequest, body: Uint8Array | IncomingMessage | undefined): Promise<Exchange> {
  const answer = new Promise<Exchange>((resolve, reject) => {
    request.once('response', (incoming) => resolve(exchangeOf(incoming, request)));
    request.once('timeout', () => fail(request, new UpstreamError('timeout')));
    request.once('error', (error) => reject(asUpstreamError(error)));
  });
  if (body === undefined || body instanceof Uint8Array) request.end(body);
  // A client that leaves in the middle of its body must not leave half a request in the pool (A046).
  else pipeline(body, request).catch((error: unknown) => request.destroy(asUpstreamError(error)));
  return answer;
}

function fail(request: ClientRequest, error: UpstreamError): void {
  request.destroy(error);
}

function asUpstreamError(error: unknown): UpstreamError {
  if (error instanceof UpstreamError) return error;
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  return new UpstreamError(code.startsWith('HPE_') ? 'bad-answer' : 'unreachable', error);
}

function exchangeOf(incoming: IncomingMessage, request: ClientRequest): Exchange {
  const { rawHeaders: raw } = incoming;
  // An answer before the body was sent leaves bytes on the way: this socket is not used again (A049).
  if (!request.writableFinished) request.shouldKeepAlive = false;
  const headers = Array.from({ length: raw.length / 2 }, (_, index) => [raw[index * 2] ?? '', raw[index * 2 + 1] ?? ''] as const);
  return {
    status: incoming.statusCode ?? 502,
    statusText: incoming.statusMessage ?? '',
    headers,
    relay: (response) => relay(incoming, response),
    collect: (limit) => collect(incoming, limit),
    abort: () => incoming.destroy(),
  };
}

async function relay(incoming: IncomingMessage, response: ServerResponse): Promise<'complete' | 'aborted'> {
  try {
    await pipeline(incoming, response);
    return 'complete';
  } catch {
    incoming.destroy();
    response.destroy();
    return 'aborted';
  }
}

async function collect(incoming: IncomingMessage, limit: number): Promise<Uint8Array | 'too-large'> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of incoming as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > limit) return 'too-large';
      chunks.push(chunk);
    }
  } catch (error) {
    throw asUpstreamError(error);
  }
  if (!incoming.complete) throw new UpstreamError('bad-answer');
  return new Uint8Array(Buffer.concat(chunks));
}

function switched(request: ClientRequest): Promise<Upgraded | Exchange> {
  return new Promise((resolve, reject) => {
    request.once('upgrade', (incoming, socket, head) => resolve({ exchange: exchangeOf(incoming, request), socket, head: new Uint8Array(head) }));
    request.once('response', (incoming) => resolve(exchangeOf(incoming, request)));
    request.once('timeout', () => fail(request, new UpstreamError('timeout')));
    request.once('error', (error) => reject(asUpstreamError(error)));
    request.end();
  });
}
