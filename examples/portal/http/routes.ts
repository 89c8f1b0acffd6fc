// The table of routes: a method, a path of plain and {named} segments, and who may come.
// Finding a route looks at whole decoded segments only; a trailing slash is another path.

import type { Account } from '../accounts.ts';
import { type Answer, json, seeOther } from './answer.ts';
import type { Visit } from './visit.ts';

/** A route, written `GET /patients/{nir}`. */
export interface Route {
  readonly name: string;
  readonly answer: (visit: Visit) => Answer | Promise<Answer>;
}

/** What the table says of a method and a path. */
export type Match =
  | { readonly kind: 'found'; readonly route: Route; readonly params: ReadonlyMap<string, string> }
  | { readonly kind: 'other-methods'; readonly allow: string }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'malformed' };

/** Makes a route that anybody may ask for. */
export function open(name: string, answer: Route['answer']): Route {
  return { name, answer };
}

/** Makes a route for signed-in accounts; others are asked to sign in. */
export function signedIn(
  name: string,
  answer: (visit: Visit, account: Account) => Answer | Promise<Answer>,
): Route {
  return {
    name,
    answer: (visit) => (visit.account ? answer(visit, visit.account) : askToSignIn(visit, name)),
  };
}

/** Builds the look-up over a list of routes. */
export function createRouteTable(routes: readonly Route[]): (method: string, path: string) => Match {
  const table = routes.map((route) => {
    const [method = '', path = ''] = route.name.split(' ');
    return { route, method, pattern: path.split('/') };
  });
  return (method, path) => {
    const segments = decodeSegments(path);
    if (segments === undefined) return { kind: 'malformed' };
    const candidates = table.filter(({ pattern }) => fits(pattern, segments));
    const wanted = method === 'HEAD' ? 'GET' : method;
    const chosen = candidates.find((candidate) => candidate.method === wanted);
    if (chosen) return { kind: 'found', route: chosen.route, params: paramsOf(chosen.pattern, segments) };
    if (candidates.length === 0) return { kind: 'unknown' };
    return { kind: 'other-methods', allow: candidates.map((candidate) => candidate.method).join(', ') };
  };
}

// Only a GET can be taken up again after signing in; a form's fields are gone.
function askToSignIn(visit: Visit, name: string): Answer {
  if (visit.format === 'json') return json(401, { error: 'not-signed-in' });
  return seeOther(name.startsWith('GET ') ? `/login?next=${encodeURIComponent(visit.target)}` : '/login');
}

function decodeSegments(path: string): readonly string[] | undefined {
  if (!path.startsWith('/')) return undefined;
  try {
    return path.split('/').map(decodeURIComponent);
  } catch {
    return undefined;
  }
}

function fits(pattern: readonly string[], segments: readonly string[]): boolean {
  if (pattern.length !== segments.length) return false;
  return pattern.every((part, i) => (isNamed(part) ? segments[i] !== '' : part === segments[i]));
}

function paramsOf(pattern: readonly string[], segments: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    pattern.flatMap((part, i) => (isNamed(part) ? [[part.slice(1, -1), segments[i] ?? ''] as const] : [])),
  );
}

function isNamed(part: string): boolean {
  return part.startsWith('{');
}
