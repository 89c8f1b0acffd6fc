// Who is there: the portal's account, and the session of that account in this browser. A session of another account is
// ended, never taken over (A214).
import { type AccountId, parseAccountId, type SessionToken } from '../ids.ts';
import type { Mfa } from '../mfa.ts';
import type { Session } from '../session.ts';
import type { ApiRequest } from './api-request.ts';
import { readSessionCookie } from './session-cookie.ts';

/** How the portal says who is signed in: its own name of the account, or nothing. Asked once for each request. */
export type AccountOf<R> = (request: R) => string | undefined | Promise<string | undefined>;

export interface Visit {
  readonly account: AccountId;
  /** Undefined while this browser has shown nothing yet. */
  readonly session: Session | undefined;
  /** The token behind the session; empty without one. */
  readonly token: string;
}

/** The visit of a signed-in account; undefined when nobody is, or the portal's name is no account (see parseAccountId). */
export async function visitOf(
  mfa: Mfa,
  request: ApiRequest,
  name: string | undefined,
): Promise<Visit | undefined> {
  const account = parseAccountId(name);
  if (account === undefined) return undefined;
  const token = readSessionCookie(request.header('cookie'));
  const session = token === undefined ? undefined : await mfa.sessions.load(token);
  if (token === undefined || session === undefined) return { account, session: undefined, token: '' };
  if (session.account === account) return { account, session, token };
  await mfa.sessions.end(session, 'other-account');
  return { account, session: undefined, token: '' };
}

/** Ends the session behind the cookie, if there is one. */
export async function endSessionOf(mfa: Mfa, cookies: string | undefined): Promise<void> {
  const token = readSessionCookie(cookies);
  const session = token === undefined ? undefined : await mfa.sessions.load(token);
  if (session !== undefined) await mfa.sessions.end(session, 'person');
}

export interface OpenVisit extends Visit {
  readonly session: Session;
  readonly token: SessionToken;
}

/** Opens the session a visit lacks; the caller must set the cookie. */
export async function opened(mfa: Mfa, request: ApiRequest, account: AccountId): Promise<OpenVisit> {
  const { session, token } = await mfa.sessions.open(account, agentOf(request));
  return { account, session, token };
}

/** "Firefox 140, Windows" is what the person recognises in the list of sessions; the rest of the header is noise. */
function agentOf(request: ApiRequest): string {
  const text = (request.header('user-agent') ?? '').slice(0, 400);
  const browser = /(Firefox|Edg|OPR|Chrome|Safari)\/(\d{1,4})/.exec(text);
  const system = /(Windows|Android|iPhone|iPad|Mac OS X|Linux)/.exec(text)?.[1];
  const name =
    browser === null ? text.slice(0, 40) : `${browser[1] === 'Edg' ? 'Edge' : browser[1]} ${browser[2]}`;
  return system === undefined ? name : `${name}, ${system}`;
}
