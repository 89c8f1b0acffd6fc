// What leaves in each direction: built up from a list, never copied and then cut down. A name that is not here does not
// pass, however it is spelled, so no alias of an identity header ever reaches the portal (A059, A060, A061).
import type { PermitTerms } from '../gate/permit.ts';
import { withoutCookies } from '../request/cookies.ts';
import type { Exchange } from './exchange.ts';

/** Request headers a portal may need; each set reads as one reason. */
const towardsPortal = new Set([
  // What the client can read.
  'accept', 'accept-charset', 'accept-language', 'dnt', 'save-data', 'user-agent',
  // The body, as it was judged.
  'content-type', 'content-language', 'content-disposition',
  // Caching; never on counted routes, see below.
  'if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since', 'if-range', 'range', 'cache-control', 'pragma',
  // Who it is to the portal.
  'authorization',
  // The portal's own defences against foreign sites.
  'origin', 'referer', 'x-requested-with', 'x-csrf-token', 'x-xsrf-token', 'x-csrftoken',
  'sec-fetch-dest', 'sec-fetch-mode', 'sec-fetch-site', 'sec-fetch-user', 'upgrade-insecure-requests', 'last-event-id', 'idempotency-key',
  'access-control-request-method', 'access-control-request-headers',
]);

const webSocketHeaders = new Set(['sec-websocket-key', 'sec-websocket-version', 'sec-websocket-protocol', 'sec-websocket-extensions']);

/** On routes whose records are counted a partial or conditional answer could show a person nobody counts (A088). */
const notOnCounted = new Set(['if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since', 'if-range', 'range']);

export interface HeaderRules {
  /** The public origin: scheme and host the portal may build links with. */
  readonly origin: URL;
  /** Further request headers the operator lets through, lower case. */
  readonly extra: ReadonlySet<string>;
  readonly cookiePrefix: string;
}

/** The head that goes to the portal, flat. Host and X-Forwarded-* are ours; the assertion is last and once. */
export function requestHeaders(terms: PermitTerms, assertion: string | undefined, rules: HeaderRules): readonly string[] {
  const { request, matched } = terms;
  const counted = matched.route.records.length > 0;
  const flat: string[] = ['Host', rules.origin.host];
  for (const [name, value] of request.headers) {
    const passes = towardsPortal.has(name) || rules.extra.has(name) || (request.upgrade !== undefined && webSocketHeaders.has(name));
    if (passes && !(counted && notOnCounted.has(name))) flat.push(name, value);
  }
  const cookie = withoutCookies(request.headers.get('cookie') ?? '', rules.cookiePrefix);
  if (cookie !== undefined && cookie !== '') flat.push('cookie', cookie);
  flat.push(...framing(terms));
  flat.push('X-Forwarded-For', request.peer, 'X-Forwarded-Proto', rules.origin.protocol.slice(0, -1), 'X-Forwarded-Host', rules.origin.host);
  if (assertion !== undefined) flat.push('Palier-Assertion', assertion);
  return flat;
}

function framing({ request, body, matched }: PermitTerms): readonly string[] {
  if (request.upgrade !== undefined) return ['connection', 'Upgrade', 'upgrade', 'websocket'];
  // An answer that must be read to be counted comes uncompressed.
  const reads = matched.route.records.some((rule) => rule.from.startsWith('answer'));
  const encoding = request.headers.get('accept-encoding');
  const accepted = reads ? ['accept-encoding', 'identity'] : encoding === undefined ? [] : ['accept-encoding', encoding];
  if (body !== undefined && (body.length > 0 || request.bodyLength !== 0)) return [...accepted, 'content-length', String(body.length)];
  if (request.bodyLength === 'chunked') return [...accepted, 'transfer-encoding', 'chunked'];
  return request.bodyLength > 0 || ['POST', 'PUT', 'PATCH'].includes(request.method) ? [...accepted, 'content-length', String(request.bodyLength)] : accepted;
}

/** Hop-by-hop (RFC 9110 section 7.6.1), ours, or of no business to the client. */
const notTowardsClient = new Set([
  'connection', 'keep-alive', 'proxy-connection', 'proxy-authenticate', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'palier-assertion',
  'server', 'x-powered-by', 'clear-site-data', 'alt-svc', 'content-length',
]);

/**
 * The head that goes to the client. Nothing behind a session is kept by a cache (A236); cookies of ours cannot be set by
 * the portal (A080); headers that name records stay here.
 */
export function responseHeaders(exchange: Pick<Exchange, 'headers'>, terms: PermitTerms, cookiePrefix: string): readonly string[] {
  const { route } = terms.matched;
  const secret = new Set(route.records.flatMap((rule) => (rule.from === 'answer-header' ? [rule.name.toLowerCase()] : [])));
  const open = route.requirement.kind === 'open';
  const nominated = new Set(exchange.headers.filter(([name]) => name.toLowerCase() === 'connection').flatMap(([, value]) => value.toLowerCase().split(',').map((one) => one.trim())));
  const flat: string[] = [];
  for (const [name, value] of exchange.headers) {
    const lower = name.toLowerCase();
    const caching = lower === 'cache-control' || lower === 'expires' || lower === 'pragma' || lower === 'etag' || lower === 'last-modified';
    if (notTowardsClient.has(lower) || nominated.has(lower) || secret.has(lower) || (caching && !open)) continue;
    if (lower === 'set-cookie' && value.trimStart().startsWith(cookiePrefix)) continue;
    flat.push(name, value);
  }
  if (!open) flat.push('Cache-Control', 'no-store');
  return flat;
}

/** The portal's Content-Length, when it is one sound number: kept so that clients can show progress. */
export function contentLengthOf(exchange: Pick<Exchange, 'headers'>): string | undefined {
  const lengths = exchange.headers.filter(([name]) => name.toLowerCase() === 'content-length').map(([, value]) => value);
  return lengths.length === 1 && /^[0-9]+$/.test(lengths[0] ?? '') ? lengths[0] : undefined;
}
