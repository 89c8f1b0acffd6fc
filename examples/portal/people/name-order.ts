// The alphabetical order of a population, built by one counting sort over the known full names.
// A search by prefix is then one contiguous range. Keeps two integer columns and no strings per person.

import { FAMILY_NAMES, GIVEN_NAMES } from './names.ts';

/** Persons in alphabetical order of "FAMILY GIVEN". */
export interface NameOrder {
  /** Finds the positions [from, to) of the names that begin with `prefix`. */
  range(prefix: string): { from: number; to: number };
  /** Names the person who stands at a position. */
  personAt(position: number): number;
}

const FULL_NAMES: number = FAMILY_NAMES.length * GIVEN_NAMES.length;

/** Orders `size` persons, given the rank of each one's family and given name. */
export function orderByName(
  size: number,
  ranksOf: (person: number) => { family: number; given: number },
): NameOrder {
  const fullNameOf = new Uint32Array(size);
  const starts = new Uint32Array(FULL_NAMES + 1);
  for (let person = 0; person < size; person += 1) {
    const { family, given } = ranksOf(person);
    const fullName = family * GIVEN_NAMES.length + given;
    fullNameOf[person] = fullName;
    starts[fullName + 1] = (starts[fullName + 1] ?? 0) + 1;
  }
  for (let i = 1; i <= FULL_NAMES; i += 1) starts[i] = (starts[i] ?? 0) + (starts[i - 1] ?? 0);
  const persons = placeAll(fullNameOf, starts);
  return {
    range: (prefix) => ({
      from: starts[lowerBound(prefix)] ?? 0,
      to: starts[lowerBound(`${prefix}\uffff`)] ?? 0,
    }),
    personAt: (position) => persons[position] ?? 0,
  };
}

function placeAll(fullNameOf: Uint32Array, starts: Uint32Array): Uint32Array {
  const next = starts.slice();
  const persons = new Uint32Array(fullNameOf.length);
  fullNameOf.forEach((fullName, person) => {
    const position = next[fullName] ?? 0;
    persons[position] = person;
    next[fullName] = position + 1;
  });
  return persons;
}

// Full names are in code-unit order because no family name holds a space, which sorts before every other character.
function lowerBound(text: string): number {
  let low = 0;
  let high = FULL_NAMES;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (fullNameAt(middle) < text) low = middle + 1;
    else high = middle;
  }
  return low;
}

function fullNameAt(rank: number): string {
  const family = Math.floor(rank / GIVEN_NAMES.length);
  return `${FAMILY_NAMES[family]} ${GIVEN_NAMES[rank % GIVEN_NAMES.length]}`;
}
