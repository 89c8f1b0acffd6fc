// The right to bind one factor: earned by a ticket, a card or a factor already held, kept as a challenge of the session,
// spent by the factor it binds. Never earned by a mailbox, a password or a recovery code (A187, A188).
import { fail, type Refused, refuse, reserve, succeed } from './attempts.ts';
import { type Challenge, challengeLifetimes, type EnrolRight } from './challenge.ts';
import { type ChangeRight, changeRight, holdsNone, tierOf } from './change-right.ts';
import type { Factor } from './factor.ts';
import { type ChallengeId, makeChallengeId, parseChallengeId, parseTicketCode } from './ids.ts';
import { emit, type Parts, whoseOf } from './parts.ts';
import { digestCode } from './recovery-codes.ts';
import type { Session } from './session.ts';
import { currentSession } from './session-lifecycle.ts';
import type { Ticket } from './ticket.ts';
import { after, type Instant } from './time.ts';

/** A right to bind one factor, opaque, good for 15 minutes in this session; or the refusal. */
export type RightAnswer = { readonly outcome: 'granted'; readonly right: ChallengeId } | Refused;

/** Spends a ticket as typed for the right to bind one factor of any kind. Guesses share the account's one limiter. */
export async function redeemTicket(parts: Parts, given: Session, text: unknown): Promise<RightAnswer> {
  const session = await currentSession(parts, given);
  if (session === undefined) return { outcome: 'refused', reason: 'session-gone' };
  const attempt = await reserve(parts, session.account, 'code', 'enrol');
  const counts = attempt.reservation.outcome === 'granted' && (await takesTickets(parts, session));
  const ticket = await redeem(parts, session, counts ? text : '');
  if (ticket === undefined) return fail(parts, session, attempt, 'ticket-unknown');
  await succeed(parts, attempt);
  await emit(parts, whoseOf(session), { type: 'ticket-used', ticket: ticket.id });
  return {
    outcome: 'granted',
    right: await putRight(parts, session, { source: 'ticket', ticket: ticket.id }),
  };
}

/** Where only a card may bind the first factor, a ticket is as good as none. */
async function takesTickets(parts: Parts, session: Session): Promise<boolean> {
  if (parts.policy.firstFactor.includes('ticket')) return true;
  return !holdsNone(await parts.stores.factors.list(session.account));
}

/** The store is asked for every text, so that a malformed ticket takes as long as a wrong one. */
function redeem(parts: Parts, session: Session, text: unknown): Promise<Ticket | undefined> {
  const code = parseTicketCode(text);
  const digest = digestCode(parts.keys.digests, 'ticket', session.account, code ?? '');
  return parts.stores.tickets.redeem(session.account, digest, parts.clock.now());
}

/** Gives the right that what the session showed lately is worth (see change-right.ts). */
export async function rightFromProof(parts: Parts, session: Session): Promise<RightAnswer> {
  const right = await changeRight(parts, session);
  if (right.outcome === 'no') return refuse(parts, session, 'enrol', right.reason);
  return { outcome: 'granted', right: await putRight(parts, session, earned(right)) };
}

function earned({ proof, tier, shown }: Extract<ChangeRight, { readonly outcome: 'granted' }>): EnrolRight {
  if (tier === 'card') return { source: 'card', proof: proof.id };
  return { source: 'factor', proof: proof.id, tier, ...(shown !== undefined && { factor: shown.id }) };
}

async function putRight(parts: Parts, session: Session, payload: EnrolRight): Promise<ChallengeId> {
  const id = makeChallengeId(parts.random);
  const expiresAt = after(parts.clock.now(), challengeLifetimes['enrol-right']);
  await parts.stores.challenges.put({
    id,
    purpose: 'enrol-right',
    session: session.id,
    account: session.account,
    expiresAt,
    payload,
  });
  return id;
}

/** Reads a right without spending it. */
export function peekRight(
  parts: Parts,
  session: Session,
  id: unknown,
): Promise<Challenge<'enrol-right'> | undefined> {
  const right = parseChallengeId(id);
  if (right === undefined) return Promise.resolve(undefined);
  return parts.stores.challenges.peek(right, 'enrol-right', session.id, parts.clock.now());
}

/** From when on a factor bound by this right proves something: a higher tier than the proof's own has to wait. */
export function activeFrom(parts: Parts, right: EnrolRight, kind: Factor['kind'], now: Instant): Instant {
  const { newFactorDelay, waitingPeriod } = parts.policy;
  const tooHigh = right.source === 'factor' && right.tier === 'code' && tierOf(kind) === 'phishing-resistant';
  return after(now, tooHigh && waitingPeriod > newFactorDelay ? waitingPeriod : newFactorDelay);
}
