// The budgets section as written. What a class leaves out it takes from the built-in class of its name, or from `default`.
import { z } from 'zod';
import type { BudgetClass, Budgets } from './budget-settings.ts';
import * as is from './scalars.ts';
import { maybe } from './shape.ts';
import { fileIn, type Surroundings, secretIn } from './surroundings.ts';

/** A class as written: `none` for a code tier that buys nothing. */
export interface WrittenClass {
  readonly code: BudgetClass['code'] | 'none';
  readonly key: BudgetClass['key'] | undefined;
  readonly day: BudgetClass['day'] | undefined;
  readonly newRecords: BudgetClass['newRecords'] | undefined;
  readonly misses: number | undefined;
}

export interface WrittenBudgets {
  readonly classes: Readonly<Record<string, WrittenClass>>;
  readonly organisation: number | undefined;
  readonly fleet: number | undefined;
  readonly canaries: Budgets['canaries'];
  readonly breakGlass: Budgets['breakGlass'];
  readonly patientPresent: Budgets['patientPresent'];
}

const presence = { records: is.count(1, 100_000), within: is.duration.prefault('12h') };
const cap = is.count(1, 1_000_000);

const budgetClass: z.ZodType<WrittenClass> = z.strictObject({
  code: maybe(z.union([z.literal('none'), z.strictObject({ ...presence, day: is.count(1, 100_000) })])),
  key: maybe(
    z.strictObject({
      ...presence,
      accept: z.enum(['phishing-resistant', 'card']).default('phishing-resistant'),
    }),
  ),
  day: maybe(z.strictObject({ floor: cap, ceiling: cap, cardCeiling: cap })),
  newRecords: maybe(z.strictObject({ floor: cap, ceiling: cap })),
  misses: maybe(is.count(1, 100_000)),
});

export function budgets(surroundings: Surroundings): z.ZodType<WrittenBudgets> {
  return z
    .strictObject({
      classes: z.record(is.word, budgetClass).default({}),
      organisation: maybe(is.count(1, 10_000_000)),
      fleet: maybe(is.count(1, 100_000_000)),
      canaries: maybe(z.strictObject({ file: fileIn(surroundings), as: is.word })),
      breakGlass: z
        .strictObject({
          times: is.count(0, 100).default(3),
          per: is.duration.prefault('30d'),
          lasts: is.duration.prefault('1h'),
          records: is.count(1, 1000).default(40),
        })
        .prefault({}),
      patientPresent: maybe(
        z.strictObject({
          header: is.headerName.prefault('Palier-Present').transform((name) => name.toLowerCase()),
          secret: secretIn(surroundings, 32),
          as: is.word.prefault('nir'),
          lasts: is.duration.prefault('5m'),
        }),
      ),
    })
    .prefault({});
}
