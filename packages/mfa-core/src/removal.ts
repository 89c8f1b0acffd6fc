// Who may remove and rename what. A code can be phished, and one that was phished binds another app; could a code take away
// what was there before, the account would be the thief's, or one of the people who share it would stand outside. So a code
// changes what hangs from its own factor (line.ts), and nothing else: what a code of a colleague's bound is not its own, however
// much later it came. Its own factor it renames and does not remove: owner and thief show the same code, and of a team somebody
// is always left. A key, a card and the ticket just spent change everything; the key and the ticket leave the account to no
// newcomer, which is what a code bound within the last days.
// A recovery set is no exception: what a code may not remove it may replace, or who holds only an app could never renew the
// codes. That kills the old ones as well, so that removing a set which a code made gains a thief nothing; it also goes
// unseen with an app that he binds and takes away again (recovery-set.ts).
import { isAddedLately } from './added-lately.ts';
import { challengeLifetimes } from './challenge.ts';
import { type Granted, type Tier, tierOf } from './change-right.ts';
import { type BoundBy, type Factor, isUnfinished, isUsable } from './factor.ts';
import type { FactorId } from './ids.ts';
import { hangsFrom } from './line.ts';
import { elapsed, type Instant, type Seconds } from './time.ts';

/** Who acts: what was earned, and the factor that was shown; a card has none here. */
export interface Actor {
  readonly earned: Exclude<BoundBy, 'operator'>;
  readonly shown?: Factor;
}

export function actorOf({ tier, shown, proof }: Granted, now: Instant): Actor {
  if (tier === 'card' || shown === undefined) return { earned: 'card' };
  if (proof.kind === 'totp' && proof.boundBy !== undefined) return { earned: proof.boundBy, shown };
  return { earned: earnedBy(shown, tier, now), shown };
}

/** Whether a factor may be removed, or why not. */
export type RemovalVerdict = 'allowed' | 'last-factor' | 'not-by-code';

export function judgeRemoval(
  { earned, shown }: Actor,
  removed: Factor,
  held: readonly Factor[],
  now: Instant,
): RemovalVerdict {
  const left = without(held, removed);
  if (holdsSomething(held, now) && !holdsSomething(left, now)) return 'last-factor';
  if (isLeftOver(removed, now)) return 'allowed';
  if (earned === 'code') return isBelow(removed, shown) ? 'allowed' : 'not-by-code';
  if (shown?.id !== removed.id || lasting(removed, left, now).length > 0) return 'allowed';
  return 'last-factor';
}

export function mayRename({ earned, shown }: Actor, renamed: Factor): boolean {
  return earned !== 'code' || renamed.id === shown?.id || isBelow(renamed, shown);
}

/** No right to bind one lasts longer: what is unfinished after that is no binding under way, which a thief could stop. */
const longestBinding: Seconds = challengeLifetimes['enrol-right'];

function isLeftOver(factor: Factor, now: Instant): boolean {
  return isUnfinished(factor) && elapsed(factor.addedAt, now) > longestBinding;
}

function isBelow(factor: Factor, shown: Factor | undefined): boolean {
  return shown !== undefined && hangsFrom(factor, shown);
}

/**
 * Of which factors one must still be there when this one goes: two removals at once, each sparing the other's, must not leave
 * nobody. Undefined where what goes proves nothing now.
 */
export function mustLeave(
  { shown }: Actor,
  removed: Factor,
  held: readonly Factor[],
  now: Instant,
): readonly FactorId[] | undefined {
  if (!holdsSomething([removed], now)) return undefined;
  const left = without(held, removed);
  const counting = shown === undefined ? usable(left, now) : lasting(removed, left, now);
  return counting.map(({ id }) => id);
}

/** Those left that can be used and are no newcomers, or older than the newcomer that goes. */
function lasting(removed: Factor, left: readonly Factor[], now: Instant): readonly Factor[] {
  return usable(left, now).filter((factor) => outlasts(factor, removed, now));
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
