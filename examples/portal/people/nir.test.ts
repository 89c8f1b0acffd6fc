// The spellings of one number, and its key.

import { expect, it } from 'vitest';
import { formatNir } from '../locales/texts.ts';
import { createPopulation } from '../population.ts';
import { nirKey, parseNir } from './nir.ts';

const NUMBERS = [
  ['1990199999001', '10'],
  ['2990299999002', '72'],
  ['1990399999003', '40'],
  ['2010499999004', '54'],
  ['199012A999001', '36'],
  ['299022B999002', '28'],
] as const;

it('computes the published keys, Corsica included', () => {
  for (const [text, key] of NUMBERS) {
    const nir = parseNir(text);
    expect(nir && nirKey(nir)).toBe(key);
  }
});

it('makes keys that leave nothing over when added to the number', () => {
  const persons = createPopulation({ size: 2_000, seed: 3 });
  for (let index = 0; index < persons.size; index += 1) {
    const { nir, key } = persons.personByIndex(index);
    const digits = BigInt(nir.replace('2A', '19').replace('2B', '18'));
    expect((digits + BigInt(key)) % 97n).toBe(0n);
    expect(key).toMatch(/^(0[1-9]|[1-8]\d|9[0-7])$/);
  }
});

it('reads every spelling of one number as the same number', () => {
  const spellings = [
    '299022B999002',
    '299022b999002',
    '299022B99900228',
    '2 99 02 2B 999 002 28',
    '2 99 02 2b\u00a0999 002',
  ];
  expect(new Set(spellings.map(parseNir))).toEqual(new Set(['299022B999002']));
});

it('prints a number the way it is printed on a card, which can be read back', () => {
  const nir = parseNir('199012A999001');
  expect(nir && formatNir(nir)).toBe('1 99 01 2A 999 001 36');
  expect(parseNir('1 99 01 2A 999 001 36')).toBe(nir);
});

it('refuses a wrong key, a wrong length and letters', () => {
  for (const text of [
    '',
    '199019999900111',
    '199019999900',
    '19901999990011',
    '199012C999001',
    '5990199999001',
    '1990199999001x',
  ]) {
    expect(parseNir(text)).toBeUndefined();
  }
});
