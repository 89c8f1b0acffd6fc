// What one session may end of its account's others. Who signs in with the password alone has a session without a proof: it
// must not throw the owner out where something was proved, nor in the middle of the gesture or with a spent ticket in hand.
import type { Factor } from './factor.ts';
import type { AccountId, SessionId } from './ids.ts';
import { currentSession, endSessions, liveSessions } from './live-sessions.ts';
import { type Parts, whoseOf } from './parts.ts';
import type { Session } from './session.ts';
import { isReached, type Reach, reachOfSession } from './session-reach.ts';

/** How many of the others ended, and how many stay because this session has proved nothing. */
export interface EndedOthers {
  readonly ended: number;
  readonly stay: number;
}

/** What became of one session; `stays` where this one has proved nothing. */
export type EndedOne = 'ended' | 'stays' | 'absent';

/** Ends all others where `session` proved something just now; otherwise those that proved nothing and are not at work. */
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
  const held = await parts.stores.factors.list(session.account);
  const reach = reachOfSession(parts, session, held);
  return others.filter((other) => isReached(parts, other, reach, held));
}

function endThese(parts: Parts, session: Session, which: readonly Session[]): Promise<number> {
  return endSessions(parts, whoseOf(session), idsOf(which), 'person');
}

function idsOf(sessions: readonly Session[]): readonly SessionId[] {
  return sessions.map(({ id }) => id);
}

/** What a change ends, of its reach: the account's other sessions, and this one too where it rests on what was removed. */
export async function endAfterChange(
  parts: Parts,
  account: AccountId,
  { reach, held, except }: ChangeEnd,
): Promise<void> {
  // All at once, where none is to stay: also one that was opened since they could be listed.
  if (reach === 'all' && except === undefined)
    return void (await endSessions(parts, { account }, 'all', 'factor-change'));
  const others = (await parts.stores.sessions.list(account)).filter(({ id }) => id !== except);
  const reached = others.filter((other) => isReached(parts, other, reach, held));
  await endSessions(parts, { account }, idsOf(reached), 'factor-change');
}

interface ChangeEnd {
  readonly reach: Reach;
  /** As they were before the change. */
  readonly held: readonly Factor[];
  readonly except: SessionId | undefined;
}
