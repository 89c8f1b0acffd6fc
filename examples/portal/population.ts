// Insured persons, all synthetic, computed from a seed: a person is a place in a permutation, not an object.
// Owns who exists and what is known of each. Does not own how numbers are spelled (nir.ts) nor who may see whom.

import { CAPACITY, civilStatusOf, slotOf } from './people/civil-status.ts';
import { orderByName } from './people/name-order.ts';
import { FAMILY_NAMES, GIVEN_NAMES, nameRanks } from './people/names.ts';
import { type CivilStatus, type Nir, nirKey, writeNir } from './people/nir.ts';
import { createPermutation, mix } from './people/permutation.ts';

/** What the portal knows of an insured person; the same fields as those exposed in March 2022. */
export interface Person {
  readonly nir: Nir;
  readonly key: string;
  readonly family: string;
  readonly given: string;
  readonly birthDate: string;
  readonly sex: 'M' | 'F';
  /** The declared doctor, or undefined when none is. */
  readonly doctor: string | undefined;
  /** Complementary cover paid by solidarity (C2S). */
  readonly c2s: boolean;
  /** Full cover for a long illness (ALD). */
  readonly ald: boolean;
}

/** All insured persons. Indexes run from 0 to size - 1; an index outside is a RangeError. */
export interface Population {
  readonly size: number;
  nirOf(index: number): Nir;
  personByIndex(index: number): Person;
  personByNir(nir: Nir): Person | undefined;
  /** Lists persons whose "FAMILY GIVEN" begins with `prefix`, alphabetically, leaving out the first `skip`. */
  searchByName(prefix: string, limit: number, skip?: number): readonly Person[];
  /** Lists the numbers nobody has a reason to look up, about 1 in 1,000. No page shows which they are. */
  canaries(): readonly Nir[];
}

// One salt per property keeps the properties of a person independent of one another.
const SALT = { family: 1, given: 2, day: 3, doctor: 4, c2s: 5, ald: 6, canary: 7, order: 8 } as const;
const REFERENCE_YEAR = 2026;
const DOCTORS = 2_000;

/** Makes the population that belongs to a seed. The same seed and size always give the same persons. */
export function createPopulation(options: { readonly size: number; readonly seed: number }): Population {
  const { size, seed } = options;
  if (!Number.isInteger(size) || size < 1 || size > CAPACITY)
    throw new RangeError(`size must be 1 to ${CAPACITY}`);
  const draw = (index: number, salt: number): number => mix(mix(index, seed), salt);
  const slots = createPermutation(CAPACITY, mix(seed, SALT.order));
  const statusOf = (index: number): CivilStatus => civilStatusOf(slots.forward(checked(index, size)));
  const ranksOf = (index: number): { family: number; given: number } =>
    nameRanks(statusOf(index).sex, draw(index, SALT.family), draw(index, SALT.given));
  const names = orderByName(size, ranksOf);
  const personByIndex = (index: number): Person =>
    describe(statusOf(index), ranksOf(index), (salt) => draw(index, salt));
  return {
    size,
    nirOf: (index) => writeNir(statusOf(index)),
    personByIndex,
    personByNir(nir) {
      const slot = slotOf(nir);
      const index = slot === undefined ? size : slots.backward(slot);
      return index < size ? personByIndex(index) : undefined;
    },
    searchByName(prefix, limit, skip = 0) {
      const { from, to } = names.range(plain(prefix));
      const count = Math.max(0, Math.min(limit, to - from - skip));
      return Array.from({ length: count }, (_, i) => personByIndex(names.personAt(from + skip + i)));
    },
    canaries() {
      const found: Nir[] = [];
      for (let index = 0; index < size; index += 1) {
        if (draw(index, SALT.canary) % 1_000 === 0) found.push(writeNir(statusOf(index)));
      }
      return found;
    },
  };
}

function describe(
  status: CivilStatus,
  ranks: { family: number; given: number },
  draw: (salt: number) => number,
): Person {
  const nir = writeNir(status);
  return {
    nir,
    key: nirKey(nir),
    family: FAMILY_NAMES[ranks.family] ?? '',
    given: GIVEN_NAMES[ranks.given] ?? '',
    birthDate: birthDate(status, draw(SALT.day)),
    sex: status.sex === 1 ? 'M' : 'F',
    doctor: doctor(draw(SALT.doctor)),
    c2s: draw(SALT.c2s) % 100 < 11,
    ald: draw(SALT.ald) % 100 < aldPercent(REFERENCE_YEAR - status.year),
  };
}

function birthDate({ year, month }: CivilStatus, random: number): string {
  const days = new Date(Date.UTC(year, month, 0)).getUTCDate();
  return new Date(Date.UTC(year, month - 1, 1 + (random % days))).toISOString().slice(0, 10);
}

// Twelve in a hundred have declared no doctor.
function doctor(random: number): string | undefined {
  if (random % 100 < 12) return undefined;
  const number = mix(random, SALT.doctor) % DOCTORS;
  const { family, given } = nameRanks(
    number % 2 === 0 ? 1 : 2,
    mix(number, SALT.family),
    mix(number, SALT.given),
  );
  return `Dr ${FAMILY_NAMES[family]} ${GIVEN_NAMES[given]}`;
}

function aldPercent(age: number): number {
  if (age < 40) return 5;
  return age < 65 ? 20 : 50;
}

function checked(index: number, size: number): number {
  if (Number.isInteger(index) && index >= 0 && index < size) return index;
  throw new RangeError(`index must be 0 to ${size - 1}`);
}

// Names are kept without accents, so a search must drop them too.
function plain(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').trim().toUpperCase();
}
