// Which factors a factor hangs from: the one that was shown when it was bound, and those which that one hung from. The whole
// line is kept with it and not the last of it alone: a thief binds an app with a phished code, another with that one, and has
// the first removed; with a link gone nobody could say any more that the second hangs from the owner's. What is no longer held
// when another is bound is left out, since it never acts again: so a line is no longer than the account holds factors. A line
// names only what was there before, so that no two hang from each other.
import type { Factor } from './factor.ts';
import type { FactorId } from './ids.ts';

/**
 * Whether `factor` was bound by a code of `from`, or by what hangs from it. What a code bound before lines were kept hangs from
 * everything older, as it did then: some of these are thieves', and from the day of the upgrade on their owners could take none
 * away. Recovery sets have no line: any code may replace them.
 */
export function hangsFrom({ boundBy, line, addedAt }: Factor, from: Factor): boolean {
  if (boundBy !== 'code') return false;
  return line === undefined ? addedAt > from.addedAt : line.includes(from.id);
}

/** The line of what is bound by showing `shown`, which is the last of it. */
export function lineFrom(shown: Factor, held: readonly Factor[]): readonly FactorId[] {
  const above = held.filter((one) => one.kind !== 'recovery-code' && hangsFrom(shown, one));
  return [...above.map(({ id }) => id), shown.id];
}
