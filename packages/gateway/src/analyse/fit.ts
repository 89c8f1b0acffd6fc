// From what a class did to the numbers of its budget. The presence is the smallest that asks no more than the operator
// accepts; caps stand above what happens once in a thousand days, with room for a bad week. Codes keep their defaults:
// what phished codes are worth is a decision, not a measurement.
import type { BudgetClass } from '../config/budget-settings.ts';
import { type Candidate, candidates } from './grid.ts';
import type { ClassTally } from './tally.ts';

/** One point of the trade-off: what a presence asks, and what one is worth to a thief. */
export interface TradeOff extends Candidate {
  /** Gestures on an account-day, the first included. */
  readonly gesturesPerDay: number;
  /** Gestures beyond one on an account-day. */
  readonly promptsPerDay: number;
  /** Persons that one stolen presence on each of nineteen accounts shows. */
  readonly exposed: number;
}

/**
 * What the numbers rest on. `too-few`: nothing is recommended, the class keeps what it has. `few`: what happens once in a
 * thousand account-days was not seen in fewer than a thousand, so caps are never below those the class has.
 */
export type Basis = 'enough' | 'few' | 'too-few';

/** Fewer than these are no sample of a class: a week has its rhythm, and one account is one person's habits. */
export const leastSample = { days: 14, accounts: 5, accountDays: 200 } as const;
const enoughAccountDays = 1000;

export interface Fitted {
  readonly basis: Basis;
  readonly key: Candidate;
  readonly promptsPerDay: number;
  /** False when even the largest presence asks more than was accepted. */
  readonly accepted: boolean;
  readonly day: { readonly floor: number; readonly ceiling: number; readonly cardCeiling: number };
  /** Account-days of a thousand on which the ceiling would have refused somebody. */
  readonly refusalsPer1000: number;
  /** Undefined when the log is too short to tell new persons from known ones. */
  readonly newRecords: { readonly floor: number; readonly ceiling: number } | undefined;
  readonly misses: number;
}

const stolen = 19;
const fittedHours = 12;
/** Room above one day in a thousand. */
const room = 1.5;
const cardRoom = 1.33;
const leastMisses = 20;

/** The curve of a class, in the order of the candidates. */
export function tradeOffs({ gestures, accountDays }: ClassTally): readonly TradeOff[] {
  return candidates.map((candidate, place) => {
    const gesturesPerDay = (gestures[place] ?? 0) / Math.max(1, accountDays);
    return {
      ...candidate,
      gesturesPerDay,
      promptsPerDay: Math.max(0, gesturesPerDay - 1),
      exposed: stolen * candidate.records,
    };
  });
}

export function basisOf({ days, accounts, accountDays }: ClassTally): Basis {
  const least = leastSample;
  if (days.size < least.days || accounts < least.accounts || accountDays < least.accountDays)
    return 'too-few';
  return accountDays < enoughAccountDays ? 'few' : 'enough';
}

/** Fits a class; `prompts` is how many gestures beyond the first a day may ask on average, `own` what the class has now. */
export function fitClass(tally: ClassTally, prompts: number, own: BudgetClass): Fitted {
  const long = tradeOffs(tally).filter(({ withinHours }) => withinHours === fittedHours);
  const chosen = long.find(({ promptsPerDay }) => promptsPerDay <= prompts) ?? long.at(-1);
  if (chosen === undefined) throw new TypeError('no candidate was tried');
  const { records, withinHours, promptsPerDay } = chosen;
  const { persons, misses, fresh, accountDays } = tally;
  const basis = basisOf(tally);
  const least = basis === 'enough' ? undefined : own;
  const ceiling = Math.max(records, rounded(room * persons.percentile(0.999)), least?.day.ceiling ?? 0);
  const floor = Math.min(ceiling, Math.max(records, rounded(persons.percentile(0.95))));
  return {
    basis,
    key: { records, withinHours },
    promptsPerDay,
    accepted: promptsPerDay <= prompts,
    day: {
      floor,
      ceiling,
      cardCeiling: Math.max(ceiling, rounded(cardRoom * ceiling), least?.day.cardCeiling ?? 0),
    },
    refusalsPer1000: (1000 * persons.above(ceiling)) / Math.max(1, accountDays),
    newRecords:
      fresh.size() === 0
        ? undefined
        : {
            floor: Math.max(1, rounded(fresh.percentile(0.5))),
            ceiling: Math.max(1, rounded(room * fresh.percentile(0.999)), least?.newRecords.ceiling ?? 0),
          },
    misses: Math.max(leastMisses, rounded(room * misses.percentile(0.999)), least?.misses ?? 0),
  };
}

/** Up to two digits that say something. */
function rounded(value: number): number {
  const step = value < 100 ? 5 : 10 ** (Math.floor(Math.log10(value)) - 1);
  return Math.max(1, Math.ceil(value / step) * step);
}
