// What of the portal's head reaches the client. The portal is the operator's own, so most of it does; not what belongs to
// one hop, what only the gateway may say, and what would keep or show records elsewhere.
import type { PermitTerms } from '../gate/permit.ts';
import type { Route } from '../policy/route.ts';
import { bySpelling } from '../request/spellings.ts';
import type { Exchange } from './exchange.ts';

type Fate = 'drop' | 'caching' | 'shared' | 'cookie' | 'transport' | 'clears';

/** One reason per row; a name that is not here passes. */
const fates: ReadonlyMap<string, Fate> = new Map<string, Fate>([
  // One hop only (RFC 9110 section 7.6.1); the length is set anew from what is sent.
  ...rows('drop', [
    'connection',
    'keep-alive',
    'proxy-connection',
    'proxy-authenticate',
    'te',
    'trailer',
    'upgrade',
  ]),
  ...rows('drop', ['transfer-encoding', 'content-length']),
  // Would lead the client past the gateway, or tells what runs behind it.
  ...rows('drop', [
    'alt-svc',
    'server',
    'x-powered-by',
    'x-aspnet-version',
    'x-accel-redirect',
    'x-sendfile',
    'x-lighttpd-send-file',
    'x-reproxy-url',
    'x-reproxy-file',
  ]),
  // Behind a session nothing is kept, so nothing is said about keeping it (A236, A122).
  ...rows('caching', [
    'cache-control',
    'expires',
    'pragma',
    'etag',
    'last-modified',
    'age',
    'surrogate-control',
    'edge-control',
    'x-accel-expires',
  ]),
  // Would let another site's script read records in the person's browser (A094).
  ...rows('shared', ['access-control-allow-origin', 'access-control-allow-credentials']),
  // Would set or shadow a cookie of ours (A080).
  ...rows('cookie', ['set-cookie']),
  // May switch TLS on in the browser, never off.
  ...rows('transport', ['strict-transport-security']),
  // Would end our session with the portal's: right at sign-out, an attack on the person elsewhere.
  ...rows('clears', ['clear-site-data']),
]);

function rows(fate: Fate, names: readonly string[]): readonly (readonly [string, Fate])[] {
  return names.map((name) => [name, fate] as const);
}

const fateOf = bySpelling((spelling): Fate | 'pass' => {
  const name = spelling.toLowerCase();
  if (name.startsWith('palier-')) return 'drop';
  return fates.get(name) ?? (isTargeted(name) ? 'caching' : 'pass');
});

/** `CDN-Cache-Control` and its like go before `Cache-Control` where a cache knows its own (RFC 9213). */
function isTargeted(name: string): boolean {
  return name.endsWith('-cache-control');
}

function isNamedIn(names: readonly string[], spelling: string): boolean {
  return names.length > 0 && names.includes(spelling.toLowerCase());
}

/** Names of record headers per route: they name persons and stay here. */
const secretNames = new WeakMap<Route, readonly string[]>();

function secretOf(route: Route): readonly string[] {
  const known = secretNames.get(route);
  if (known !== undefined) return known;
  const secret = route.records.flatMap((rule) =>
    rule.from === 'answer-header' ? [rule.name.toLowerCase()] : [],
  );
  secretNames.set(route, secret);
  return secret;
}

/** The head that goes to the client, a new flat list without a length. Behind a session it always says `no-store`. */
export function responseHeaders(
  exchange: Pick<Exchange, 'headers'>,
  terms: PermitTerms,
  cookiePrefix: string,
): string[] {
  const secret = secretOf(terms.matched.route);
  const nominated = nominatedIn(exchange.headers);
  const flat: string[] = [];
  for (const [name, value] of exchange.headers) {
    const fate = fateOf(name);
    if (fate !== 'pass' && !passes(fate, value, terms, cookiePrefix)) continue;
    if (!isNamedIn(secret, name) && !isNamedIn(nominated, name)) flat.push(name, value);
  }
  if (terms.matched.route.requirement.kind !== 'open') flat.push('Cache-Control', 'no-store');
  return flat;
}

/** What a Connection header of the portal names beyond the usual. */
function nominatedIn(headers: Exchange['headers']): readonly string[] {
  let options = none;
  for (const [name, value] of headers) {
    if (name.length !== 10 || value === 'keep-alive' || value === 'close') continue;
    if (name.toLowerCase() === 'connection')
      options = options.concat(value.toLowerCase().split(',').map(trimmed));
  }
  return options;
}

const none: readonly string[] = [];

function trimmed(text: string): string {
  return text.trim();
}

function passes(fate: Fate, value: string, { matched, request }: PermitTerms, cookiePrefix: string): boolean {
  const { route } = matched;
  switch (fate) {
    case 'drop':
      return false;
    case 'caching':
      return route.requirement.kind === 'open';
    case 'shared':
      return route.records.length === 0 || isOwnOrigin(value, request.host);
    case 'cookie':
      return !setsOurs(value, cookiePrefix);
    case 'transport':
      return !/max-age\s*=\s*"?0+"?\s*(;|$)/i.test(value);
    case 'clears':
      return route.signsOut;
  }
}

function isOwnOrigin(value: string, host: string): boolean {
  return value === `https://${host}` || value === `http://${host}`;
}

/**
 * Whether a Set-Cookie touches a cookie of ours. A nameless one (`=__Host-palier...`) comes back as `__Host-palier...`
 * from some browsers, and the prefix means the same in any case (RFC 6265bis section 4.1.3).
 */
function setsOurs(value: string, cookiePrefix: string): boolean {
  let start = 0;
  while (start < value.length && (value.charCodeAt(start) <= 0x20 || value[start] === '=')) start += 1;
  const name = value.slice(start, start + cookiePrefix.length);
  return name.toLowerCase() === cookiePrefix.toLowerCase();
}

/** The portal's Content-Length, when it is one sound number: kept so that clients can show progress. */
export function contentLengthOf({ headers }: Pick<Exchange, 'headers'>): string | undefined {
  let length: string | undefined;
  for (const [name, value] of headers) {
    if (name.length !== 14 || name.toLowerCase() !== 'content-length') continue;
    if (length !== undefined || !isDigits(value)) return undefined;
    length = value;
  }
  return length;
}

function isDigits(value: string): boolean {
  for (let at = 0; at < value.length; at += 1) {
    const code = value.charCodeAt(at);
    if (code < 0x30 || code > 0x39) return false;
  }
  return value.length > 0;
}
