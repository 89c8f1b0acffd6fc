// What a lenient portal might open instead of the page asked for: many fold case (Express, IIS), ignore a trailing slash
// (Express, Django), or take `.json` for a format (Rails). A path that such a portal reads as a stricter route is refused,
// so that `/Patients/1` never passes as "anything else" beside `/patients/{nir}` (A010, A107).
import type { PatternSegment, Route } from './route.ts';
import { asksLess, demandsKey } from './strictness.ts';
import { buildTrie, routesOf, type TrieNode } from './trie.ts';

export interface LenientReading {
  readonly trie: TrieNode;
  readonly exact: TrieNode;
  /** Routes that some other route with a method in common asks more than; only their requests are read again. */
  readonly outranked: ReadonlySet<Route>;
  /** False when a declared literal is folded itself: then every path must be read again, not only odd ones. */
  readonly plain: boolean;
}

/** `exact` is the trie of the routes as declared. */
export function readLeniently(routes: readonly Route[], exact: TrieNode): LenientReading {
  const literals = routes.flatMap(({ segments }) => segments.filter((segment) => segment.kind === 'literal'));
  return {
    trie: buildTrie(routes, foldPattern),
    exact,
    outranked: new Set(outranked(routes)),
    plain: literals.every(({ text }) => isPlain(text)),
  };
}

/**
 * The stricter route that a lenient portal might open for this path; undefined when there is none. Routes that cover the
 * path as it stands are not meant: which of them decides was settled when the policy was loaded.
 */
export function stricterReading(
  { trie, exact, outranked, plain }: LenientReading,
  chosen: Route,
  segments: readonly string[],
  method: string,
): Route | undefined {
  if (!outranked.has(chosen) || (plain && segments.every(isPlain))) return undefined;
  const folded = withoutSlash(segments).map(fold);
  const judged = new Set(routesOf(exact, segments));
  return [folded, withoutSuffix(folded)]
    .flatMap((reading) => routesOf(trie, reading))
    .find(
      (route) =>
        !judged.has(route) && route.methods.includes(method) && asksLess(chosen, route) !== undefined,
    );
}

/** Routes with parameters or `**` that are not the strictest there is. Judged by groups of equal demands. */
function outranked(routes: readonly Route[]): readonly Route[] {
  const groups = [...new Map(routes.map((route) => [demandsKey(route), route])).values()];
  return routes.filter(
    (route) =>
      route.segments.some(({ kind }) => kind !== 'literal') &&
      groups.some((other) => asksLess(route, other) !== undefined),
  );
}

/** Lower-case letters, digits and dashes mean the same to every reader; an empty segment is a trailing slash. */
function isPlain(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    const plain =
      (code >= 0x61 && code <= 0x7a) || (code >= 0x30 && code <= 0x39) || code === 0x2d || code === 0x5f;
    if (!plain) return false;
  }
  return text !== '';
}

/** Both ways, since some compare in upper case: U+0131 is an `I` to them. */
function fold(text: string): string {
  return text.toUpperCase().toLowerCase();
}

function foldPattern(segments: readonly PatternSegment[]): readonly PatternSegment[] {
  const last = segments.at(-1);
  const kept =
    last?.kind === 'literal' && last.text === '' && segments.length > 1 ? segments.slice(0, -1) : segments;
  return kept.map((segment) =>
    segment.kind === 'literal' ? { kind: 'literal', text: fold(segment.text) } : segment,
  );
}

function withoutSlash(segments: readonly string[]): readonly string[] {
  return segments.length > 1 && segments.at(-1) === '' ? segments.slice(0, -1) : segments;
}

function withoutSuffix(segments: readonly string[]): readonly string[] {
  const last = segments.at(-1) ?? '';
  const dot = last.lastIndexOf('.');
  return dot > 0 ? [...segments.slice(0, -1), last.slice(0, dot)] : segments;
}
