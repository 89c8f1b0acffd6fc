// What of the portal's head reaches the client. The portal is the operator's own, so most of it does; not what belongs to
// one hop, what only the gateway may say, and what would keep or show records elsewhere.
import type { PermitTerms } from '../gate/permit.ts';
import type { Route } from '../policy/route.ts';
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

/** Names of record headers per route: they name persons and stay here. */
const secretNames = new WeakMap<Route, ReadonlySet<string>>();

function secretOf(route: Route): ReadonlySet<string> {
  const known = secretNames.get(route);
  if (known !== undefined) return known;
  const names = route.records.flatMap((rule) =>
    rule.from === 'answer-header' ? [rule.name.toLowerCase()] : [],
  );
  const secret = new Set(names);
  secretNames.set(route, secret);
  return secret;
}

/** The head that goes to the client, flat, without a length. Behind a session it always says `no-store`. */
export function responseHeaders(
  exchange: Pick<Exchange, 'headers'>,
  terms: PermitTerms,
  cookiePrefix: string,
): readonly string[] {
  const secret = secretOf(terms.matched.route);
  const nominated = nominatedIn(exchange.headers);
  const flat: string[] = [];
  for (const [name, value] of exchange.headers) {
    const lower = name.toLowerCase();
    if (secret.has(lower) || nominated?.includes(lower) || lower.startsWith('palier-')) continue;
    const fate = fates.get(lower);
    if (fate === undefined || passes(fate, value, terms, cookiePrefix)) flat.push(name, value);
  }
  if (terms.matched.route.requirement.kind !== 'open') flat.push('Cache-Control', 'no-store');
  return flat;
}

/** What a Connection header of the portal names beyond `close` and `keep-alive`. */
function nominatedIn(headers: Exchange['headers']): readonly string[] | undefined {
  let options: string[] | undefined;
  for (const [name, value] of headers) {
    if (name.length !== 10 || name.toLowerCase() !== 'connection') continue;
    options = (options ?? []).concat(
      value
        .toLowerCase()
        .split(',')
        .map((option) => option.trim()),
    );
  }
  return options;
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
export function contentLengthOf(exchange: Pick<Exchange, 'headers'>): string | undefined {
  const lengths = exchange.headers.filter(([name]) => name.toLowerCase() === 'content-length');
  const length = lengths[0]?.[1] ?? '';
  return lengths.length === 1 && /^[0-9]+$/.test(length) ? length : undefined;
}
