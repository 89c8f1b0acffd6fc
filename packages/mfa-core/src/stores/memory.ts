// The stores in memory: the specification of every port. Each verb checks and changes without an await in between, and
// the event loop runs one at a time: that is all its atomicity. State is lost with the process (A127).
import type { Challenge, Purpose } from '../challenge.ts';
import type { ChallengeId, SessionId, TicketId } from '../ids.ts';
import type { AttemptLane, AttemptStore, ChallengeStore, MfaStores, TicketStore } from '../stores.ts';
import type { Ticket } from '../ticket.ts';
import type { Instant } from '../time.ts';
import { challengesPerSession, type StoreBounds, sessionsKept } from './bounds.ts';
import { memoryFactors } from './memory-factors.ts';
import { memorySessions, sweep } from './memory-sessions.ts';
import { judge, type LaneCount, untouched } from './reservation.ts';

/** Gives stores that begin empty and end with the process: for tests, demonstrations and one instance at most. */
export function memoryStores(bounds: StoreBounds = {}): MfaStores {
  return {
    ...memoryFactors(),
    challenges: challengeStore(),
    sessions: memorySessions(sessionsKept(bounds)),
    attempts: attemptStore(),
    tickets: ticketStore(),
  };
}

function challengeStore(): ChallengeStore {
  const challenges = new Map<ChallengeId, Challenge>();
  const bySession = new Map<SessionId, Set<ChallengeId>>();
  const discard = ({ id, session }: Challenge): void => {
    challenges.delete(id);
    const own = bySession.get(session);
    own?.delete(id);
    if (own?.size === 0) bySession.delete(session);
  };
  return {
    put: async (challenge) => {
      challenges.set(challenge.id, challenge);
      const own = (bySession.get(challenge.session) ?? new Set()).add(challenge.id);
      bySession.set(challenge.session, own);
      const oldest =
        own.size > challengesPerSession ? challenges.get([...own][0] ?? challenge.id) : undefined;
      if (oldest !== undefined) discard(oldest);
    },
    peek: async (id, purpose, session, now) => fitting(challenges.get(id), purpose, session, now),
    take: async (id, purpose, session, now) => {
      const found = fitting(challenges.get(id), purpose, session, now);
      if (found !== undefined) discard(found);
      sweep(challenges.values(), (old) => old.expiresAt <= now, discard);
      return found;
    },
  };
}

function fitting<P extends Purpose>(
  challenge: Challenge | undefined,
  purpose: P,
  session: SessionId,
  now: Instant,
): Challenge<P> | undefined {
  const fits = challenge?.purpose === purpose && challenge.session === session && now < challenge.expiresAt;
  return fits ? (challenge as Challenge<P>) : undefined;
}

/** Counters are never evicted, however many lanes there are: a victim's count cannot be pushed out (A130). */
function attemptStore(): AttemptStore {
  const lanes = new Map<string, LaneCount>();
  const keyOf = ({ account, kind }: AttemptLane): string => `${kind} ${account}`;
  return {
    reserve: async (lane, wait, ceiling, now) => {
      const { reservation, next } = judge(lanes.get(keyOf(lane)) ?? untouched, wait, ceiling, now);
      if (reservation.outcome === 'granted') lanes.set(keyOf(lane), next);
      return reservation;
    },
    clear: async (lane) => void lanes.delete(keyOf(lane)),
    count: async (lane) => lanes.get(keyOf(lane))?.failures ?? 0,
  };
}

function ticketStore(): TicketStore {
  const tickets = new Map<TicketId, Ticket>();
  return {
    issue: async (ticket) => void tickets.set(ticket.id, ticket),
    redeem: async (account, digest, now) => {
      const fits = (one: Ticket): boolean =>
        one.account === account && one.digest === digest && now < one.expiresAt;
      const ticket = [...tickets.values()].find(fits);
      if (ticket !== undefined) tickets.delete(ticket.id);
      return ticket;
    },
    list: async (account) =>
      [...tickets.values()]
        .filter((one) => account === undefined || one.account === account)
        .sort((a, b) => b.issuedAt - a.issuedAt),
    revoke: async (id) => (tickets.delete(id) ? 'revoked' : 'absent'),
  };
}
