// The space of numbers the synthetic persons live in: what one slot of it says about a person.
// Every place of birth is impossible (country 999 abroad, commune 999 in Corsica), so that no number
// made here can ever be the number of somebody.

import type { CivilStatus, Nir } from './nir.ts';

// 84 birth years, so that two digits of a year name one of them only.
const FIRST_YEAR = 1940;
const YEARS = 84;
const PLACES = [
  { place: '99999', orders: 999 },
  { place: '2A999', orders: 12 },
  { place: '2B999', orders: 12 },
] as const;
const ORDERS = PLACES.reduce((sum, { orders }) => sum + orders, 0);

/** How many different numbers there are to give: the largest population possible. */
export const CAPACITY: number = 2 * YEARS * 12 * ORDERS;

/** Tells which civil status a slot of the space stands for. */
export function civilStatusOf(slot: number): CivilStatus {
  const month = Math.floor(slot / ORDERS);
  const year = Math.floor(month / 12);
  return {
    sex: year < YEARS ? 1 : 2,
    year: FIRST_YEAR + (year % YEARS),
    month: (month % 12) + 1,
    ...placeOf(slot % ORDERS),
  };
}

/** Finds the slot of a number, or undefined when the number is outside the space. */
export function slotOf(nir: Nir): number | undefined {
  const sex = Number(nir[0]) - 1;
  const year = (Number(nir.slice(1, 3)) + 100 - (FIRST_YEAR % 100)) % 100;
  const month = Number(nir.slice(3, 5)) - 1;
  const offset = offsetOf(nir.slice(5, 10), Number(nir.slice(10)));
  if (sex > 1 || year >= YEARS || month < 0 || month > 11 || offset === undefined) return undefined;
  return ((sex * YEARS + year) * 12 + month) * ORDERS + offset;
}

function placeOf(offset: number): { place: string; order: number } {
  let first = 0;
  for (const { place, orders } of PLACES) {
    if (offset < first + orders) return { place, order: offset - first + 1 };
    first += orders;
  }
  throw new TypeError('an offset beyond the last place');
}

function offsetOf(place: string, order: number): number | undefined {
  let first = 0;
  for (const known of PLACES) {
    if (known.place === place) return order >= 1 && order <= known.orders ? first + order - 1 : undefined;
    first += known.orders;
  }
  return undefined;
}
