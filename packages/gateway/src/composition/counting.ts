// The second step: how records are named, counted and watched.
import { readCanaries } from '../budget/canaries.ts';
import { type Circles, createCircles } from '../budget/circles.ts';
import { createRecordKeys, type RecordKeys } from '../budget/record-keys.ts';
import { recordTypes } from '../budget/record-types.ts';
import { type Budget, createBudget } from '../budget/spend.ts';
import { createWatch, type Watch } from '../budget/watch.ts';
import type { Config } from '../config/config.ts';
import type { Composition, Kept } from './kept.ts';
import type { Persons } from './persons.ts';

export interface Counting {
  readonly recordKeys: RecordKeys;
  readonly budget: Budget;
  /** What was shared over accounts outlives a reload. */
  readonly circles: Circles;
}

interface Parts extends Pick<Persons, 'told' | 'keys'> {
  readonly before: Composition | undefined;
}

export function countingOf(config: Config, kept: Kept, { told, keys, before }: Parts): Counting {
  const { stores } = kept;
  const recordKeys = createRecordKeys(
    { current: keys.records, previous: keys.recordsBefore },
    config.origin.host,
    recordTypes(config.recordTypes),
  );
  const watch = watchOf(config, kept, { told, recordKeys });
  const circles = before?.circles ?? createCircles();
  const budget = createBudget(stores.budget, config.budgets, watch, stores.countedSince, {
    circles,
    full: told.circleFull,
  });
  return { recordKeys, budget, circles };
}

function watchOf(
  config: Config,
  { stores, detectors, refusedDays }: Kept,
  { told, recordKeys }: Pick<Persons, 'told'> & Pick<Counting, 'recordKeys'>,
): Watch {
  return createWatch({
    ...stores.standings,
    detectors,
    canaries: readCanaries(config.budgets.canaries, recordKeys),
    raised: told.alarm,
    reached: (cap) => {
      refusedDays.note(cap);
      told.reached(cap);
    },
    capped: told.capped,
    countedSince: stores.countedSince,
  });
}
