// Default deny: a request has the route that was declared for it, or none. Routes live in a trie of path segments, so
// that ten thousand match as fast as ten; a literal beats a parameter beats `**`.
import type { CanonicalRequest, Refusal } from '../request/request.ts';
import type { Matched, PatternSegment, Route } from './route.ts';

interface Node {
  readonly literals: Map<string, Node>;
  parameter: Node | undefined;
  /** Routes that end here, and routes whose `**` covers everything below. */
  readonly ends: Route[];
  readonly rests: Route[];
}

export interface Policy {
  readonly routes: readonly Route[];
  /** Name of the upstream that undeclared paths go to in observe mode. */
  readonly defaultUpstream: string;
  readonly root: Node;
}

/** Two routes of one shape with a method in common, or a narrower route that asks less than the wider one around it. */
export interface PolicyProblem {
  readonly line: number;
  readonly problem: string;
}

export function compilePolicy(routes: readonly Route[], defaultUpstream: string): Policy {
  const root = emptyNode();
  for (const route of routes) place(root, route);
  return { routes, defaultUpstream, root };
}

function emptyNode(): Node {
  return { literals: new Map(), parameter: undefined, ends: [], rests: [] };
}

function place(root: Node, route: Route): void {
  let node = root;
  for (const segment of route.segments) {
    if (segment.kind === 'rest') return void node.rests.push(route);
    node = child(node, segment);
  }
  node.ends.push(route);
}

function child(node: Node, segment: PatternSegment): Node {
  if (segment.kind === 'literal') {
    const next = node.literals.get(segment.text) ?? emptyNode();
    node.literals.set(segment.text, next);
    return next;
  }
  node.parameter ??= emptyNode();
  return node.parameter;
}

/** The route of a request. HEAD has the route of GET. A path that exists under other methods answers 405 and names them. */
export function matchRoute(policy: Policy, request: Pick<CanonicalRequest, 'method' | 'segments'>): Matched | { readonly refusal: Refusal } {
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  const candidates = routesAt(policy.root, request.segments, 0);
  const route = candidates.find((one) => one.methods.includes(method));
  if (route !== undefined) return { route, parameters: parametersOf(route, request.segments) };
  if (candidates.length === 0) return { refusal: { status: 404, reason: 'not-declared', close: false } };
  const allow = [...new Set(candidates.flatMap((one) => one.methods))];
  return { refusal: { status: 405, reason: 'method-not-declared', close: false, allow } };
}

/** Every route whose pattern covers the path, most specific first. */
function routesAt(node: Node, segments: readonly string[], depth: number): readonly Route[] {
  const segment = segments[depth];
  if (segment === undefined) return node.ends;
  const literal = node.literals.get(segment);
  // An empty segment (a trailing slash) is nobody's parameter.
  const parameter = segment === '' ? undefined : node.parameter;
  const narrower = [
    ...(literal === undefined ? [] : routesAt(literal, segments, depth + 1)),
    ...(parameter === undefined ? [] : routesAt(parameter, segments, depth + 1)),
  ];
  return node.rests.length === 0 ? narrower : [...narrower, ...node.rests];
}

function parametersOf(route: Route, segments: readonly string[]): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  for (const [index, pattern] of route.segments.entries()) {
    if (pattern.kind === 'parameter') parameters.set(pattern.name, segments[index] ?? '');
  }
  return parameters;
}

/** In observe mode an undeclared path still goes through, as a route that asks nothing and is counted as a would-be 404. */
export function undeclared(policy: Policy): Matched {
  const route: Route = {
    id: 'undeclared', methods: [], segments: [], requirement: { kind: 'open' }, records: [], client: undefined, query: undefined, body: undefined,
    upgrade: undefined, bind: 'session', upstream: policy.defaultUpstream, fields: [], conditions: [], signsOut: false, line: 0,
  };
  return { route, parameters: new Map() };
}
