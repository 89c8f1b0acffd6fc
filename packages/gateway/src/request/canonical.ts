// From what node:http parsed to a canonical request, or a refusal (R11). node's parser already refuses much (CL with TE,
// bare CR, NUL...); the table below is what it lets through and a portal might read differently (attacks.md 0.3).
// Nothing here depends on a route: what one route may take and another not is policy/admit.ts.
import type { IncomingMessage } from 'node:http';
import { type ClientAddressRules, clientAddressOf, plainAddress } from './client-address.ts';
import { type HeaderRefusal, type LastBlock, readHeaders } from './headers.ts';
import type { CanonicalRequest, Refusal } from './request.ts';
import { type ParsedTarget, parseTarget, type TargetRefusal } from './target.ts';

export interface EdgeRules {
  /** Exact Host values allowed, lower case, with the port where there is one. */
  readonly hosts: ReadonlySet<string>;
  /** Cookie name prefix of the gateway; each such name may occur once. */
  readonly cookiePrefix: string;
  /** Which peers are fronts that say for whom they ask; undefined where clients come by themselves. */
  readonly clientAddress?: ClientAddressRules | undefined;
}

/** The methods a route can be declared with, and HEAD, which goes with GET. */
const methods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

type Headers = ReadonlyMap<string, string>;

/** What the rows judge; of an IncomingMessage only this is read. */
export type RawRequest = Pick<IncomingMessage, 'method' | 'url' | 'httpVersion' | 'rawHeaders'> & {
  readonly socket: { readonly remoteAddress?: string | undefined };
};

interface Read {
  readonly raw: RawRequest;
  readonly edge: EdgeRules;
  readonly headers: Headers;
}

interface Rule {
  readonly reason: string;
  readonly status?: Refusal['status'];
  readonly breaks: (read: Read) => boolean;
}

/** One row, one reason. Every row closes the connection: after a doubt about framing nothing on it can be believed. */
const rules: readonly Rule[] = [
  // A line without a version is HTTP/0.9 to node, and `HTTP/2.0` on a text line is nothing at all (A034).
  { reason: 'http-version', breaks: ({ raw }) => raw.httpVersion !== '1.1' && raw.httpVersion !== '1.0' },
  // 1.0 has no chunks, and node would parse the next request from what follows (A040).
  {
    reason: 'transfer-encoding-on-1.0',
    breaks: ({ raw, headers }) => isOld(raw) && headers.has('transfer-encoding'),
  },
  // Keep-alive on 1.0 is a later invention with its own ideas of where a request ends (A089).
  {
    reason: 'keep-alive-on-1.0',
    breaks: ({ raw, headers }) => isOld(raw) && connectionAsks(headers, 'keep-alive'),
  },
  // Missing, empty, foreign, with another port, with a trailing dot: all not in the list (A029, A035).
  {
    reason: 'host',
    status: 421,
    breaks: ({ edge, headers }) => !edge.hosts.has(headers.get('host')?.toLowerCase() ?? ''),
  },
  { reason: 'method', status: 405, breaks: ({ raw }) => !methods.has(raw.method ?? '') },
  // Exactly this word, in this case, once (A038).
  {
    reason: 'transfer-encoding',
    breaks: ({ headers }) => (headers.get('transfer-encoding') ?? 'chunked') !== 'chunked',
  },
  {
    reason: 'two-lengths',
    breaks: ({ headers }) => headers.has('transfer-encoding') && headers.has('content-length'),
  },
  {
    reason: 'content-length',
    breaks: ({ headers }) => headers.has('content-length') && !isLength(headers.get('content-length') ?? ''),
  },
  {
    reason: 'expect',
    status: 417,
    breaks: ({ headers }) => (headers.get('expect') ?? '100-continue').toLowerCase() !== '100-continue',
  },
  // It has no meaning, and a portal that does not read it takes it for the next request (A044).
  { reason: 'body-on-get', breaks: ({ raw, headers }) => bodiless.has(raw.method ?? '') && hasBody(headers) },
  // Fields after the body would pass every check made before it (R4).
  { reason: 'trailer', breaks: ({ headers }) => headers.has('trailer') },
  {
    reason: 'own-cookie-twice',
    breaks: ({ edge, headers }) => repeatsOwnCookie(headers.get('cookie'), edge.cookiePrefix),
  },
  { reason: 'upgrade', breaks: ({ raw, headers }) => headers.has('upgrade') && !isHandshake(raw, headers) },
  // The portal would run another method than the one judged (A086).
  { reason: 'method-override', breaks: ({ headers }) => overrides.some((name) => headers.has(name)) },
  // Sent in the first flight of TLS 1.3, which a thief can send again (RFC 8470 section 5.1; A092).
  { reason: 'early-data', status: 425, breaks: ({ headers }) => headers.has('early-data') },
];

