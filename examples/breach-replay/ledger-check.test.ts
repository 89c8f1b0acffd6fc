import { expect, it } from 'vitest';
import { compared } from './ledger-check.ts';

const persons = (...names: readonly string[]): ReadonlySet<string> => new Set(names);

it('finds who is missing from the ledger and who is named for nothing', () => {
  expect(compared(persons('a', 'b'), persons('a', 'b'))).toEqual({ recall: 1, precision: 1 });
  expect(compared(persons('a'), persons('a', 'b'))).toEqual({ recall: 0.5, precision: 1 });
  expect(compared(persons('a', 'c'), persons('a'))).toEqual({ recall: 1, precision: 0.5 });
  expect(compared(persons(), persons('a'))).toEqual({ recall: 0, precision: undefined });
  expect(compared(persons(), persons())).toEqual({ recall: undefined, precision: undefined });
});
