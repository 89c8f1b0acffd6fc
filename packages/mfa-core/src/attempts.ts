// Guesses: counted before they are judged, one count per account over every factor and endpoint (A136, A137). It knows
// waiting times and the ceiling, not what is being guessed.
import type { RefusalReason } from './events.ts';
import type { Factor } from './factor.ts';
import type { AccountId } from './ids.ts';
import { emit, named, type Parts, whoseOf } from './parts.ts';
import type { Session } from './session.ts';
import type { AttemptLane, Reservation } from './stores.ts';
import { after, type Instant, type Seconds } from './time.ts';

/** A refusal with its reason for the log; people read one sentence for all of them. */
export interface Refused {
  readonly outcome: 'refused';
  readonly reason: RefusalReason;
  /** When trying again makes sense, if waiting is what helps. */
  readonly retryAt?: Instant;
}

export interface Attempt {
  readonly lane: AttemptLane;
  readonly reservation: Reservation;
  /** What is judged, for the log. */
  readonly act: 'step-up' | 'enrol';
}

/**
 * Counts one guess of the lane before anything is judged. What is not granted and could be guessed must be judged against
 * a dummy.
 */
export async function reserve(
  parts: Parts,
  account: AccountId,
  kind: AttemptLane['kind'],
  act: Attempt['act'],
): Promise<Attempt> {
  const lane = { account, kind };
  const waits = milliseconds(kind === 'code' ? parts.policy.codeWaits : parts.policy.keyWaits);
  const ceiling = kind === 'code' ? parts.policy.codeCeiling : Number.MAX_SAFE_INTEGER;
  return {
    lane,
    act,
    reservation: await parts.stores.attempts.reserve(lane, waits, ceiling, parts.clock.now()),
  };
}

function milliseconds(waits: readonly Seconds[]): readonly number[] {
  return waits.map((wait) => wait * 1000);
}

/** The right answer: the count begins at zero again, for this lane only. */
export async function succeed(parts: Parts, attempt: Attempt): Promise<void> {
  await parts.stores.attempts.clear(attempt.lane);
}

/** Refuses, tells the log why, and does what the count of failures asks. */
export async function fail(
  parts: Parts,
  session: Session,
  attempt: Attempt,
  reason: RefusalReason,
  factor?: Factor,
): Promise<Refused> {
  const { reservation, lane, act } = attempt;
  if (reservation.outcome === 'wait')
    return refuse(parts, session, act, 'too-many-attempts', { retryAt: reservation.until });
  if (reservation.outcome === 'ceiling') return disableCodes(parts, session, act);
  if (lane.kind === 'key') return refuse(parts, session, act, reason, { factor });
  if (reservation.failures >= parts.policy.codeCeiling) return disableCodes(parts, session, act);
  const { codeWaits, codeCeiling: ceiling } = parts.policy;
  const { failures } = reservation;
  const wait = codeWaits[Math.min(failures, codeWaits.length - 1)] ?? 0;
  if (wait === 0) return refuse(parts, session, act, reason, { factor });
  const until = after(parts.clock.now(), wait as Seconds);
  await emit(parts, whoseOf(session), { type: 'locked', until, failures, ceiling });
  return refuse(parts, session, act, reason, { retryAt: until, factor });
}

/**
 * At the ceiling the code factors are disabled and must be bound anew (NIST SP 800-63B-4 section 3.2.2). The count
 * then begins again: with no code left to guess, it would only stand in the way of the new factor.
 */
async function disableCodes(parts: Parts, session: Session, act: Attempt['act']): Promise<Refused> {
  const { account } = session;
  const count = await parts.stores.upkeep.disable(account, ['totp', 'recovery-code'], parts.clock.now());
  if (count > 0) await emit(parts, whoseOf(session), { type: 'factors-disabled', count });
  await parts.stores.attempts.clear({ account, kind: 'code' });
  return refuse(parts, session, act, 'disabled');
}

interface More {
  /** When trying again makes sense. */
  readonly retryAt?: Instant;
  /** What was tried, for the log only. */
  readonly factor?: Factor | undefined;
}

/** One refusal, told to the log. */
export async function refuse(
  parts: Parts,
  session: Session,
  act: 'step-up' | 'enrol' | 'change',
  reason: RefusalReason,
  { retryAt, factor }: More = {},
): Promise<Refused> {
  const which = factor === undefined ? {} : { factor: named(factor) };
  await emit(parts, whoseOf(session), { type: 'refused', act, reason, ...which });
  return retryAt === undefined ? { outcome: 'refused', reason } : { outcome: 'refused', reason, retryAt };
}
