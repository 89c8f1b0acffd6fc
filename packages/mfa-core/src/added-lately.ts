// What was added to an account within the last days, for the page where its people make their gesture. The notice of a new
// factor goes to the mailbox, which may be the thief's; the page is seen by whoever works there.
import type { Factor } from './factor.ts';
import type { FactorId } from './ids.ts';
import { elapsed, type Instant, type Seconds } from './time.ts';

/** A factor that was added lately: enough to say it, and to find it in the list. */
export interface AddedLately {
  readonly id: FactorId;
  readonly kind: Factor['kind'];
  /** As the person gave it, who may be a thief. To be escaped where it is shown. */
  readonly name: string;
  readonly addedAt: Instant;
}

/** How long an addition is told, and how long a newcomer is one (removal.ts): a week has a working day. */
const lately = (7 * 24 * 3600) as Seconds;

/** At exactly seven days it is no longer lately. */
export function isAddedLately({ addedAt }: Pick<Factor, 'addedAt'>, now: Instant): boolean {
  return elapsed(addedAt, now) < lately;
}

/** Newest first. What is disabled proves nothing and is left out; what still waits is told, while it can be removed. */
export function addedLately(factors: readonly Factor[], now: Instant): readonly AddedLately[] {
  const first = firstOf(factors);
  return factors
    .filter((factor) => factor.disabledAt === undefined && isAddedLately(factor, now))
    .filter((factor) => first === undefined || !cameWith(first, factor))
    .toReversed()
    .map(({ id, kind, name, addedAt }) => ({ id, kind, name, addedAt }));
}

/** The account's own first enrolment is no news. What a code bound is never the first, also where it is alone. */
function firstOf(factors: readonly Factor[]): Factor | undefined {
  return factors
    .filter(({ kind, disabledAt, boundBy }) => kind !== 'recovery-code' && !disabledAt && boundBy !== 'code')
    .toSorted((one, other) => one.addedAt - other.addedAt)[0];
}

/** The factor itself, and the recovery codes that were made with it. */
function cameWith(first: Factor, { id, kind, addedAt }: Factor): boolean {
  return id === first.id || (kind === 'recovery-code' && addedAt === first.addedAt);
}
