// How each front says which request it asks about: one spelling per front, named by the path it asks on, so that a header
// a client adds is never the one that is read (A062, A074). What is absent, doubled or said in another front's words is
// refused. The result is judged by the same table as a request to the gateway itself.
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import type { RawRequest } from '../request/canonical.ts';
import type { Refusal } from '../request/request.ts';

export type FrontName = 'nginx' | 'haproxy' | 'caddy' | 'traefik' | 'envoy';

/** What to judge, or why it cannot be read; and who asks, since each front takes its answer in another way. */
export interface Question {
  readonly front: FrontName;
  readonly asked: RawRequest | Refusal;
}

/** Names of the headers, lower case. */
interface Spelling {
  readonly method: string;
  readonly target: string;
  readonly host: string;
  readonly peer: string;
  /** Where the front says how long the body is; undefined: it sends the body's beginning along instead. */
  readonly length: string | undefined;
  readonly coding: string | undefined;
}

/** Set by the configuration we ship, so that no product's own idea of these names comes between. */
const ours: Spelling = {
  method: 'x-original-method',
  target: 'x-original-uri',
  host: 'x-original-host',
  peer: 'x-original-peer',
  length: 'x-original-length',
  coding: 'x-original-coding',
};

/** Set by the products themselves, over whatever the client sent. */
const forwarded: Spelling = {
  method: 'x-forwarded-method',
  target: 'x-forwarded-uri',
  host: 'x-forwarded-host',
  peer: 'x-forwarded-for',
  length: undefined,
  coding: undefined,
};

const spellings: ReadonlyMap<string, readonly [FrontName, Spelling]> = new Map([
  ['/.palier/forward-auth/nginx', ['nginx', ours]],
  ['/.palier/forward-auth/haproxy', ['haproxy', ours]],
  ['/.palier/forward-auth/caddy', ['caddy', { ...forwarded, length: 'x-original-length' }]],
  ['/.palier/forward-auth/traefik', ['traefik', forwarded]],
]);

/** Envoy repeats the request itself below this path. */
const envoyPrefix = '/.palier/ext-authz';

/**
 * Words some server somewhere believes about the request, its path or its sender. From a client they would reach the
 * portal beside what was judged, so a question that carries one its front does not own is refused.
 */
const misleading: ReadonlySet<string> = new Set([
  ...Object.values(ours).filter((name) => name !== undefined),
  ...['x-forwarded-method', 'x-forwarded-uri', 'x-forwarded-path', 'x-forwarded-prefix', 'x-replaced-path'],
  ...['x-original-url', 'x-rewrite-url', 'x-override-url', 'x-http-path-override'],
]);

/** Belong to the question's own message, not to the request it asks about. */
const ofTheMessage: ReadonlySet<string> = new Set([
  ...['host', 'connection', 'keep-alive', 'proxy-connection', 'te', 'content-length', 'transfer-encoding'],
]);

/** Undefined when nobody asks on this path. */
export function readQuestion(incoming: IncomingMessage): Question | undefined {
  const { url = '' } = incoming;
  const pairs = pairsOf(incoming.rawHeaders);
  if (url.startsWith(`${envoyPrefix}/`))
    return { front: 'envoy', asked: fromEnvoy(incoming, url.slice(envoyPrefix.length), pairs) };
  // Caddy keeps the mark of an empty query of the client's, whatever it is told to ask (seen on 2.6).
  const known = spellings.get(url.endsWith('?') ? url.slice(0, -1) : url);
  return known === undefined ? undefined : { front: known[0], asked: told(incoming, known[1], pairs) };
}

type Pairs = readonly (readonly [name: string, value: string])[];

