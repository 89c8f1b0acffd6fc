// Sessions: opened for an account the portal knows, rotated at each elevation, ended for good. Whether a session's
// proofs are enough is judged elsewhere (assurance.ts).
import type { Proof } from './assurance.ts';
import {
  type AccountId,
  digestToken,
  makeSessionId,
  makeSessionToken,
  parseSessionToken,
  type SessionId,
  type SessionToken,
} from './ids.ts';
import { type EndedBy, endSessions, liveSessions } from './live-sessions.ts';
import { type EndedOne, type EndedOthers, endOne, endOthers } from './other-sessions.ts';
import { emit, type Parts, whoseOf } from './parts.ts';
import { isCardClass, isLive, type Session, touchEvery, withProof } from './session.ts';
import { elapsed, type Instant } from './time.ts';

/** The session with its new token, or that there is none any more. */
export type Elevation =
  | { readonly outcome: 'elevated'; readonly session: Session; readonly token: SessionToken }
  | { readonly outcome: 'gone' };

/** Sessions, opened beside the portal’s own. */
export interface Sessions {
  /** Opens a session. `agent` is what the browser said it is; 120 characters are kept. The token is the credential. */
  open(
    account: AccountId,
    agent: string,
  ): Promise<{ readonly session: Session; readonly token: SessionToken }>;
  /** The live session behind a token as it came in; undefined for anything else. Writes at most once a minute. */
  load(token: string): Promise<Session | undefined>;
  /** Ends one session. Ending one that is gone is no error. */
  end(session: Session, by: EndedBy): Promise<void>;
  /**
   * What a person asks for from one of their browsers. A session that proved nothing within `changeMaxAge` ends no other that
   * has, and none that was used within the last quarter of an hour: who has only the password must not throw the owner out.
   * What a code bound ends beside those what rests on it, or on what hangs from it: it may be a thief's.
   */
  endOthers(session: Session): Promise<EndedOthers>;
  /** One of the account's sessions, by the same rule; its own always. */
  endOne(session: Session, id: SessionId): Promise<EndedOne>;
  /** Ends all of the account's sessions, but `except`; answers how many there were. Asks nothing: for what has the right. */
  endAll(account: AccountId, by: EndedBy, except?: SessionId | undefined): Promise<number>;
  /** The account's live sessions, newest first. */
  list(account: AccountId): Promise<readonly Session[]>;
  /**
   * Adds a proof and changes the token: the old one opens nothing from then on (A199). Of parallel callers with one
   * token exactly one gets `elevated`.
   */
  elevate(token: string, proof: Proof): Promise<Elevation>;
}

export function createSessions(parts: Parts): Sessions {
  return {
    open: (account, agent) => open(parts, account, agent),
    load: (token) => load(parts, token),
    end: (session, by) => end(parts, session, by),
    endOthers: (session) => endOthers(parts, session),
    endOne: (session, id) => endOne(parts, session, id),
    endAll: (account, by, except) => endAll(parts, account, by, except),
    list: (account) => liveSessions(parts, account),
    elevate: (token, proof) => elevate(parts, token, proof),
  };
}

async function open(
  parts: Parts,
  account: AccountId,
  agent: string,
): Promise<{ session: Session; token: SessionToken }> {
  const now = parts.clock.now();
  const token = makeSessionToken(parts.random);
  const session: Session = {
    id: makeSessionId(parts.random),
    account,
    openedAt: now,
    seenAt: now,
    proofs: [],
    agent: agent.replace(/\p{C}/gu, '').slice(0, 120),
  };
  await emit(parts, whoseOf(session), { type: 'session-opened', agent: session.agent });
  await parts.stores.sessions.create(digestToken(token), session);
  return { session, token };
}

async function load(parts: Parts, text: string): Promise<Session | undefined> {
  const token = parseSessionToken(text);
  if (token === undefined) return undefined;
  const digest = digestToken(token);
  const session = await parts.stores.sessions.load(digest);
  if (session === undefined) return undefined;
  const now = parts.clock.now();
  if (!isLive(session, parts.policy.sessions, now)) {
    await parts.stores.sessions.end(session.account, [session.id]);
    return undefined;
  }
  const silence = elapsed(session.seenAt, now);
  if (silence < touchEvery) return session;
  if (silence > parts.policy.cardIdle && session.proofs.some(isCardClass))
    return withoutCard(parts, token, session, now);
  await parts.stores.sessions.touch(digest, now);
  return { ...session, seenAt: now };
}

/** After a long silence nobody can say that the card is still in the reader: its proof is gone, the session stays. */
async function withoutCard(
  parts: Parts,
  token: SessionToken,
  session: Session,
  now: Instant,
): Promise<Session | undefined> {
  const digest = digestToken(token);
  const kept: Session = {
    ...session,
    seenAt: now,
    proofs: session.proofs.filter((proof) => !isCardClass(proof)),
  };
  return (await parts.stores.sessions.replace(digest, digest, kept)) === 'replaced' ? kept : undefined;
}

async function end(parts: Parts, session: Session, by: EndedBy): Promise<void> {
  await endSessions(parts, whoseOf(session), [session.id], by);
}

async function endAll(
  parts: Parts,
  account: AccountId,
  by: EndedBy,
  except: SessionId | undefined,
): Promise<number> {
  if (except === undefined) return endSessions(parts, { account }, 'all', by);
  const all = await parts.stores.sessions.list(account);
  const others = all.map(({ id }) => id).filter((id) => id !== except);
  return endSessions(parts, { account }, others, by);
}

async function elevate(parts: Parts, text: string, proof: Proof): Promise<Elevation> {
  const session = await load(parts, text);
  const from = parseSessionToken(text);
  if (session === undefined || from === undefined) return { outcome: 'gone' };
  const next = withProof(session, proof, parts.clock.now());
  const token = makeSessionToken(parts.random);
  const replaced = await parts.stores.sessions.replace(digestToken(from), digestToken(token), next);
  return replaced === 'gone' ? { outcome: 'gone' } : { outcome: 'elevated', session: next, token };
}
