// What a factor that was shown may remove. One phished code binds another app; could that app, or the code itself, then
// take away what was there before, the account would be the thief's and its owner would stand outside. So a newcomer,
// which is what a code bound within the last days, removes nothing but younger newcomers, and nobody leaves an account to
// newcomers. What its owner binds with a ticket when he has lost his phone is younger than the thief's app, and stays.
import { isAddedLately } from './added-lately.ts';
import { type Tier, tierOf } from './change-right.ts';
import { type Factor, isUsable } from './factor.ts';
import type { Instant } from './time.ts';

/** Whether the proof of `shown` removes `removed`. What proves nothing now can go at any time: nobody loses a way in. */
export function mayRemove(shown: Factor, removed: Factor, held: readonly Factor[], now: Instant): boolean {
  if (!isUsable(removed, now) || tierOf(removed.kind) === undefined) return true;
  if (shown.id !== removed.id) return outlasts(shown, removed, now);
  return leavesSomebody(removed, without(held, removed), now);
}

/** Whether among those left one can be used that is no newcomer, or an older one than the newcomer that goes. */
export function leavesSomebody(removed: Factor, left: readonly Factor[], now: Instant): boolean {
  return usable(left, now).some((factor) => outlasts(factor, removed, now));
}

/** Whether a factor other than a recovery set can be used now. */
export function holdsSomething(factors: readonly Factor[], now: Instant): boolean {
  return usable(factors, now).length > 0;
}

export function without(factors: readonly Factor[], { id }: Factor): readonly Factor[] {
  return factors.filter((factor) => factor.id !== id);
}

function usable(factors: readonly Factor[], now: Instant): readonly Factor[] {
  return factors.filter((factor) => isUsable(factor, now) && tierOf(factor.kind) !== undefined);
}

function outlasts(factor: Factor, removed: Factor, now: Instant): boolean {
  if (!isNewcomer(factor, now)) return true;
  return isNewcomer(removed, now) && factor.addedAt < removed.addedAt;
}

export function isNewcomer(factor: Factor, now: Instant): boolean {
  return isByCode(factor) && isAddedLately(factor, now);
}

/** One that was bound before this was kept may have been bound by a code. */
export function isByCode({ boundBy }: Factor): boolean {
  return (boundBy ?? 'code') === 'code';
}

/**
 * What is earned by showing a factor of that tier. What a code bound, earns as a code does: otherwise one more gesture would
 * wash off where it came from. So does what nothing is known of, and came lately.
 */
export function earnedBy(shown: Factor, tier: Tier, now: Instant): Tier {
  return shown.boundBy === 'code' || isNewcomer(shown, now) ? 'code' : tier;
}
