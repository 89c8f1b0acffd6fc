// Default deny: a request has the route that was declared for it, or none. A literal segment beats a parameter beats
// `**`, case matters, and a path that a lenient portal would read as a stricter route has no route at all.
import type { CanonicalRequest, Refusal } from '../request/request.ts';
import { type LenientReading, readLeniently, stricterReading } from './lenient.ts';
import type { Matched, Route } from './route.ts';
import { buildTrie, findRoute, routesOf, type TrieNode } from './trie.ts';

export interface Policy {
  readonly routes: readonly Route[];
  /** Name of the upstream that undeclared paths go to in observe mode. */
  readonly defaultUpstream: string;
  readonly trie: TrieNode;
  readonly lenient: LenientReading;
}

/** Compiles sound routes; what is wrong between them is told by `policyProblems`. */
export function compilePolicy(routes: readonly Route[], defaultUpstream: string): Policy {
  const trie = buildTrie(routes);
  return { routes, defaultUpstream, trie, lenient: readLeniently(routes, trie) };
}

const undeclaredPath: Refusal = { status: 404, reason: 'not-declared', close: false };
const nearStricter: Refusal = { status: 404, reason: 'near-stricter-route', close: false };

/**
 * The route of a request. HEAD has the route of GET, and so its requirement and its budget. A path that exists under
 * other methods answers 405 and names them.
 */
export function matchRoute(
  policy: Policy,
  request: Pick<CanonicalRequest, 'method' | 'segments'>,
): Matched | { readonly refusal: Refusal } {
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  const route = findRoute(policy.trie, request.segments, method);
  if (route === undefined) return { refusal: otherMethods(policy, request.segments) ?? undeclaredPath };
  const stricter = stricterReading(policy.lenient, route, request.segments, method);
  if (stricter !== undefined) return { refusal: nearStricter };
  return { route, parameters: parametersOf(route, request.segments) };
}

function otherMethods(policy: Policy, segments: readonly string[]): Refusal | undefined {
  const methods = new Set(routesOf(policy.trie, segments).flatMap((route) => route.methods));
  if (methods.size === 0) return undefined;
  const allow = methods.has('GET') ? ['GET', 'HEAD', ...methods.difference(new Set(['GET']))] : [...methods];
  return { status: 405, reason: 'method-not-declared', close: false, allow };
}

const none: ReadonlyMap<string, string> = new Map();

function parametersOf(
  { segments: patterns }: Route,
  segments: readonly string[],
): ReadonlyMap<string, string> {
  let parameters: Map<string, string> | undefined;
  for (let at = 0; at < patterns.length; at += 1) {
    const pattern = patterns[at];
    if (pattern?.kind !== 'parameter') continue;
    parameters ??= new Map();
    parameters.set(pattern.name, segments[at] ?? '');
  }
  return parameters ?? none;
}

/** In observe mode an undeclared path still goes through, as a route that asks nothing and is counted as a would-be 404. */
export function undeclared(policy: Policy): Matched {
  const route: Route = {
    id: 'undeclared',
    methods: [],
    segments: [],
    requirement: { kind: 'open' },
    records: [],
    client: undefined,
    query: undefined,
    body: undefined,
    upgrade: undefined,
    bind: 'session',
    through: undefined,
    upstream: policy.defaultUpstream,
    fields: [],
    conditions: [],
    signsOut: false,
    line: 0,
  };
  return { route, parameters: none };
}

export function isUndeclared({ route }: Pick<Matched, 'route'>): boolean {
  return route.line === 0;
}
