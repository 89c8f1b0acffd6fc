// Kinds of record identifiers and their one canonical form. The built-in ones know their check digits; an operator
// declares others by alphabet and length, not by a pattern language that could be slow or unanchored.
import type { RecordTypeSetting } from '../config/config.ts';
import { canonicalNir } from './nir.ts';

export type Canonical = (text: string) => string | undefined;

/** The canonical forms by type name. */
export function recordTypes(declared: readonly RecordTypeSetting[]): ReadonlyMap<string, Canonical> {
  const own = declared.map((setting) => [setting.name, canonicalOf(setting)] as const);
  return new Map<string, Canonical>([['nir', canonicalNir], ['rpps', canonicalRpps], ['finess', canonicalFiness], ...own]);
}

/** RPPS: 11 digits with a Luhn key; the 8 of a PS_IdNat before it is dropped. */
export function canonicalRpps(text: string): string | undefined {
  const digits = squeezed(text).replace(/^8(?=\d{11}$)/, '');
  return /^\d{11}$/.test(digits) && luhn(digits) ? digits : undefined;
}

/** FINESS: nine characters, the département first; the Luhn key holds only when all are digits. */
export function canonicalFiness(text: string): string | undefined {
  const code = squeezed(text);
  if (!/^\d[0-9AB][0-9A-Z]\d{6}$/.test(code)) return undefined;
  return !/^\d{9}$/.test(code) || luhn(code) ? code : undefined;
}

function squeezed(text: string): string {
  return text.length > 64 ? '' : text.normalize('NFKC').toUpperCase().replace(/[\s.-]/gu, '');
}

export function luhn(digits: string): boolean {
  const sum = [...digits].reverse().reduce((total, digit, index) => {
    const value = Number(digit) * (index % 2 === 1 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}

const alphabets = { digits: /^[0-9]+$/, letters: /^[A-Za-z]+$/, alphanumeric: /^[A-Za-z0-9]+$/, hexadecimal: /^[0-9A-Fa-f]+$/ } as const;

function canonicalOf({ alphabet, length, fold, strip }: RecordTypeSetting): Canonical {
  return (text) => {
    if (text.length > 256) return undefined;
    const bare = [...text.normalize('NFKC')].filter((character) => !strip.includes(character)).join('');
    if (bare.length < length.from || bare.length > length.to || !alphabets[alphabet].test(bare)) return undefined;
    if (fold === 'none') return bare;
    return fold === 'upper' ? bare.toUpperCase() : bare.toLowerCase();
  };
}
