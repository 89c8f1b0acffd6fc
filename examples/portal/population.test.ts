// Who exists: the same persons for a seed, numbers nobody can have, one way back from each number.

import { describe, expect, it } from 'vitest';
import { FAMILY_NAMES } from './people/names.ts';
import { nirKey, parseNir } from './people/nir.ts';
import { createPopulation } from './population.ts';

const FULL = 600_000;
const before = performance.now();
const everyone = createPopulation({ size: FULL, seed: 2022 });
const made = performance.now() - before;
const few = createPopulation({ size: 500, seed: 7 });
const allNirs = Array.from({ length: FULL }, (_, index) => everyone.nirOf(index));

describe('the population', () => {
  it('is the same for the same seed and another for another seed', () => {
    const again = createPopulation({ size: 500, seed: 7 });
    const other = createPopulation({ size: 500, seed: 8 });
    const list = (from: typeof few): unknown[] =>
      Array.from({ length: 500 }, (_, i) => from.personByIndex(i));
    expect(list(again)).toEqual(list(few));
    expect(list(other)).not.toEqual(list(few));
  });

  it('gives 600,000 persons as many different numbers', () => {
    expect(new Set(allNirs).size).toBe(FULL);
  });

  it('has every person born in a place that does not exist', () => {
    expect(allNirs.every((nir) => /^[12]\d{2}(0[1-9]|1[0-2])(99|2A|2B)999\d{3}$/.test(nir))).toBe(true);
    for (const place of ['99999', '2A999', '2B999'])
      expect(allNirs.some((nir) => nir.slice(5, 10) === place)).toBe(true);
  });

  it('is made within seconds and a few hundred megabytes', () => {
    const megabytes = Math.round(process.memoryUsage().rss / 2 ** 20);
    console.info(`600,000 persons in ${made.toFixed(0)} ms; test process ${megabytes} MB`);
    expect(made).toBeLessThan(30_000);
  });

  it('finds every person again by number', () => {
    for (let index = 0; index < FULL; index += 37) {
      expect(everyone.personByNir(everyone.nirOf(index))).toEqual(everyone.personByIndex(index));
    }
  });

  it('knows nobody under a number it did not give', () => {
    const given = new Set<string>(Array.from({ length: few.size }, (_, index) => few.nirOf(index)));
    const strangers = allNirs.filter((nir) => !given.has(nir));
    expect(strangers.every((nir) => few.personByNir(nir) === undefined)).toBe(true);
    for (const text of [
      '1840175056001',
      '3990199999001',
      '1240199999001',
      '1993399999001',
      '299022A999013',
    ]) {
      const nir = parseNir(text);
      expect(nir && everyone.personByNir(nir)).toBeUndefined();
    }
  });

  it('says nothing of a person that contradicts the number', () => {
    for (let index = 0; index < FULL; index += 101) {
      const person = everyone.personByIndex(index);
      expect(person.birthDate.slice(2, 4) + person.birthDate.slice(5, 7)).toBe(person.nir.slice(1, 5));
      expect(person.sex).toBe(person.nir.startsWith('1') ? 'M' : 'F');
      expect(person.key).toBe(nirKey(person.nir));
      expect(new Date(person.birthDate).toISOString().slice(0, 10)).toBe(person.birthDate);
    }
  });

  it('refuses an index that is nobody and a size that cannot be', () => {
    expect(() => few.personByIndex(500)).toThrow(RangeError);
    expect(() => few.nirOf(-1)).toThrow(RangeError);
    expect(() => createPopulation({ size: 0, seed: 1 })).toThrow(RangeError);
    expect(() => createPopulation({ size: 3_000_000, seed: 1 })).toThrow(RangeError);
  });

  it('has about one canary in a thousand', () => {
    const canaries = everyone.canaries();
    expect(canaries.length).toBeGreaterThan(500);
    expect(canaries.length).toBeLessThan(700);
    expect(Object.keys(everyone.personByIndex(0))).not.toContain('canary');
  });
});

describe('a search by name', () => {
  const fullName = (person: { family: string; given: string }): string => `${person.family} ${person.given}`;
  const scan = (prefix: string): string[] =>
    Array.from({ length: few.size }, (_, i) => fullName(few.personByIndex(i))).filter((name) =>
      name.startsWith(prefix),
    );

  it('finds exactly those whose name begins so, in alphabetical order', () => {
    for (const prefix of ['', 'B', 'MAR', 'SAINT-', "D'AR", 'ZZZ', few.personByIndex(3).family]) {
      const found = few.searchByName(prefix, few.size).map(fullName);
      expect(found).toEqual(scan(prefix).sort());
    }
  });

  it('goes on where the last page ended', () => {
    const whole = everyone.searchByName('MARTEIL', 120);
    const pages = [0, 50, 100].flatMap((skip) =>
      everyone.searchByName('MARTEIL', Math.min(50, 120 - skip), skip),
    );
    expect(pages).toEqual(whole);
    expect(everyone.searchByName('MARTEIL', 50, FULL)).toEqual([]);
  });

  it('reads lower case and accents as plain capitals', () => {
    const whole = everyone.searchByName('MARTEIL LEA', 10);
    expect(everyone.searchByName(' marteil l\u00e9a ', 10)).toEqual(whole);
    expect(whole.length).toBeGreaterThan(0);
  });

  it('rests on family names that hold no space', () => {
    expect(FAMILY_NAMES.filter((name) => /[^A-Z'-]/.test(name))).toEqual([]);
    expect(new Set(FAMILY_NAMES).size).toBe(FAMILY_NAMES.length);
  });
});
