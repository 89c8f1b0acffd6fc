// PS_IdNat, the national identifier of persons in French health: one digit that says by which register, then the number.
// The table is of the sector's exchange models (MOS); it differs from the one for structures, which uses the same digits.

export type NationalId =
  /** A professional or student by themselves: RPPS (8) or the older ADELI (0). */
  | { readonly kind: 'professional'; readonly register: 'rpps' | 'adeli'; readonly number: string }
  /** Somebody attached to a structure, by an identifier that the structure gave (1, 3, 4, 5, 6). */
  | { readonly kind: 'staff'; readonly structure: string; readonly internal: string };

const staff: Readonly<Record<string, RegExp>> = {
  /** Rank of an ADELI practice. */
  '1': /^1([0-9A-Z]{9,12})\/([^/]{1,40})$/,
  /** FINESS, also with the letters of Corsica and of overseas. */
  '3': /^3([0-9A-Z]{8,9})\/([^/]{1,40})$/,
  /** SIREN. */
  '4': /^4(\d{9})\/([^/]{1,40})$/,
  /** SIRET. */
  '5': /^5(\d{14})\/([^/]{1,40})$/,
  /** Rank of an RPPS practice. */
  '6': /^6(\d{14})\/([^/]{1,40})$/,
};

/** Undefined for what is no identifier of a person: names of servers, numbers with a wrong check digit. */
export function parsePsIdNat(text: string): NationalId | undefined {
  const rpps = /^8(\d{11})$/.exec(text)?.[1];
  // Luhn over the eleven digits of the RPPS; over all twelve, good numbers fail.
  if (rpps !== undefined) return isLuhn(rpps) ? professional('rpps', rpps) : undefined;
  const adeli = /^0([0-9A-Z]{9,10})$/.exec(text)?.[1];
  if (adeli !== undefined) return professional('adeli', adeli);
  const [, structure, internal] = staff[text[0] ?? '']?.exec(text) ?? [];
  return structure === undefined || internal === undefined
    ? undefined
    : { kind: 'staff', structure, internal };
}

function professional(register: 'rpps' | 'adeli', number: string): NationalId {
  return { kind: 'professional', register, number };
}

function isLuhn(digits: string): boolean {
  const sum = [...digits].reverse().reduce((total, digit, at) => {
    const value = at % 2 === 1 ? Number(digit) * 2 : Number(digit);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}