const bodiless: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);
const overrides = ['x-http-method-override', 'x-method-override', 'x-http-method'];

/** Judges the head of a request; reads no body. `last` is what this connection said before, if anything. */
export function canonicalise(raw: RawRequest, edge: EdgeRules, last?: LastBlock): CanonicalRequest | Refusal {
  const headers = readHeaders(raw.rawHeaders, last);
  if (typeof headers === 'string') return refusal(headers);
  const read = { raw, edge, headers };
  const broken = rules.find((rule) => rule.breaks(read));
  if (broken !== undefined) return refusalOf(broken);
  const target = parseTarget(raw.url ?? '');
  return 'refused' in target ? refusal(target.refused) : assembled(read, target);
}

function refusalOf({ status = 400, reason }: Rule): Refusal {
  return { status, reason, close: true, ...(status === 405 && { allow: [...methods] }) };
}

function refusal(reason: HeaderRefusal | TargetRefusal): Refusal {
  const status = reason === 'target-too-long' ? 414 : reason === 'too-many-headers' ? 431 : 400;
  return { status, reason, close: true };
}

function assembled(
  { raw, edge, headers }: Read,
  { target, path, segments, query }: ParsedTarget,
): CanonicalRequest {
  return {
    method: raw.method ?? '',
    target,
    path,
    segments,
    query,
    host: (headers.get('host') ?? '').toLowerCase(),
    headers,
    peer: clientAddressOf(plainAddress(raw.socket.remoteAddress ?? ''), headers, edge.clientAddress),
    bodyLength: headers.has('transfer-encoding') ? 'chunked' : Number(headers.get('content-length') ?? 0),
    upgrade: headers.has('upgrade') ? 'websocket' : undefined,
  };
}

function isOld(raw: RawRequest): boolean {
  return raw.httpVersion === '1.0';
}

function connectionAsks(headers: Headers, token: string): boolean {
  const connection = headers.get('connection');
  return connection?.split(',').some((one) => one.trim().toLowerCase() === token) ?? false;
}

/** One to fifteen digits without a leading zero: exact in every language a portal is written in. */
function isLength(text: string): boolean {
  return /^(0|[1-9][0-9]{0,14})$/.test(text);
}

function hasBody(headers: Headers): boolean {
  return headers.has('transfer-encoding') || (headers.get('content-length') ?? '0') !== '0';
}

/** A WebSocket handshake as RFC 6455 section 4.1 asks for it; no other upgrade exists here (A083). */
function isHandshake(raw: RawRequest, headers: Headers): boolean {
  return (
    raw.method === 'GET' &&
    raw.httpVersion === '1.1' &&
    headers.get('upgrade')?.toLowerCase() === 'websocket' &&
    connectionAsks(headers, 'upgrade') &&
    headers.get('sec-websocket-version') === '13' &&
    /^[A-Za-z0-9+/]{21}[AQgw]==$/.test(headers.get('sec-websocket-key') ?? '')
  );
}

function repeatsOwnCookie(cookie: string | undefined, prefix: string): boolean {
  const first = cookie?.indexOf(prefix) ?? -1;
  if (cookie === undefined || first === -1 || !cookie.includes(prefix, first + prefix.length)) return false;
  const names = cookie.split(';').map((pair) => (pair.split('=')[0] ?? '').trim());
  const own = names.filter((name) => name.startsWith(prefix));
  return new Set(own).size !== own.length;
}
