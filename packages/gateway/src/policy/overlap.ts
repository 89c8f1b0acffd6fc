// What is wrong between routes (A019). Where two patterns cover one path, the more specific one decides; if that one
// asks less, somebody who thinks of the wider line is wrong about what protects the page. So it must be said aloud, on
// the line itself, with `overlaps: allowed`. Narrowing `/**` needs no word: it is the rest of everything.
import type { Route } from './route.ts';
import { asksLess } from './strictness.ts';
import { buildTrie, routesMeeting } from './trie.ts';

export interface PolicyProblem {
  /** The route whose line should change. */
  readonly route: Route;
  readonly problem: string;
  readonly fix: string;
}

/** Every pair of routes that contradict each other. `allowed`: routes whose line says `overlaps: allowed`. */
export function policyProblems(
  routes: readonly Route[],
  allowed: ReadonlySet<Route>,
): readonly PolicyProblem[] {
  const root = buildTrie(routes);
  const order = new Map(routes.map((route, index) => [route, index]));
  return routes.flatMap((route, index) =>
    routesMeeting(root, route.segments)
      .filter((other) => other !== route && other.methods.some((method) => route.methods.includes(method)))
      .flatMap((other) => problemBetween(route, other, (order.get(other) ?? 0) < index, allowed.has(route))),
  );
}

function problemBetween(
  route: Route,
  other: Route,
  isLater: boolean,
  isAllowed: boolean,
): readonly PolicyProblem[] {
  const precedence = compareSpecificity(route, other);
  if (precedence === 0) return isLater ? [duplicate(route, other)] : [];
  if (precedence < 0 || isAllowed || isRestOfEverything(other)) return [];
  const less = asksLess(route, other);
  return less === undefined ? [] : [weaker(route, other, less)];
}

const weights = { literal: 2, parameter: 1, rest: 0 } as const;

/** Above zero when `route` is tried before `other`: decided at the first segment of different kind. Zero: one shape. */
function compareSpecificity(route: Route, other: Route): number {
  for (const [index, segment] of route.segments.entries()) {
    const difference = weights[segment.kind] - weights[other.segments[index]?.kind ?? 'rest'];
    if (difference !== 0) return difference;
  }
  return 0;
}

function isRestOfEverything(route: Route): boolean {
  return route.segments[0]?.kind === 'rest';
}

function duplicate(route: Route, other: Route): PolicyProblem {
  return {
    route,
    problem: `covers the same paths as "${other.id}" on line ${other.line}`,
    fix: 'keep one of the two, or give them different methods',
  };
}

function weaker(route: Route, other: Route, less: string): PolicyProblem {
  return {
    route,
    problem: `lies within "${other.id}" on line ${other.line}, is tried first, and ${less}`,
    fix: 'ask as much as that line, or write overlaps: allowed here if it is meant',
  };
}
