// Node's own client behind the same contract: the fallback an operator can choose, and the yardstick of ours. What it
// does not do by itself is done here: no byte is read on an idle socket, no socket is used after a doubt, silence ends.

import {
  Agent,
  type ClientRequest,
  type IncomingMessage,
  request as plain,
  type ServerResponse,
} from 'node:http';
import { Agent as SecureAgent, request as secure } from 'node:https';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { hostOf, portOf } from '../url-place.ts';
import {
  type Exchange,
  type OutgoingHead,
  type Upgraded,
  type Upstream,
  UpstreamError,
  type UpstreamSetting,
} from './exchange.ts';
import { switchFlaw } from './handshake.ts';
import { headText } from './outgoing-head.ts';

export function createHttpUpstream(setting: UpstreamSetting): Upstream {
  const agent = agentOf(setting);
  const start = (head: OutgoingHead, pooled: boolean): ClientRequest => {
    headText(head);
    const { url, ca, timeoutMilliseconds } = setting;
    const isSecure = url.protocol === 'https:';
    const options = {
      agent: pooled ? agent : false,
      host: hostOf(url),
      port: portOf(url),
      method: head.method,
      path: head.target,
      headers:
        head.assertion === undefined ? head.headers : [...head.headers, 'Palier-Assertion', head.assertion],
      setHost: false,
      timeout: timeoutMilliseconds,
      insecureHTTPParser: false,
      maxHeaderSize: 32_768,
      ...(ca !== undefined && { ca }),
    };
    return isSecure ? secure(options) : plain(options);
  };
  return {
    host: setting.host,
    send: async (head, body, client) => sent(start, head, body, client),
    upgrade: async (head, client) => switched(start(head, false), head, client),
    retire: () => {
      Object.assign(agent, { keepAlive: false });
      for (const socket of Object.values(agent.freeSockets).flat()) socket?.destroy();
    },
    close: () => agent.destroy(),
  };
}

function agentOf({ url, mostSockets }: UpstreamSetting): Agent {
  const pool = {
    keepAlive: true,
    noDelay: true,
    maxSockets: mostSockets,
    maxFreeSockets: 64,
    scheduling: 'lifo' as const,
  };
  const agent = url.protocol === 'https:' ? new SecureAgent(pool) : new Agent(pool);
  const { keepSocketAlive, reuseSocket } = agent;
  // Bytes on an idle socket answer nothing that was asked; node would drop them unseen and use the socket again (A049).
  const unasked = function (this: Duplex): void {
    this.destroy();
  };
  agent.keepSocketAlive = (socket) => {
    socket.on('data', unasked);
    return keepSocketAlive.call(agent, socket);
  };
  agent.reuseSocket = (socket, request) => {
    socket.off('data', unasked);
    reuseSocket.call(agent, socket, request);
  };
  return agent;
}

type Start = (head: OutgoingHead, pooled: boolean) => ClientRequest;
type Body = Uint8Array | IncomingMessage | undefined;

async function sent(
  start: Start,
  head: OutgoingHead,
  body: Body,
  client: Duplex | undefined,
): Promise<Exchange> {
  const request = start(head, true);
  try {
    return await answered(request, body, client);
  } catch (error) {
    // As in `socket-upstream.ts`: the portal closed an idle connection just as the request went out on it.
    const repeatable = head.once !== true && ['GET', 'HEAD', 'OPTIONS'].includes(head.method);
    const safe = body === undefined && repeatable;
    const stale = request.reusedSocket && error instanceof UpstreamError && error.code === 'unreachable';
    if (safe && stale) return answered(start(head, false), body, client);
    throw error;
  }
}

function answered(request: ClientRequest, body: Body, client: Duplex | undefined): Promise<Exchange> {
  const answer = headOf(request, client, (incoming) => exchangeOf(incoming, request));
  if (body === undefined || body instanceof Uint8Array) request.end(body);
  // A client that leaves in the middle of its body must not leave half a request in the pool (A046).
  else
    pipeline(body, request).catch((error: unknown) =>
      request.destroy(new UpstreamError('client-gone', error)),
    );
  return answer;
}

