// Whether a request has the form its route declared: query, body and upgrade. On routes that count records anything
// undeclared is refused, since it may name a person nobody counts (A100, A101, A104, A106).

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
  const declared = route.query;
  if (declared === undefined || request.query === undefined) return undefined;
  const pairs = parseQuery(request.query);
  if ('refused' in pairs) return refusal(400, `query-${pairs.refused}`);
  const names = pairs.map(([name]) => name);
  if (names.some((name) => !declared.includes(name))) return refusal(400, 'query-parameter-not-declared');
  return new Set(names).size === names.length ? undefined : refusal(400, 'query-parameter-twice');
}

function bodyFlaw(route: Route, request: CanonicalRequest): Refusal | undefined {
  if (request.bodyLength === 0) return undefined;
  if (route.body === undefined)
    return route.records.length === 0 ? undefined : refusal(415, 'body-not-declared');
  if (!route.body.types.includes(mediaType(request))) return refusal(415, 'content-type-not-declared');
  if (request.headers.has('content-encoding')) return refusal(415, 'content-encoding');
  return request.bodyLength !== 'chunked' && request.bodyLength > route.body.limit
    ? refusal(413, 'body-too-long')
    : undefined;
}

/** The exact media type; a charset other than UTF-8, or any other parameter, makes it another type (A100). */
function mediaType(request: CanonicalRequest): string {
  const [type = '', ...parameters] = (request.headers.get('content-type') ?? '')
    .toLowerCase()
    .split(';')
    .map((part) => part.trim());
  return parameters.every((parameter) => parameter === 'charset=utf-8') && parameters.length <= 1
    ? type
    : 'unreadable';
}

/** A part of an answer cannot be counted, and a 304 shows nothing new: such requests go as plain ones or not at all (A088). */
function answerFlaw(route: Route, request: CanonicalRequest): Refusal | undefined {
  if (route.records.length === 0) return undefined;
  return request.headers.has('range') ? refusal(400, 'range-on-counted-route') : undefined;
}
