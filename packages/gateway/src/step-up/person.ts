// Who is in front of our own pages: the portal's account, and the gateway's session of that account in this browser.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Mfa, Session, SessionToken } from '@palier/mfa-core';
import { sessionCookie, setSessionCookie } from '../gate/session-cookie.ts';
import type { Identity, IdentitySource } from '../identity/identity.ts';
import { canonicalise, type EdgeRules } from '../request/canonical.ts';
import { cookieValue } from '../request/cookies.ts';
import type { CanonicalRequest, Refusal } from '../request/request.ts';
import { keepLanguage, namedLanguage, spokenLanguage } from '../respond/language.ts';
import type { Language } from '../respond/problems.ts';
import type { Stops } from '../stops/stops.ts';
import type { Replaced } from '../stores/replaced-tokens.ts';
import type { Openings } from './openings.ts';

/** Why somebody was stopped whose gesture came while the request was under way: nothing more is asked of her. */
export const overtaken = 'overtaken';

export interface Person {
  readonly identity: Identity & { readonly kind: 'account' };
  readonly session: Session;
  /** What the browser holds now; changes when a step-up rotates it. */
  readonly token: SessionToken;
}

export interface Visit {
  readonly request: CanonicalRequest;
  readonly language: Language;
  /** Undefined when nobody is signed in at the portal. */
  readonly person: Person | undefined;
}

/** A visit of somebody who is signed in at the portal. */
export type Known = Visit & { readonly person: Person };

export interface Reception {
  readonly edge: EdgeRules;
  readonly identify: IdentitySource;
  readonly mfa: Mfa;
  readonly stops: Stops;
  readonly openings: Openings;
  readonly replaced: Replaced;
}

/**
 * Reads who is there, and opens a session of ours for a signed-in account that has none yet: a row exists only for
 * people the portal knows (A260). Who is stopped gets no page of ours: no factor is bound meanwhile. A cookie of another account is ended first.
 */
export async function receive(
  reception: Reception,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<Visit | Refusal> {
  const request = canonicalise(incoming, reception.edge);
  if ('status' in request) return request;
  const language = languageFor(request, response);
  const identity = await reception.identify(request);
  if ((await reception.stops.holding({ route: undefined, identity })) !== undefined)
    return { status: 403, reason: 'stopped', close: false };
  if (identity.kind === 'anonymous') return { request, language, person: undefined };
  const person =
    (await known(reception, request, identity)) ?? (await opened(reception, request, identity, response));
  return { request, language, person };
}

async function known(
  reception: Reception,
  request: CanonicalRequest,
  identity: Person['identity'],
): Promise<Person | undefined> {
  const cookie = cookieValue(request.headers.get('cookie'), sessionCookie);
  if (cookie === undefined || cookie === 'duplicate') return undefined;
  const session = await reception.mfa.sessions.load(cookie);
  if (session?.account === identity.account) return { identity, session, token: cookie as SessionToken };
  if (session !== undefined) await reception.mfa.sessions.end(session, 'other-account');
  return undefined;
}

async function opened(
  reception: Reception,
  request: CanonicalRequest,
  identity: Person['identity'],
  response: ServerResponse,
): Promise<Person> {
  const { session, token } = await reception.openings(request, identity);
  const cookie = cookieValue(request.headers.get('cookie'), sessionCookie);
  // A gesture overtook this request: the browser has a better cookie, and the page of a moment is not worth losing it. It
  // is not shown as that session either: the old token is good for nothing (A199).
  const isOvertaken = cookie !== undefined && reception.replaced(cookie, identity.account) !== undefined;
  if (!isOvertaken) setSessionCookie(response, token);
  return { identity, session, token };
}

/** The language asked for in the address wins, and from then on. */
function languageFor({ query, headers }: CanonicalRequest, response: ServerResponse): Language {
  const before = spokenLanguage((name) => headers.get(name));
  const asked = namedLanguage(query);
  if (asked === undefined || asked === before) return before;
  keepLanguage(response, asked);
  return asked;
}
