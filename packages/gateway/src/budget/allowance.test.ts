import { instantOf } from '@palier/mfa-core';
import { describe, expect, it } from 'vitest';
import { budgetDefaults } from '../config/budget-defaults.ts';
import type { BudgetClass } from '../config/budget-settings.ts';
import type { DayCount } from './activity-store.ts';
import { allowanceOf, capsOf, noveltyRate, type Standing } from './allowance.ts';

const today = 20_500;
const gp = classNamed('gp');
const pharmacy = classNamed('pharmacy');

function classNamed(name: string): BudgetClass {
  const found = budgetDefaults.get(name);
  if (found === undefined) throw new Error(name);
  return found;
}

function worked(days: number, distinct: number, novel = 0): readonly DayCount[] {
  return Array.from({ length: days }, (_, index) => ({ day: today - days + index, distinct, novel }));
}

function standing(history: readonly DayCount[], more: Partial<Standing> = {}): Standing {
  return { firstSeen: instantOf(0), history, previous: undefined, frozen: false, ...more };
}

describe('the cap of a day', () => {
  it('is 3.5 times the own mean, between floor and ceiling', () => {
    for (const [mean, cap] of [
      [25, 87],
      [5, 60],
      [80, 150],
    ] as const) {
      expect(capsOf(gp, allowanceOf(gp, standing(worked(20, mean)), today), false, false).day).toBe(cap);
    }
  });

  it('counts worked days only, so that holidays do not lower it', () => {
    const history = [...worked(10, 25), { day: today - 20, distinct: 0, novel: 0 }];
    expect(allowanceOf(gp, standing(history), today)?.day).toBe(87.5);
  });

  it('is the ceiling while the account has too few days to say, and the last allowance after a long absence', () => {
    expect(capsOf(gp, allowanceOf(gp, standing(worked(4, 25)), today), false, false).day).toBe(150);
    const previous = { setOn: today - 40, day: 87.5, newRecords: 130 };
    expect(allowanceOf(gp, standing([], { previous }), today)).toEqual(previous);
  });

  it('is half the ceiling in the first 30 days, whatever the history', () => {
    expect(capsOf(gp, undefined, true, false)).toEqual({ day: 75, newRecords: 450 });
    expect(capsOf(pharmacy, { setOn: today, day: 900, newRecords: 4000 }, true, false).day).toBe(450);
  });

  it('is lifted above the ceiling by a card only as far as the account usually goes', () => {
    const busy = allowanceOf(gp, standing(worked(20, 60)), today);
    expect([capsOf(gp, busy, false, false).day, capsOf(gp, busy, false, true).day]).toEqual([150, 210]);
    const quiet = allowanceOf(gp, standing(worked(20, 25)), today);
    expect(capsOf(gp, quiet, false, true).day).toBe(87);
  });

  it('grows by at most ten percent a week, so that a slow thief cannot raise it 3.5 times a month', () => {
    let previous = allowanceOf(pharmacy, standing(worked(20, 100)), today);
    for (let day = today + 1; day <= today + 28; day += 1) {
      // The thief takes all that is allowed, every day.
      const history = worked(28, previous?.day ?? 0).map((one) => ({ ...one, day: day - 1 }));
      previous = allowanceOf(pharmacy, standing(history, previous === undefined ? {} : { previous }), day);
    }
    expect(previous?.day).toBeLessThanOrEqual(350 * 1.1 ** 4 + 1);
    // Negative control: without a memory of the cap before, one day would be enough to reach the ceiling.
    expect(allowanceOf(pharmacy, standing(worked(28, 350)), today)?.day).toBe(1200);
  });

  it('does not grow under an alarm, and may fall', () => {
    const previous = { setOn: today - 7, day: 90, newRecords: 200 };
    expect(allowanceOf(gp, standing(worked(20, 40), { previous, frozen: true }), today)?.day).toBe(90);
    expect(allowanceOf(gp, standing(worked(20, 40), { previous }), today)?.day).toBeCloseTo(99);
    expect(allowanceOf(gp, standing(worked(20, 20), { previous, frozen: true }), today)?.day).toBe(70);
  });
});

describe('the cap on new persons', () => {
  it('is 3.5 times the own 30 days, between floor and ceiling', () => {
    for (const [novel, cap] of [
      [3, 225],
      [0, 120],
      [20, 900],
    ] as const) {
      expect(
        capsOf(gp, allowanceOf(gp, standing(worked(20, 25, novel)), today), false, false).newRecords,
      ).toBe(cap);
    }
  });
});

describe('the usual share of new persons', () => {
  it('is what the last worked days say, and nobody knows with less than five', () => {
    expect(noveltyRate({ history: worked(20, 25, 3) })).toBeCloseTo(0.12);
    expect(noveltyRate({ history: worked(4, 25, 3) })).toBeUndefined();
  });
});
