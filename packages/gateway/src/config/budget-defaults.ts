// The classes that are there without being declared: table 4.3 of the bulk-query study, fitted on a synthetic
// population. The operator's own log beats every number here (`palier analyse`).
import { type Seconds, secondsOf } from '@palier/mfa-core';
import type { BudgetClass, CodeTier } from './budget-settings.ts';

const presence: Seconds = secondsOf(12 * 3600);
/** 15 persons a code and 45 a day, whatever the class: what all codes of one account are worth to who phished them. */
const code: CodeTier = { records: 15, within: presence, day: 45 };

type Pair = readonly [floor: number, ceiling: number];

function row(
  records: number,
  [floor, ceiling]: Pair,
  cardCeiling: number,
  fresh: Pair,
  misses: number,
): BudgetClass {
  return {
    code,
    key: { records, within: presence, accept: 'phishing-resistant' },
    day: { floor, ceiling, cardCeiling },
    newRecords: { floor: fresh[0], ceiling: fresh[1] },
    misses,
  };
}

const shared: BudgetClass = {
  ...row(150, [800, 2500], 3000, [5000, 40_000], 150),
  code: undefined,
  key: { records: 150, within: presence, accept: 'card' },
};

/** By class name. `default` is the smallest: an account the portal says nothing of gets no pharmacy's allowance. */
export const budgetDefaults: ReadonlyMap<string, BudgetClass> = new Map([
  ['gp', row(40, [60, 150], 250, [120, 900], 20)],
  ['nurse', row(40, [60, 150], 250, [80, 900], 20)],
  ['specialist', row(40, [60, 200], 300, [200, 1500], 20)],
  ['paramedical', row(40, [50, 120], 200, [80, 600], 20)],
  ['pharmacy', row(100, [200, 900], 1200, [600, 4000], 60)],
  ['laboratory', row(100, [250, 1200], 1500, [1500, 9000], 60)],
  ['hospital', row(75, [150, 450], 600, [1000, 5000], 40)],
  ['shared', shared],
  ['biller', row(100, [250, 1200], 1500, [300, 3000], 60)],
  ['default', row(40, [50, 120], 200, [80, 600], 20)],
]);
