// Whose sessions a gesture ends. Who showed what a ticket, a key, a card or the operator bound ends all others, for as long as
// the gesture is fresh. What a code bound may be a thief's, and gives him fresh codes for ever: he could end every session the
// moment it opens, with the gesture made there and the ticket spent there, and nobody would come to remove his app. So that
// ends what rests on it or on what hangs from it, as it removes nothing else (removal.ts).

import type { Proof } from './assurance.ts';
import { challengeLifetimes } from './challenge.ts';
import type { BoundBy, Factor } from './factor.ts';
import { hangsFrom } from './line.ts';
import type { Parts } from './parts.ts';
import { isCardClass, type Session, touchEvery } from './session.ts';
import { elapsed, type Instant, type Seconds, secondsOf } from './time.ts';

/** All sessions, or those that rest on one of these factors or on what hangs from it. */
export type Reach = 'all' | readonly Factor[];

/** What was shown for a change, and what that earned. */
export function reachOfChange(earned: BoundBy, shown: Factor | undefined): Reach {
  if (earned !== 'code') return 'all';
  return shown === undefined ? [] : reachOf([shown]);
}

/** What the gestures of a session reach while they are fresh. */
export function reachOfSession(parts: Parts, session: Session, held: readonly Factor[]): Reach {
  const now = parts.clock.now();
  const fresh = standing(parts, session).filter(
    (proof) => elapsed(proof.at, now) <= parts.policy.changeMaxAge,
  );
  if (fresh.some((proof) => proof.kind === 'card' || ('boundBy' in proof && proof.boundBy !== undefined)))
    return 'all';
  return reachOf(fresh.flatMap((proof) => factorOf(proof, held) ?? []));
}

/** A card that was silent too long is forgotten at the next request, and counts for nothing before it already. */
function standing({ policy, clock }: Parts, { proofs, seenAt }: Session): readonly Proof[] {
  const isSilent = elapsed(seenAt, clock.now()) > policy.cardIdle;
  return proofs.filter((proof) => !isCardClass(proof) || !isSilent);
}

function reachOf(shown: readonly Factor[]): Reach {
  return shown.some(({ boundBy }) => boundBy !== 'code') ? 'all' : shown;
}

/**
 * Whether one gesture of that reach ends `other`. What proves nothing and was left alone for longer than any ceremony takes
 * ends always: it is worth a password.
 */
export function isReached(parts: Parts, other: Session, reach: Reach, held: readonly Factor[]): boolean {
  if (reach === 'all') return true;
  if (standing(parts, other).length === 0 && isLeftAlone(other, parts.clock.now())) return true;
  if (reach.length === 0) return false;
  return other.proofs.some((proof) => proof.kind !== 'card' && restsOn(factorOf(proof, held), reach));
}

/** A proof of what is no longer held is void. */
function restsOn(factor: Factor | undefined, shown: readonly Factor[]): boolean {
  return factor === undefined || shown.some((one) => one.id === factor.id || hangsFrom(factor, one));
}

function factorOf(proof: Proof, held: readonly Factor[]): Factor | undefined {
  return proof.kind === 'card' ? undefined : held.find(({ id }) => id === proof.factor);
}

/**
 * The longest ceremony: a right to enrol, for which a ticket was spent, or a form held for after the gesture. `seenAt` is
 * kept to the minute, so one more.
 */
const atWork: Seconds = secondsOf(challengeLifetimes['enrol-right'] + touchEvery);

function isLeftAlone({ seenAt }: Session, now: Instant): boolean {
  return elapsed(seenAt, now) > atWork;
}
