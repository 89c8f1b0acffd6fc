// What one session may end of its account's others. Who signs in with the password alone has a session without a proof: it
// must not throw the owner out where something was proved, nor in the middle of the gesture or with a spent ticket in hand.
import { challengeLifetimes } from './challenge.ts';
import type { SessionId } from './ids.ts';
import { currentSession, liveSessions } from './live-sessions.ts';
import { emit, type Parts, whoseOf } from './parts.ts';
import { isCardClass, type Session, touchEvery } from './session.ts';
import { elapsed, type Instant, type Seconds, secondsOf } from './time.ts';

/** How many of the others ended, and how many stay because this session has proved nothing. */
export interface EndedOthers {
  readonly ended: number;
  readonly stay: number;
}

/** What became of one session; `stays` where this one has proved nothing. */
export type EndedOne = 'ended' | 'stays' | 'absent';

/**
 * The longest ceremony: a right to enrol, for which a ticket was spent, or a form held for after the gesture. `seenAt` is
 * kept to the minute, so one more.
 */
const atWork: Seconds = secondsOf(challengeLifetimes['enrol-right'] + touchEvery);

/** Ends all others where `session` has proved something; otherwise those that proved nothing and are not at work. */
export async function endOthers(parts: Parts, session: Session): Promise<EndedOthers> {
  const others = (await liveSessions(parts, session.account)).filter(({ id }) => id !== session.id);
  const mine = await endable(parts, session, others);
  return { ended: await endThese(parts, session, mine), stay: others.length - mine.length };
}

/** Ends one session of the account, by the same rule; its own always. */
export async function endOne(parts: Parts, session: Session, id: SessionId): Promise<EndedOne> {
  const named = (await liveSessions(parts, session.account)).filter((one) => one.id === id);
  if (named.length === 0) return 'absent';
  const mine = id === session.id ? named : await endable(parts, session, named);
  if (mine.length === 0) return 'stays';
  return (await endThese(parts, session, mine)) > 0 ? 'ended' : 'absent';
}

/** Read anew: what this session has proved may have ended since the caller read it (A206). */
async function endable(
  parts: Parts,
  given: Session,
  others: readonly Session[],
): Promise<readonly Session[]> {
  const session = await currentSession(parts, given);
  if (session === undefined) return [];
  const now = parts.clock.now();
  if (hasProof(parts, session, now)) return others;
  return others.filter((other) => !hasProof(parts, other, now) && elapsed(other.seenAt, now) > atWork);
}

/** A card that was silent too long is forgotten at the next request, and counts for nothing before it already. */
function hasProof({ policy }: Parts, { proofs, seenAt }: Session, now: Instant): boolean {
  return proofs.some((proof) => !isCardClass(proof) || elapsed(seenAt, now) <= policy.cardIdle);
}

async function endThese(parts: Parts, session: Session, which: readonly Session[]): Promise<number> {
  if (which.length === 0) return 0;
  const ids = which.map(({ id }) => id);
  const count = await parts.stores.sessions.end(session.account, ids);
  if (count > 0) await emit(parts, whoseOf(session), { type: 'session-ended', count, by: 'person' });
  return count;
}
