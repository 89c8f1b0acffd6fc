// The head that goes to the portal: built up from a list, never copied and then cut down. A name that is not here does
// not pass, however it is spelled, so no alias of an identity header ever reaches the portal (A059, A060, A061). The way
// back is `answer-headers.ts`.
import type { PermitTerms } from '../gate/permit.ts';
import type { Route } from '../policy/route.ts';
import { withoutCookies } from '../request/cookies.ts';

/** Request headers a portal may need. One reason per row. */
const towardsPortal: ReadonlySet<string> = new Set([
  // What the client can read, and what it is.
  ...['accept', 'accept-charset', 'accept-language', 'user-agent', 'dnt', 'save-data', 'sec-gpc'],
  // What kind of browser it says it is (W3C client hints); portals choose styles by them.
  ...['sec-ch-ua', 'sec-ch-ua-mobile', 'sec-ch-ua-platform', 'sec-ch-prefers-color-scheme'],
  // The body, as it was judged.
  ...['content-type', 'content-encoding', 'content-language', 'content-disposition'],
  // Caching and parts; not on counted routes, see below.
  ...['if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since', 'if-range', 'range'],
  ...['cache-control', 'pragma'],
  // Who it is to the portal.
  'authorization',
  // The portal's own defences against foreign sites.
  ...[
    'origin',
    'referer',
    'x-requested-with',
    'x-csrf-token',
    'x-xsrf-token',
    'x-csrftoken',
    'x-csrf-protection',
  ],
  ...[
    'sec-fetch-dest',
    'sec-fetch-mode',
    'sec-fetch-site',
    'sec-fetch-user',
    'sec-purpose',
    'upgrade-insecure-requests',
  ],
  ...['access-control-request-method', 'access-control-request-headers'],
  // Going on where an event stream broke off, and not doing a thing twice.
  ...['last-event-id', 'idempotency-key'],
]);

/** Only where a WebSocket is asked for (RFC 6455 section 11.3). */
const towardsWebSocket: ReadonlySet<string> = new Set([
  ...['sec-websocket-key', 'sec-websocket-version', 'sec-websocket-protocol', 'sec-websocket-extensions'],
]);

/** On routes whose records are counted a partial or conditional answer could show a person nobody counts (A088). */
const notOnCounted: ReadonlySet<string> = new Set([
  ...['if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since', 'if-range', 'range'],
]);

/** Set by us, or read by one hop only (RFC 9110 section 7.6.1): `extra` cannot let them through in any spelling. */
const managed: ReadonlySet<string> = new Set([
  ...[
    'host',
    'cookie',
    'content-length',
    'transfer-encoding',
    'accept-encoding',
    'expect',
    'palier-assertion',
  ],
  ...[
    'x-forwarded-for',
    'x-forwarded-proto',
    'x-forwarded-host',
    'x-forwarded-port',
    'forwarded',
    'x-real-ip',
  ],
  ...[
    'connection',
    'keep-alive',
    'proxy-connection',
    'proxy-authorization',
    'te',
    'trailer',
    'upgrade',
    'via',
  ],
]);

export interface HeaderRules {
  /** The public origin: scheme and host the portal may build links with. */
  readonly origin: URL;
  /** Further request headers the operator lets through, lower case. */
  readonly extra: ReadonlySet<string>;
  readonly cookiePrefix: string;
}

/** What a route's declaration means for headers; worked out once per route. */
interface RouteWords {
  readonly counted: boolean;
  /** The answer is read to be counted. */
  readonly read: boolean;
}

const wordsOf = new WeakMap<Route, RouteWords>();

function wordsFor(route: Route): RouteWords {
  const known = wordsOf.get(route);
  if (known !== undefined) return known;
  const words = {
    counted: route.records.length > 0,
    read: route.records.some((rule) => rule.from.startsWith('answer')),
  };
  wordsOf.set(route, words);
  return words;
}

/**
 * The head that goes to the portal, flat. Host and X-Forwarded-* are ours; the assertion is not among them. `host` is what
 * the operator says the portal is called; undefined for the public origin's.
 */
export function requestHeaders(terms: PermitTerms, rules: HeaderRules, host?: string): readonly string[] {
  const { request, matched } = terms;
  const words = wordsFor(matched.route);
  const nominated = optionsOf(request.headers.get('connection'));
  const flat: string[] = ['Host', host ?? rules.origin.host];
  for (const [name, value] of request.headers) {
    if (!mayPass(name, request.upgrade !== undefined, rules) || nominated?.includes(name)) continue;
    if (!(words.counted && notOnCounted.has(name))) flat.push(name, value);
  }
  const cookies = request.headers.get('cookie');
  const cookie = cookies && withoutCookies(cookies, rules.cookiePrefix);
  if (cookie) flat.push('cookie', cookie);
  pushFraming(flat, terms, words);
  flat.push('X-Forwarded-For', request.peer, 'X-Forwarded-Proto', rules.origin.protocol.slice(0, -1));
  flat.push('X-Forwarded-Host', rules.origin.host);
  return flat;
}

function mayPass(name: string, upgrade: boolean, { extra }: HeaderRules): boolean {
  if (towardsPortal.has(name)) return true;
  if (upgrade && towardsWebSocket.has(name)) return true;
  return extra.has(name) && !managed.has(name.replace(/[^a-z0-9]/g, '-'));
}

/** What a Connection header names beyond itself; undefined for the usual `keep-alive` and `close`. */
function optionsOf(connection: string | undefined): readonly string[] | undefined {
  if (connection === undefined || connection === 'keep-alive' || connection === 'close') return undefined;
  return connection
    .toLowerCase()
    .split(',')
    .map((option) => option.trim());
}

/** Length, coding and switch, as they were judged; never the client's own words. */
function pushFraming(flat: string[], { request, body }: PermitTerms, { read }: RouteWords): void {
  if (request.upgrade !== undefined) {
    flat.push('connection', 'Upgrade', 'upgrade', 'websocket');
    return;
  }
  // An answer that must be read to be counted comes uncompressed.
  const encoding = read ? 'identity' : request.headers.get('accept-encoding');
  if (encoding !== undefined) flat.push('accept-encoding', encoding);
  const length = body === undefined ? request.bodyLength : body.length;
  if (length === 'chunked') flat.push('transfer-encoding', 'chunked');
  else if (length > 0 || mayHaveBody(request.method)) flat.push('content-length', String(length));
}

/** Methods whose missing length some servers refuse (RFC 9110 section 8.6). */
function mayHaveBody(method: string): boolean {
  return method === 'POST' || method === 'PUT' || method === 'PATCH';
}
