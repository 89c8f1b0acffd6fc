// Whether a request has the form its route declared: upgrade, query, body, and what it asks the answer to be. On routes
// that count records anything undeclared is refused, since it may name a person nobody counts (A100, A101, A104, A106).
// Who may come, and from where and when, is judged elsewhere (conditions.ts, gate/decide.ts).
import { parseQuery } from '../request/query.ts';
import type { CanonicalRequest, Refusal } from '../request/request.ts';
import type { Matched, Route } from './route.ts';

/** Undefined when the request fits its route. */
export function admit({ route }: Matched, request: CanonicalRequest): Refusal | undefined {
  return (
    upgradeFlaw(route, request) ??
    queryFlaw(route, request) ??
    bodyFlaw(route, request) ??
    answerFlaw(route, request)
  );
}

function refusal(status: Refusal['status'], reason: string): Refusal {
  return { status, reason, close: status === 413 };
}

function upgradeFlaw(route: Route, request: CanonicalRequest): Refusal | undefined {
  if (request.upgrade !== undefined && route.upgrade === undefined)
    return refusal(400, 'upgrade-not-declared');
  return request.upgrade === undefined && route.upgrade !== undefined
    ? refusal(426, 'upgrade-required')
    : undefined;
}

function queryFlaw(route: Route, request: CanonicalRequest): Refusal | undefined {
  if (request.query === undefined) return undefined;
  // Rails, Laravel and others run the method named here instead of the one judged (A086).
  if (hasMethodOverride(request.query)) return refusal(400, 'method-override');
  if (route.query === undefined) return undefined;
  const pairs = parseQuery(request.query);
  if ('refused' in pairs) return refusal(400, `query-${pairs.refused}`);
  const seen = new Set<string>();
  for (const [name, value] of pairs) {
    // A parameter without a value may be one: `?DURAND`.
    const parameter = value === '' ? {} : { parameter: name };
    if (!route.query.includes(name)) return { ...refusal(400, 'query-parameter-not-declared'), ...parameter };
    if (seen.has(name)) return refusal(400, 'query-parameter-twice');
    seen.add(name);
  }
  return undefined;
}

/** `_method` as a parameter name, escapes decoded. Where the query cannot be read nothing is found, as in the portal. */
function hasMethodOverride(query: string): boolean {
  if (!query.includes('method') && !query.includes('%')) return false;
  const pairs = parseQuery(query);
  return !('refused' in pairs) && pairs.some(([name]) => name === '_method');
}

function bodyFlaw(route: Route, request: CanonicalRequest): Refusal | undefined {
  if (request.bodyLength === 0) return undefined;
  const { body } = route;
  if (body === undefined && route.records.length === 0) return undefined;
  if (body === undefined || body.types.length === 0) return unexpected('body-not-declared', request);
  if (!body.types.includes('*')) {
    if (!body.types.includes(mediaType(request))) return unexpected('content-type-not-declared', request);
    if (request.headers.has('content-encoding')) return refusal(415, 'content-encoding');
  }
  return request.bodyLength !== 'chunked' && request.bodyLength > body.limit
    ? refusal(413, 'body-too-long')
    : undefined;
}

function unexpected(reason: string, { headers }: CanonicalRequest): Refusal {
  const type = headers.get('content-type');
  return { ...refusal(415, reason), ...(type !== undefined && { type }) };
}

/** The exact media type; a charset other than UTF-8, or any other parameter, makes it another type (A100). */
function mediaType(request: CanonicalRequest): string {
  const given = (request.headers.get('content-type') ?? '').toLowerCase();
  const mark = given.indexOf(';');
  if (mark === -1) return given;
  const parameter = given.slice(mark + 1).trim();
  return parameter === 'charset=utf-8' ? given.slice(0, mark).trim() : 'unreadable';
}

/**
 * A part of an answer cannot be counted (A088), and an answer without a body names nobody: where the answer's body tells
 * whose record it is, HEAD would show the headers of an uncounted person (A086).
 */
function answerFlaw(route: Route, request: CanonicalRequest): Refusal | undefined {
  if (route.records.length === 0) return undefined;
  if (request.headers.has('range')) return refusal(400, 'range-on-counted-route');
  const readsBody = route.records.some((rule) => rule.from === 'answer-json' || rule.from === 'answer-html');
  if (request.method !== 'HEAD' || !readsBody) return undefined;
  return { status: 405, reason: 'head-cannot-be-counted', close: false, allow: route.methods };
}
