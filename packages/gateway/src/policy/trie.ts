// Routes by path segments: a literal beats a parameter beats `**`, and ten thousand routes match as fast as ten. A walk
// visits a node once, so no pattern and no path can make it slow (A022).
import type { PatternSegment, Route } from './route.ts';

/** Nothing is made before it is needed: with ten thousand routes it is the memory a look-up touches that costs. */
export interface TrieNode {
  literals: Map<string, TrieNode> | undefined;
  parameter: TrieNode | undefined;
  /** Routes whose pattern ends here. */
  ends: readonly Route[];
  /** Routes whose `**` covers one or more segments from here on. */
  rests: readonly Route[];
}

/** Builds a trie; `shape` may change the segments a route is kept under, for readings other than the exact one. */
export function buildTrie(
  routes: readonly Route[],
  shape: (segments: readonly PatternSegment[]) => readonly PatternSegment[] = (segments) => segments,
): TrieNode {
  const root = emptyNode();
  for (const route of routes) place(root, route, shape(route.segments));
  return root;
}

const nothing: readonly Route[] = [];

function emptyNode(): TrieNode {
  return { literals: undefined, parameter: undefined, ends: nothing, rests: nothing };
}

function place(root: TrieNode, route: Route, segments: readonly PatternSegment[]): void {
  let node = root;
  for (const segment of segments) {
    if (segment.kind === 'rest') {
      node.rests = [...node.rests, route];
      return;
    }
    node = childFor(node, segment);
  }
  node.ends = [...node.ends, route];
}

function childFor(node: TrieNode, segment: Exclude<PatternSegment, { readonly kind: 'rest' }>): TrieNode {
  if (segment.kind === 'parameter') {
    node.parameter ??= emptyNode();
    return node.parameter;
  }
  node.literals ??= new Map();
  const next = node.literals.get(segment.text) ?? emptyNode();
  node.literals.set(segment.text, next);
  return next;
}

/** The most specific route of the path with this method. */
export function findRoute(
  node: TrieNode,
  segments: readonly string[],
  method: string,
  depth = 0,
): Route | undefined {
  const segment = segments[depth];
  if (segment === undefined) return withMethod(node.ends, method);
  const literal = node.literals?.get(segment);
  // An empty segment (a trailing slash) is nobody's parameter.
  const parameter = segment === '' ? undefined : node.parameter;
  return (
    (literal && findRoute(literal, segments, method, depth + 1)) ??
    (parameter && findRoute(parameter, segments, method, depth + 1)) ??
    withMethod(node.rests, method)
  );
}

function withMethod(routes: readonly Route[], method: string): Route | undefined {
  for (const route of routes) if (route.methods.includes(method)) return route;
  return undefined;
}

/** Every route whose pattern covers the path, of any method, most specific first. */
export function routesOf(node: TrieNode, segments: readonly string[], depth = 0): readonly Route[] {
  const segment = segments[depth];
  if (segment === undefined) return node.ends;
  const literal = node.literals?.get(segment);
  const parameter = segment === '' ? undefined : node.parameter;
  return [
    ...(literal === undefined ? [] : routesOf(literal, segments, depth + 1)),
    ...(parameter === undefined ? [] : routesOf(parameter, segments, depth + 1)),
    ...node.rests,
  ];
}

/** Every route that shares at least one path with the pattern. */
export function routesMeeting(
  node: TrieNode,
  segments: readonly PatternSegment[],
  depth = 0,
): readonly Route[] {
  const segment = segments[depth];
  if (segment === undefined) return node.ends;
  if (segment.kind === 'rest') return below(node);
  const children =
    segment.kind === 'literal'
      ? [node.literals?.get(segment.text), segment.text === '' ? undefined : node.parameter]
      : [
          ...[...(node.literals ?? [])].map(([text, child]) => (text === '' ? undefined : child)),
          node.parameter,
        ];
  const deeper = children.flatMap((child) =>
    child === undefined ? [] : routesMeeting(child, segments, depth + 1),
  );
  return [...deeper, ...node.rests];
}

/** All routes of one segment and more from here. */
function below(node: TrieNode): readonly Route[] {
  const children = [
    ...(node.literals?.values() ?? []),
    ...(node.parameter === undefined ? [] : [node.parameter]),
  ];
  return [...node.rests, ...children.flatMap((child) => [...child.ends, ...below(child)])];
}