function told(incoming: IncomingMessage, spelling: Spelling, pairs: Pairs): RawRequest | Refusal {
  const own = new Set(Object.values(spelling).filter((name) => name !== undefined));
  const flaw = flawOf(pairs, own);
  if (flaw !== undefined) return refusal(flaw);
  const word = (name: string): string | undefined => onlyValue(pairs, name);
  const [method, target, host] = [word(spelling.method), word(spelling.target), word(spelling.host)];
  const peer = lastAddress(word(spelling.peer));
  if (method === undefined || target === undefined || host === undefined)
    return refusal('front-header-missing');
  if (peer === undefined) return refusal('front-header-peer');
  // The question is a GET, or as the request it asks about: anything else is two answers to one question.
  if (incoming.method !== 'GET' && incoming.method !== method) return refusal('front-header-method');
  const framing = framingOf(incoming, spelling, word);
  const kept = pairs.filter(([name]) => !ofTheMessage.has(name) && !own.has(name));
  return rawRequest({ method, target, host, peer }, [...kept, ...framing]);
}

/** Envoy's own line and Host are the client's; only the address comes in a header, whose last entry Envoy added. */
function fromEnvoy(incoming: IncomingMessage, target: string, pairs: Pairs): RawRequest | Refusal {
  const flaw = flawOf(pairs, new Set(['x-forwarded-for']));
  if (flaw !== undefined) return refusal(flaw);
  const peer = lastAddress(onlyValue(pairs, 'x-forwarded-for'));
  if (peer === undefined) return refusal('front-header-peer');
  const hosts = pairs.filter(([name]) => name === 'host').map(([, value]) => value);
  if (hosts.length !== 1) return refusal('front-header-missing');
  const kept = pairs.filter(([name]) => !ofTheMessage.has(name) && name !== 'x-forwarded-for');
  const framing = pairs.filter(([name]) => name === 'content-length' || name === 'transfer-encoding');
  const [host = ''] = hosts;
  return rawRequest({ method: incoming.method ?? '', target, host, peer }, [...kept, ...framing]);
}

interface Told {
  readonly method: string;
  readonly target: string;
  readonly host: string;
  readonly peer: string;
}

function rawRequest({ method, target, host, peer }: Told, pairs: Pairs): RawRequest {
  const rawHeaders = [['host', host] as const, ...pairs].flat();
  return { method, url: target, httpVersion: '1.1', rawHeaders, socket: { remoteAddress: peer } };
}

/** What the front says of the body; where it says nothing, the body it sent along, if only the beginning of it. */
function framingOf(
  incoming: IncomingMessage,
  { length, coding }: Spelling,
  word: (name: string) => string | undefined,
): Pairs {
  const told: (readonly [string, string | undefined])[] =
    length === undefined
      ? [
          ['content-length', incoming.headers['content-length']],
          ['transfer-encoding', incoming.headers['transfer-encoding']],
        ]
      : [
          ['content-length', word(length)],
          ['transfer-encoding', coding === undefined ? undefined : word(coding)],
        ];
  return told.flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [[name, value] as const],
  );
}

function flawOf(pairs: Pairs, own: ReadonlySet<string>): string | undefined {
  const seen = new Set<string>();
  for (const [name] of pairs) {
    if (seen.has(name) && own.has(name)) return 'front-header-twice';
    if (misleading.has(name) && !own.has(name)) return 'front-header-foreign';
    // Ours alone to set, in the answer: a client that sends one hopes that the front passes it on (A059, A070).
    if (name === 'palier-assertion' || name === 'palier-answer') return 'identity-header';
    // The front would join the sockets, and nobody could cut them (A085).
    if (name === 'upgrade' || name === 'sec-websocket-key') return 'upgrade-cannot-be-cut';
    seen.add(name);
  }
  return undefined;
}

function refusal(reason: string): Refusal {
  return { status: 400, reason, close: false };
}

function onlyValue(pairs: Pairs, name: string): string | undefined {
  return pairs.find(([one]) => one === name)?.[1];
}

/** Of a list, the address the front itself saw; what stands before it came from outside. */
function lastAddress(text: string | undefined): string | undefined {
  const last = text?.split(',').at(-1)?.trim() ?? '';
  return isIP(last) === 0 ? undefined : last;
}

function pairsOf(raw: readonly string[]): Pairs {
  const pairs: (readonly [string, string])[] = [];
  for (let at = 0; at + 1 < raw.length; at += 2)
    pairs.push([(raw[at] ?? '').toLowerCase(), raw[at + 1] ?? '']);
  return pairs;
}