/** Waits for a head; a client that leaves before it takes the request with it. */
function headOf(
  request: ClientRequest,
  client: Duplex | undefined,
  made: (incoming: IncomingMessage) => Exchange,
): Promise<Exchange> {
  const gone = (): void => void request.destroy(new UpstreamError('client-gone'));
  client?.once('close', gone);
  boundHead(request);
  return new Promise<Exchange>((resolve, reject) => {
    request.once('response', (incoming) => {
      if (incoming.httpVersion === '1.1' || incoming.httpVersion === '1.0') resolve(made(incoming));
      else request.destroy(badAnswer('another protocol'));
    });
    request.on('error', (error) => reject(asUpstreamError(error)));
    if (request.listenerCount('upgrade') > 0) return;
    request.once('upgrade', (_incoming, socket) => {
      socket.destroy();
      reject(badAnswer('a switch nobody asked for'));
    });
  }).finally(() => client?.off('close', gone));
}

const mostInterim = 8;

/** Ends silence before the head, and an endless row of interim answers, which node would read for ever (A257). */
function boundHead(request: ClientRequest): void {
  let interim = 0;
  request.on('timeout', () => request.destroy(new UpstreamError('timeout')));
  request.on('information', () => {
    interim += 1;
    if (interim > mostInterim) request.destroy(badAnswer('too many interim answers'));
  });
}

function badAnswer(flaw: string): UpstreamError {
  return new UpstreamError('bad-answer', new Error(flaw));
}

function asUpstreamError(error: unknown): UpstreamError {
  if (error instanceof UpstreamError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return new UpstreamError(code.startsWith('HPE_') ? 'bad-answer' : 'unreachable', error);
}

function exchangeOf(incoming: IncomingMessage, request: ClientRequest): Exchange {
  const { rawHeaders: raw } = incoming;
  boundBody(incoming, request);
  // An answer before the body was sent leaves bytes on the way: this socket is not used again (A049).
  incoming.once('end', () => {
    if (!request.writableFinished) incoming.socket.destroy();
  });
  return {
    status: incoming.statusCode ?? 502,
    statusText: incoming.statusMessage ?? '',
    headers: Array.from(
      { length: raw.length / 2 },
      (_, at) => [raw[at * 2] ?? '', raw[at * 2 + 1] ?? ''] as const,
    ),
    isWhole: () => false,
    relay: (response) => relay(incoming, response),
    collect: (limit) => collect(incoming, limit),
    abort: () => {
      if (!incoming.complete) incoming.destroy();
    },
  };
}

/** An event stream may be silent for hours; whoever may no longer see it is cut by `live.ts`. */
function boundBody(incoming: IncomingMessage, request: ClientRequest): void {
  request.removeAllListeners('timeout');
  if (incoming.headers['content-type']?.startsWith('text/event-stream') === true)
    incoming.socket.setTimeout(0);
  else request.on('timeout', () => incoming.destroy(new UpstreamError('timeout')));
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
  const pieces: Buffer[] = [];
  let length = 0;
  try {
    for await (const piece of incoming as AsyncIterable<Buffer>) {
      length += piece.length;
      if (length > limit) return 'too-large';
      pieces.push(piece);
    }
  } catch (error) {
    throw asUpstreamError(error);
  }
  if (!incoming.complete) throw new UpstreamError('bad-answer');
  return Buffer.concat(pieces);
}

function switched(
  request: ClientRequest,
  head: OutgoingHead,
  client: Duplex | undefined,
): Promise<Upgraded | Exchange> {
  const upgraded = new Promise<Upgraded>((resolve, reject) => {
    request.once('upgrade', (incoming, socket, rest) => {
      const flaw = switchFlaw(head, exchangeOf(incoming, request).headers);
      socket.on('error', () => socket.destroy());
      if (flaw === undefined)
        return resolve({ exchange: exchangeOf(incoming, request), socket, head: new Uint8Array(rest) });
      socket.destroy();
      reject(badAnswer(`the switch is unsound: ${flaw}`));
    });
  });
  const answer = headOf(request, client, (incoming) => exchangeOf(incoming, request));
  request.end();
  return Promise.race([upgraded, answer]);
}
