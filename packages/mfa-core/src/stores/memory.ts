// The stores in memory: the specification of every port. Each verb checks and changes without an await in between, and
// the event loop runs one at a time: that is all its atomicity. State is lost with the process.
import type { Challenge, Purpose } from '../challenge.ts';
import type { Factor, RecoverySet } from '../factor.ts';
import type { AccountId, ChallengeId, FactorId, TokenDigest } from '../ids.ts';
import type { Session } from '../session.ts';
import type { AttemptLane, AttemptStore, ChallengeStore, FactorStore, FactorUpkeep, MfaStores, SessionStore, TicketStore } from '../stores.ts';
import type { Ticket } from '../ticket.ts';
import { type Instant, instantOf } from '../time.ts';

/** At most so many live challenges for one session. */
export const challengesPerSession = 32;

export function memoryStores(): MfaStores {
  const factors = new Map<FactorId, Factor>();
  return {
    factors: factorStore(factors),
    upkeep: factorUpkeep(factors),
    challenges: challengeStore(),
    sessions: sessionStore(),
    attempts: attemptStore(),
    tickets: ticketStore(),
  };
}

function ownedBy(factors: ReadonlyMap<FactorId, Factor>, account: AccountId, id: FactorId): Factor | undefined {
  const factor = factors.get(id);
  return factor?.account === account ? factor : undefined;
}

function factorStore(factors: Map<FactorId, Factor>): FactorStore {
  return {
    list: async (account) => [...factors.values()].filter((factor) => factor.account === account).sort((a, b) => a.addedAt - b.addedAt),
    add: async (factor) => {
      const clash = [...factors.values()].some((old) => old.id === factor.id || sameCredential(old, factor));
      if (clash) return 'duplicate';
      factors.set(factor.id, factor);
      return 'added';
    },
    remove: async (account, id) => (ownedBy(factors, account, id) !== undefined && factors.delete(id) ? 'removed' : 'absent'),
    advanceTotpStep: async (account, id, step, at) => {
      const factor = ownedBy(factors, account, id);
      if (factor?.kind !== 'totp' || step <= factor.lastStep) return 'replayed';
      factors.set(id, { ...factor, lastStep: step, lastUsedAt: at });
      return 'advanced';
    },
    advanceSignCount: async (account, id, count, backedUp, at) => {
      const factor = ownedBy(factors, account, id);
      if (factor?.kind !== 'webauthn' || !(count > factor.signCount || (count === 0 && factor.signCount === 0))) return 'went-back';
      factors.set(id, { ...factor, signCount: count, backedUp, lastUsedAt: at });
      return 'advanced';
    },
    redeemRecoveryCode: async (account, id, digest, at) => {
      const factor = ownedBy(factors, account, id);
      if (factor?.kind !== 'recovery-code' || !factor.codes.includes(digest)) return 'unknown';
      factors.set(id, { ...factor, codes: factor.codes.filter((code) => code !== digest), lastUsedAt: at });
      return 'redeemed';
    },
  };
}

function sameCredential(old: Factor, factor: Factor): boolean {
  return old.kind === 'webauthn' && factor.kind === 'webauthn' && old.credentialId === factor.credentialId;
}

function factorUpkeep(factors: Map<FactorId, Factor>): FactorUpkeep {
  return {
    rename: async (account, id, name) => {
      const factor = ownedBy(factors, account, id);
      if (factor === undefined) return 'absent';
      factors.set(id, { ...factor, name });
      return 'renamed';
    },
    reseal: async (account, id, from, to) => {
      const factor = ownedBy(factors, account, id);
      if (factor?.kind !== 'totp' || factor.secret !== from) return 'changed';
      factors.set(id, { ...factor, secret: to });
      return 'resealed';
    },
    disable: async (account, kinds, at) => {
      const hit = [...factors.values()].filter((factor) => factor.account === account && kinds.includes(factor.kind) && factor.disabledAt === undefined);
      for (const factor of hit) factors.set(factor.id, { ...factor, disabledAt: at });
      return hit.length;
    },
    replaceRecoverySet: async (set: RecoverySet) => {
      for (const factor of [...factors.values()]) {
        if (factor.kind === 'recovery-code' && factor.account === set.account) factors.delete(factor.id);
      }
      factors.set(set.id, set);
    },
    page: async (after, limit) =>
      [...factors.values()].filter((factor) => after === undefined || factor.id > after).sort((a, b) => (a.id < b.id ? -1 : 1)).slice(0, limit),
  };
}

