// The French social-security number (NIR) as this portal reads and writes it.
// Owns its spellings, its key and the brand of the canonical form (13 characters, upper case, no key).
// Does not know which numbers exist: see population.ts.

declare const brand: unique symbol;

/** A canonical NIR: 13 characters, upper case, without its key. */
export type Nir = string & { readonly [brand]: 'Nir' };

/** What a NIR says by itself. */
export interface CivilStatus {
  readonly sex: 1 | 2;
  readonly year: number;
  readonly month: number;
  /** Department and commune, or 99 and country: five characters. */
  readonly place: string;
  readonly order: number;
}

const SHAPE: RegExp = /^([1-478]\d{4}(?:\d{2}|2A|2B)\d{6})(\d{2})?$/;

/** Reads a NIR in 13 or 15 characters, spaced or not, in either case; a wrong key is no NIR at all. */
export function parseNir(text: string): Nir | undefined {
  const match = SHAPE.exec(text.replace(/\s/g, '').toUpperCase());
  if (match?.[1] === undefined) return undefined;
  const nir = match[1] as Nir;
  return match[2] === undefined || match[2] === nirKey(nir) ? nir : undefined;
}

/** Writes the number of a civil status; its fields are taken as they are. */
export function writeNir({ sex, year, month, place, order }: CivilStatus): Nir {
  return `${sex}${pad(year % 100, 2)}${pad(month, 2)}${place}${pad(order, 3)}` as Nir;
}

/** Computes the two-digit key: 97 - N mod 97, with Corsica's 2A read as 19 and 2B as 18. */
export function nirKey(nir: Nir): string {
  const digits = nir.replace('2A', '19').replace('2B', '18');
  return pad(97 - (Number(digits) % 97), 2);
}

function pad(n: number, width: number): string {
  return String(n).padStart(width, '0');
}
