// One keep-alive connection of the script: sends requests one after the other, keeps the cookies it is given,
// and lets the loot hear every byte that comes back, heads and refusals included.

import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import type { Socket } from 'node:net';
import type { Loot } from './loot.ts';

/** What came back. */
export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What the script sends. */
export interface Errand {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A connection with its own cookies: one browser, as far as the other side can tell. */
export interface Line {
  /** Its cookies; who has them is the same browser to the other side. */
  readonly cookies: Map<string, string>;
  /** Rejects when the connection breaks or stays silent for a minute. */
  send(target: string, errand?: Errand): Promise<Reply>;
  /** Posts a form the way a browser on `origin` does. */
  post(target: string, fields: Readonly<Record<string, string>>): Promise<Reply>;
  /** Posts JSON the way a script on `origin` does. */
  json(target: string, value: unknown): Promise<Reply>;
  close(): void;
}

const SILENCE_MILLISECONDS = 60_000;

/** How a line is opened. */
export interface LineOptions {
  /** What hears the bytes that come back, and for which stolen account. */
  readonly loot?: Loot;
  readonly account?: string;
  /** The address it comes from: 127.0.0.0/8 is all this machine. */
  readonly from?: string;
  /** Ports to spread over, request by request; the origin's own if not given. */
  readonly ports?: readonly number[];
  /** The cookies of another browser, shared or copied. */
  readonly cookies?: Map<string, string>;
}

/** Opens a line to an origin; nothing is connected before the first request. */
export function createLine(origin: URL, options: LineOptions): Line {
  const { loot, account, from, ports = [], cookies = new Map() } = options;
  let sent = 0;
  const agent = new Agent({
    keepAlive: true,
    maxSockets: 1,
    ...(from !== undefined && { localAddress: from }),
  });
  const heard = new WeakSet<Socket>();
  const hear = (socket: Socket): void => {
    if (loot === undefined || heard.has(socket)) return;
    heard.add(socket);
    socket.on('data', loot.listen(account));
  };
  const send: Line['send'] = async (target, errand = {}) => {
    const port = ports[sent++ % ports.length] ?? Number(origin.port);
    const wire: Wire = { origin, port, agent, hear, cookie: cookieHeader(cookies) };
    const reply = await patiently(() => exchange(wire, target, errand));
    keepCookies(cookies, reply.headers['set-cookie'] ?? []);
    return reply;
  };
  return {
    cookies,
    send,
    post: (target, fields) =>
      send(target, {
        method: 'POST',
        body: new URLSearchParams(fields).toString(),
        headers: { 'content-type': 'application/x-www-form-urlencoded', origin: origin.origin },
      }),
    json: (target, value) =>
      send(target, {
        method: 'POST',
        body: JSON.stringify(value),
        headers: { 'content-type': 'application/json', accept: 'application/json', origin: origin.origin },
      }),
    close: () => agent.destroy(),
  };
}

interface Wire {
  readonly origin: URL;
  readonly port: number;
  readonly agent: Agent;
  readonly hear: (socket: Socket) => void;
  readonly cookie: Readonly<Record<string, string>>;
}

const TRIES = 10;
const PAUSE_MILLISECONDS = 250;

/**
 * Tries again as browsers do: where a connection kept open was closed from the other side before the request was read, and
 * where a machine that has other things to do made the portal late (503, and nothing was shown). The clock of the replay
 * stands meanwhile.
 */
async function patiently(once: () => Promise<Reply>): Promise<Reply> {
  for (let tried = 1; ; tried += 1) {
    const reply = await once().catch((error: unknown) => {
      if (!(error instanceof ClosedBefore) || tried === TRIES) throw error;
      return undefined;
    });
    if (reply !== undefined && (reply.status !== 503 || tried === TRIES)) return reply;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLISECONDS));
  }
}

/** The other side had closed the connection that was reused. */
class ClosedBefore extends Error {}

function exchange(wire: Wire, target: string, errand: Errand): Promise<Reply> {
  const { origin, port, agent, hear, cookie } = wire;
  const length =
    errand.body === undefined ? {} : { 'content-length': String(Buffer.byteLength(errand.body)) };
  const headers = { host: origin.host, ...cookie, ...length, ...errand.headers };
  return new Promise((resolve, reject) => {
    const { method = 'GET' } = errand;
    const sending = request({ host: '127.0.0.1', port, agent, method, path: target, headers });
    sending.on('socket', hear);
    sending.on('error', (error: NodeJS.ErrnoException) => {
      const wasClosed = sending.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
      reject(wasClosed ? new ClosedBefore('closed before', { cause: error }) : error);
    });
    sending.setTimeout(SILENCE_MILLISECONDS, () => sending.destroy(new Error(`no answer to ${method}`)));
    sending.on('response', (response) => {
      // What is packed the loot would not read. No line asks for it.
      if (response.headers['content-encoding'] !== undefined)
        reject(new Error('an answer came packed: what is in it would not be counted'));
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(parts).toString('utf8'),
        }),
      );
    });
    sending.end(errand.body);
  });
}

function cookieHeader(cookies: ReadonlyMap<string, string>): Readonly<Record<string, string>> {
  const pairs = [...cookies].map(([name, value]) => `${name}=${value}`);
  return pairs.length === 0 ? {} : { cookie: pairs.join('; ') };
}

// Attributes are for browsers: a script sends back what it was given, wherever it was given.
function keepCookies(cookies: Map<string, string>, set: readonly string[]): void {
  for (const cookie of set) {
    const [pair = ''] = cookie.split(';');
    const mark = pair.indexOf('=');
    if (/;\s*max-age=0(;|$)/i.test(cookie)) cookies.delete(pair.slice(0, mark));
    else if (mark > 0) cookies.set(pair.slice(0, mark), pair.slice(mark + 1));
  }
}
