// Whether a refused client is a person's browser that can be shown a page, or a program that must get a status and a
// problem body. A program never gets HTML and never a redirect (oauth2-proxy #1522 and many others).
import type { Route } from '../policy/route.ts';
import type { CanonicalRequest } from '../request/request.ts';

export type ClientKind = 'page' | 'program';

/**
 * Order: Sec-Fetch-Mode and -Dest, when the browser sends them, are the truth (a script's fetch cannot set them); then
 * Accept by q-value, where only an explicit text/html or application/xhtml+xml counts as a wish for a page, never the
 * any-type range; then the route's own word; else program.
 */
export function clientKind(request: CanonicalRequest, route: Route | undefined): ClientKind {
  const mode = request.headers.get('sec-fetch-mode');
  if (mode !== undefined) return mode === 'navigate' && isLookedAt(request) ? 'page' : 'program';
  const accept = request.headers.get('accept');
  if (accept !== undefined) {
    const wish = preferred(accept);
    if (wish !== undefined) return wish;
  }
  return route?.client ?? 'program';
}

/**
 * A page of ours in a frame would be blank (nobody may frame it), and one that is fetched ahead would open a session and
 * hold a way back for somebody who may never come (A242).
 */
function isLookedAt({ headers }: CanonicalRequest): boolean {
  return (headers.get('sec-fetch-dest') ?? 'document') === 'document' && !headers.has('sec-purpose');
}

const pageTypes = new Set(['text/html', 'application/xhtml+xml']);

/**
 * The kind of the media range with the highest q (RFC 9110 section 12.5.1), pages before programs in a draw; undefined
 * when nothing is named, or when anything at all is liked better than what is named.
 */
function preferred(accept: string): ClientKind | undefined {
  const wishes = accept
    .split(',')
    .slice(0, 30)
    .map(parseRange)
    .filter((range) => range.q > 0);
  const ranges = wishes.filter(({ type }) => !type.endsWith('/*'));
  const best = Math.max(0, ...ranges.map((range) => range.q));
  if (wishes.some(({ type, q }) => type === '*/*' && q > best)) return undefined;
  const kinds = new Set(
    ranges
      .filter((range) => range.q === best)
      .map((range): ClientKind => (pageTypes.has(range.type) ? 'page' : 'program')),
  );
  return kinds.has('page') ? 'page' : [...kinds][0];
}

function parseRange(text: string): { readonly type: string; readonly q: number } {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const quality = parameters.find((parameter) => parameter.startsWith('q='));
  const q = quality === undefined ? 1 : Number(quality.slice(2));
  return { type, q: Number.isFinite(q) ? Math.min(Math.max(q, 0), 1) : 0 };
}

/** French or English, by q-value; French when the header does not say: the portals are French. */
export function languageOf(acceptLanguage: string | undefined): 'fr' | 'en' {
  const ranges = (acceptLanguage ?? '').split(',').slice(0, 30).map(parseRange);
  const weight = (language: string): number =>
    Math.max(
      0,
      ...ranges.filter(({ type }) => type === language || type.startsWith(`${language}-`)).map(({ q }) => q),
    );
  return weight('en') > weight('fr') ? 'en' : 'fr';
}
