// A request as the routes see it: who is asking, in which language, with which parameters.
// Reading the cookie is here; what a session is worth is in sign-in/sessions.ts.

import type { IncomingMessage } from 'node:http';
import type { Account, Accounts } from '../accounts.ts';
import type { Sessions } from '../sign-in/sessions.ts';
import { type Format, type Language, preferredFormat, preferredLanguage } from './negotiate.ts';
import { readForm, readJson } from './request-body.ts';

/** One request, read. */
export interface Visit {
  /** Path and query as they were asked for. */
  readonly target: string;
  readonly query: URLSearchParams;
  readonly language: Language;
  readonly format: Format;
  readonly sessionId: string | undefined;
  readonly account: Account | undefined;
  /** Gives a decoded part of the path, or '' when the route has none of that name. */
  param(name: string): string;
  form(): Promise<URLSearchParams>;
  json(): Promise<unknown>;
}

/** The name of the session cookie. */
export const SESSION_COOKIE = 'PORTALSID';

/** Reads a request once its route is known. */
export function readVisit(
  request: IncomingMessage,
  params: ReadonlyMap<string, string>,
  who: { readonly accounts: Accounts; readonly sessions: Sessions },
): Visit {
  const target = request.url ?? '/';
  const api = target.startsWith('/api/');
  const mark = target.indexOf('?');
  return {
    target,
    query: new URLSearchParams(mark < 0 ? '' : target.slice(mark)),
    language: preferredLanguage(request.headers['accept-language']),
    format: api ? 'json' : preferredFormat(request.headers.accept),
    ...whoAsks(request, who),
    param: (name) => params.get(name) ?? '',
    form: () => readForm(request),
    json: () => readJson(request),
  };
}

/** Finds the session and the account behind the request's cookie. */
export function whoAsks(
  request: IncomingMessage,
  { accounts, sessions }: { readonly accounts: Accounts; readonly sessions: Sessions },
): { readonly sessionId: string | undefined; readonly account: Account | undefined } {
  const sessionId = cookie(request.headers.cookie, SESSION_COOKIE);
  const login = sessionId === undefined ? undefined : sessions.use(sessionId);
  return { sessionId, account: login === undefined ? undefined : accounts.find(login) };
}

function cookie(header: string | undefined, name: string): string | undefined {
  for (const pair of header?.split(';') ?? []) {
    const [key, value] = pair.trim().split('=', 2);
    if (key === name) return value;
  }
  return undefined;
}
