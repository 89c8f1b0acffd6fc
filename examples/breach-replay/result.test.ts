// Every promise of the replay has a result that breaks it, and each of these must be called a fault.
import { describe, expect, it } from 'vitest';
import { faultsOf, nothingMeasured, promised, type RunResult } from './result.ts';

function run(name: string, parts: Partial<RunResult> = {}): RunResult {
  return { ...nothingMeasured, name, seed: 1, window: 24, ...parts };
}

/** An attack that went as promised. */
function attack(name: string, parts: Partial<RunResult> = {}): RunResult {
  const bound = promised[name] ?? 100;
  const ledger = bound === 0 ? {} : { ledgerRecall: 1, ledgerPrecision: 1 };
  return run(name, { exposed: bound, bound, honestShown: 10, isLedgered: true, ...ledger, ...parts });
}

const population = { gesturesPerActiveDay: 1.34, refusalsPer1000AccountDays: 0.4 };
const more = 'honest population, volumes x1.5 and wider tails';

describe('a run', () => {
  it('without a fault has none', () => {
    for (const name of Object.keys(promised)) expect(faultsOf(attack(name))).toEqual([]);
    expect(faultsOf(attack('another'))).toEqual([]);
    expect(faultsOf(run('honest population', population))).toEqual([]);
    expect(faultsOf(run(more, { gesturesPerActiveDay: 1.8 }))).toEqual([]);
  });

  it('that exposes one person more than the headline promises is at fault, even where the configuration allows it', () => {
    for (const [name, most] of Object.entries(promised)) {
      expect(faultsOf(attack(name, { exposed: most + 1, bound: most + 1 })), name).not.toEqual([]);
      expect(faultsOf(attack(name, { exposed: 0, bound: most + 1 })), name).not.toEqual([]);
      expect(faultsOf(attack(name, { bound: undefined })), name).not.toEqual([]);
    }
  });

  const broken: readonly (readonly [string, RunResult])[] = [
    ['exposes more than its bound', attack('another', { exposed: 101 })],
    ['has one account over its share, the others below', attack('another', { accountsOverBound: 1 })],
    [
      'exposes no more without a defence than with it',
      attack('without it', { bound: undefined, without: 100 }),
    ],
    ['has a ledger that misses a person', attack('another', { ledgerRecall: 0.999 })],
    ['has a ledger that misses everybody', attack('another', { ledgerRecall: undefined })],
    ['has a ledger that names two in a thousand too many', attack('another', { ledgerPrecision: 0.998 })],
    ['has a ledger that names nobody', attack('another', { ledgerPrecision: undefined })],
    [
      'has a ledger that names somebody although nobody was shown',
      attack('phished keys', { ledgerPrecision: 0 }),
    ],
    ['shows honest people nobody meanwhile', attack('another', { honestShown: 0 })],
    ['asks 1.41 gestures a day', run('honest population', { ...population, gesturesPerActiveDay: 1.41 })],
    ['asks no gesture at all', run('honest population', { ...population, gesturesPerActiveDay: undefined })],
    [
      'refuses 0.51 account-days in 1,000',
      run('honest population', { ...population, refusalsPer1000AccountDays: 0.51 }),
    ],
    [
      'does not say how much it refuses',
      run('honest population', { ...population, refusalsPer1000AccountDays: undefined }),
    ],
    ['asks 1.81 gestures a day of larger volumes', run(more, { gesturesPerActiveDay: 1.81 })],
  ];
  for (const [words, one] of broken)
    it(`that ${words} is at fault`, () => expect(faultsOf(one)).not.toEqual([]));
});
