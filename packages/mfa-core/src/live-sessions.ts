// The sessions of an account as the store has them now, without those that are over; and their end.
import type { MfaEvent } from './events.ts';
import type { AccountId, SessionId } from './ids.ts';
import { emit, type Parts } from './parts.ts';
import { isLive, type Session } from './session.ts';

/** Newest first. */
export async function liveSessions(parts: Parts, account: AccountId): Promise<readonly Session[]> {
  const now = parts.clock.now();
  const all = await parts.stores.sessions.list(account);
  return all.filter((session) => isLive(session, parts.policy.sessions, now));
}

/** The session as the store has it now, live or undefined: for changes that must not rest on an old reading (A206). */
export async function currentSession(parts: Parts, session: Session): Promise<Session | undefined> {
  return (await liveSessions(parts, session.account)).find(({ id }) => id === session.id);
}

/** Who ended a session, as events say it. */
export type EndedBy = Extract<MfaEvent, { readonly type: 'session-ended' }>['by'];

/**
 * Ends, then tells of how many, and answers it: a sink that is down must not keep a stolen session alive. `whose` is the
 * account, and the session that acts where one does.
 */
export async function endSessions(
  parts: Parts,
  whose: { readonly account: AccountId; readonly session?: SessionId },
  which: 'all' | readonly SessionId[],
  by: EndedBy,
): Promise<number> {
  if (which.length === 0) return 0;
  const count = await parts.stores.sessions.end(whose.account, which);
  if (count > 0) await emit(parts, whose, { type: 'session-ended', count, by });
  return count;
}