function challengeStore(): ChallengeStore {
  const challenges = new Map<ChallengeId, Challenge>();
  const find = <P extends Purpose>(id: ChallengeId, purpose: P, session: string, now: Instant): Challenge<P> | undefined => {
    const challenge = challenges.get(id);
    const fits = challenge?.purpose === purpose && challenge.session === session && now < challenge.expiresAt;
    return fits ? (challenge as Challenge<P>) : undefined;
  };
  return {
    put: async (challenge) => {
      challenges.set(challenge.id, challenge);
      const own = [...challenges.values()].filter((one) => one.session === challenge.session);
      for (const old of own.slice(0, Math.max(0, own.length - challengesPerSession))) challenges.delete(old.id);
    },
    peek: async (id, purpose, session, now) => find(id, purpose, session, now),
    take: async (id, purpose, session, now) => {
      const found = find(id, purpose, session, now);
      if (found !== undefined) challenges.delete(id);
      return found;
    },
  };
}

function sessionStore(): SessionStore {
  const sessions = new Map<TokenDigest, Session>();
  return {
    create: async (digest, session) => void sessions.set(digest, session),
    load: async (digest) => sessions.get(digest),
    replace: async (from, to, session) => {
      if (!sessions.delete(from)) return 'gone';
      sessions.set(to, session);
      return 'replaced';
    },
    touch: async (digest, seenAt) => {
      const session = sessions.get(digest);
      if (session !== undefined) sessions.set(digest, { ...session, seenAt: instantOf(Math.max(session.seenAt, seenAt)) });
    },
    list: async (account) => [...sessions.values()].filter((session) => session.account === account).sort((a, b) => b.openedAt - a.openedAt),
    end: async (account, which) => {
      const hit = [...sessions].filter(([, session]) => session.account === account && (which === 'all' || which.includes(session.id)));
      for (const [digest] of hit) sessions.delete(digest);
      return hit.length;
    },
  };
}

function attemptStore(): AttemptStore {
  const lanes = new Map<string, { readonly failures: number; readonly until: Instant }>();
  const keyOf = ({ account, kind }: AttemptLane): string => `${kind} ${account}`;
  return {
    reserve: async (lane, wait, ceiling, now) => {
      const { failures, until } = lanes.get(keyOf(lane)) ?? { failures: 0, until: instantOf(0) };
      if (failures >= ceiling) return { outcome: 'ceiling' };
      if (now < until) return { outcome: 'wait', until };
      const delay = wait[Math.min(failures + 1, wait.length - 1)] ?? 0;
      lanes.set(keyOf(lane), { failures: failures + 1, until: instantOf(now + delay) });
      return { outcome: 'granted', failures: failures + 1 };
    },
    clear: async (lane) => void lanes.delete(keyOf(lane)),
    count: async (lane) => lanes.get(keyOf(lane))?.failures ?? 0,
  };
}

function ticketStore(): TicketStore {
  const tickets = new Map<string, Ticket>();
  return {
    issue: async (ticket) => void tickets.set(ticket.id, ticket),
    redeem: async (account, digest, now) => {
      const ticket = [...tickets.values()].find((one) => one.account === account && one.digest === digest && now < one.expiresAt);
      if (ticket !== undefined) tickets.delete(ticket.id);
      return ticket;
    },
    list: async (account) => [...tickets.values()].filter((one) => account === undefined || one.account === account).sort((a, b) => b.issuedAt - a.issuedAt),
    revoke: async (id) => (tickets.delete(id) ? 'revoked' : 'absent'),
  };
}
