// The sessions of an account as the store has them now, without those that are over.
import type { AccountId } from './ids.ts';
import type { Parts } from './parts.ts';
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
