// One request from its first line to its answer: find the route, read the visit, write what comes back.
// The only place that catches errors.

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Accounts } from '../accounts.ts';
import { texts } from '../locales/texts.ts';
import { sentencePage } from '../pages/layout.ts';
import type { Sessions } from '../sign-in/sessions.ts';
import { type Answer, json, page } from './answer.ts';
import { BodyError } from './request-body.ts';
import { createRouteTable, type Match, type Route } from './routes.ts';
import { readVisit, type Visit } from './visit.ts';
import { writeAnswer } from './write-answer.ts';

/** Builds the function that answers every request of a server. */
export function createServe(
  routes: readonly Route[],
  who: { readonly accounts: Accounts; readonly sessions: Sessions },
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const find = createRouteTable(routes);
  return async (request, response) => {
    const path = request.url?.split('?')[0] ?? '';
    const match = find(request.method ?? '', path);
    const params = match.kind === 'found' ? match.params : new Map<string, string>();
    const visit = readVisit(request, params, who);
    writeAnswer(response, await answerTo(match, visit));
  };
}

async function answerTo(match: Match, visit: Visit): Promise<Answer> {
  if (match.kind !== 'found') return noRoute(match, visit);
  try {
    return await match.route.answer(visit);
  } catch (error) {
    if (error instanceof BodyError) return refusal(visit, error.status);
    console.error(error);
    return refusal(visit, 500);
  }
}

function noRoute(match: Exclude<Match, { kind: 'found' }>, visit: Visit): Answer {
  if (match.kind === 'unknown') return refusal(visit, 404);
  if (match.kind === 'malformed') return refusal(visit, 400);
  return refusal(visit, 405, { Allow: match.allow });
}

const CODES = {
  400: 'bad-request',
  404: 'not-found',
  405: 'method-not-allowed',
  413: 'too-large',
  415: 'unsupported-type',
  500: 'failure',
} as const;

function refusal(
  visit: Visit,
  status: keyof typeof CODES,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  // What is left of a body that was too large is not worth reading.
  const all = status === 413 ? { ...headers, Connection: 'close' } : headers;
  if (visit.format === 'json') return json(status, { error: CODES[status] }, all);
  const [title, sentence] = words(visit, status);
  return page(status, sentencePage(visit, title, sentence), all);
}

function words({ language }: Visit, status: keyof typeof CODES): readonly [string, string] {
  const t = texts(language);
  if (status === 404) return [t.notFound, t.notFoundText];
  if (status === 405) return [t.methodNotAllowed, t.badRequestText];
  return status === 500 ? [t.failure, t.failureText] : [t.badRequest, t.badRequestText];
}
