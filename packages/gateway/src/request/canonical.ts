// From what node:http parsed to a canonical request, or a refusal. node's parser already refuses much (CL with TE,
// bare CR, NUL...); the table below is what it lets through and a portal might read differently (attacks.md 0.3, R11).
import type { IncomingMessage } from 'node:http';
import type { CanonicalRequest, Refusal } from './request.ts';
import { type ParsedTarget, parseTarget } from './target.ts';

export interface EdgeRules {
  /** Exact Host values allowed, lower case, with the port where there is one. */
  readonly hosts: ReadonlySet<string>;
  /** Cookie name prefix of the gateway, which may occur once per name. */
  readonly cookiePrefix: string;
}

const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** Headers of which node keeps the first silently, or which two readers could take from different ends. */
const singletons = new Set([
  'host', 'content-length', 'content-type', 'transfer-encoding', 'authorization', 'origin', 'referer', 'user-agent', 'expect', 'upgrade',
  'content-encoding', 'range', 'if-range', 'if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since', 'sec-fetch-mode', 'sec-fetch-site',
  'sec-fetch-dest', 'sec-websocket-key', 'sec-websocket-version', 'cookie', 'x-requested-with',
]);

interface Read {
  readonly incoming: IncomingMessage;
  readonly edge: EdgeRules;
  readonly headers: ReadonlyMap<string, string>;
}

interface Rule {
  readonly reason: string;
  readonly status?: Refusal['status'];
  readonly breaks: (read: Read) => boolean;
}

/** One row, one reason. Every row closes the connection: after a doubt about framing nothing on it can be believed. */
const rules: readonly Rule[] = [
  { reason: 'http-version', breaks: ({ incoming }) => incoming.httpVersion !== '1.1' && incoming.httpVersion !== '1.0' },
  // A chunked body on 1.0: node parses the next request from it (A040).
  { reason: 'transfer-encoding-on-1.0', breaks: ({ incoming, headers }) => incoming.httpVersion === '1.0' && headers.has('transfer-encoding') },
  { reason: 'host', status: 421, breaks: ({ edge, headers }) => !edge.hosts.has(headers.get('host')?.toLowerCase() ?? '') },
  { reason: 'method', status: 405, breaks: ({ incoming }) => !methods.has(incoming.method ?? '') },
  { reason: 'transfer-encoding', breaks: ({ headers }) => (headers.get('transfer-encoding') ?? 'chunked') !== 'chunked' },
  { reason: 'two-lengths', breaks: ({ headers }) => headers.has('transfer-encoding') && headers.has('content-length') },
  { reason: 'content-length', breaks: ({ headers }) => !/^(0|[1-9][0-9]{0,14})$/.test(headers.get('content-length') ?? '0') },
  { reason: 'expect', status: 417, breaks: ({ headers }) => (headers.get('expect') ?? '100-continue').toLowerCase() !== '100-continue' },
  // A body on GET, HEAD or OPTIONS has no meaning, and an upstream that does not read it takes it for a request (A044).
  { reason: 'body-on-get', breaks: ({ incoming, headers }) => bodiless.has(incoming.method ?? '') && hasBody(headers) },
  { reason: 'too-many-headers', status: 431, breaks: ({ incoming }) => incoming.rawHeaders.length > 200 },
  { reason: 'trailer', breaks: ({ headers }) => headers.has('trailer') },
  { reason: 'own-cookie-twice', breaks: ({ edge, headers }) => repeatsOwnCookie(headers.get('cookie'), edge.cookiePrefix) },
  { reason: 'upgrade', breaks: ({ incoming, headers }) => headers.has('upgrade') && !soundUpgrade(incoming, headers) },
  // Method overrides would make the portal run another method than the one judged (A086).
  { reason: 'method-override', breaks: ({ headers }) => headers.has('x-http-method-override') || headers.has('x-method-override') || headers.has('x-http-method') },
];

const bodiless = new Set(['GET', 'HEAD', 'OPTIONS']);

function hasBody(headers: ReadonlyMap<string, string>): boolean {
  return headers.has('transfer-encoding') || (headers.get('content-length') ?? '0') !== '0';
}

function soundUpgrade(incoming: IncomingMessage, headers: ReadonlyMap<string, string>): boolean {
  const asked = (headers.get('connection') ?? '').toLowerCase().split(',').some((token) => token.trim() === 'upgrade');
  return incoming.method === 'GET' && headers.get('upgrade')?.toLowerCase() === 'websocket' && asked && incoming.httpVersion === '1.1';
}

function repeatsOwnCookie(cookie: string | undefined, prefix: string): boolean {
  if (cookie === undefined || !cookie.includes(prefix)) return false;
  const names = cookie.split(';').map((pair) => pair.slice(0, Math.max(0, pair.indexOf('='))).trim()).filter((name) => name.startsWith(prefix));
  return new Set(names).size !== names.length;
}

/** Judges the head of a request. Pure; reads no body. */
export function canonicalise(incoming: IncomingMessage, edge: EdgeRules): CanonicalRequest | Refusal {
  const headers = readHeaders(incoming.rawHeaders);
  if (typeof headers === 'string') return { status: 400, reason: headers, close: true };
  const read = { incoming, edge, headers };
  const broken = rules.find((rule) => rule.breaks(read));
  if (broken !== undefined) return { status: broken.status ?? 400, reason: broken.reason, close: true };
  const target = parseTarget(incoming.url ?? '');
  if ('refused' in target) return { status: target.refused === 'target-too-long' ? 414 : 400, reason: target.refused, close: true };
  return assembled(read, target);
}

function assembled({ incoming, headers }: Read, target: ParsedTarget): CanonicalRequest {
  return {
    method: incoming.method ?? 'GET',
    ...target,
    host: (headers.get('host') ?? '').toLowerCase(),
    headers,
    peer: plainAddress(incoming.socket.remoteAddress ?? ''),
    bodyLength: headers.has('transfer-encoding') ? 'chunked' : Number(headers.get('content-length') ?? 0),
    upgrade: headers.has('upgrade') ? 'websocket' : undefined,
  };
}

/** `::ffff:192.0.2.1` is 192.0.2.1: one machine, one address (A133). */
export function plainAddress(address: string): string {
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;
}

/** Names are letters, digits and dashes only: `X_Identity` and `X.Identity` become `X-Identity` in some servers (A060). */
function readHeaders(raw: readonly string[]): ReadonlyMap<string, string> | string {
  const headers = new Map<string, string>();
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = (raw[at] ?? '').toLowerCase();
    const value = raw[at + 1] ?? '';
    if (!soundName(name)) return 'header-name';
    if (!soundValue(value)) return 'header-value';
    const before = headers.get(name);
    if (before !== undefined && singletons.has(name)) return 'duplicate-header';
    headers.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return headers;
}

function soundName(name: string): boolean {
  for (let at = 0; at < name.length; at += 1) {
    const code = name.charCodeAt(at);
    const sound = (code >= 0x61 && code <= 0x7a) || (code >= 0x30 && code <= 0x39) || code === 0x2d;
    if (!sound) return false;
  }
  return name.length > 0 && name.length <= 64;
}

/** Visible ASCII, space and tab. Bytes above are read as Latin-1 by some and UTF-8 by others (A077). */
function soundValue(value: string): boolean {
  for (let at = 0; at < value.length; at += 1) {
    const code = value.charCodeAt(at);
    if ((code < 0x20 && code !== 0x09) || code > 0x7e) return false;
  }
  return true;
}
