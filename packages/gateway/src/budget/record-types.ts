// Kinds of record identifiers and their one canonical form. The built-in ones know their check digits; an operator
// declares others by alphabet, length and fold, not in a pattern language that could be slow or unanchored (A016).
import type { RecordTypeSetting } from '../config/config.ts';
import { canonicalNir } from './nir.ts';

/** The one form of an identifier; undefined for what is none. Never repairs beyond spelling: a wrong key is refused. */
export type Canonical = (text: string) => string | undefined;

export type RecordTypes = ReadonlyMap<string, Canonical>;

/** The canonical forms by type name. A declared type cannot take the name of a built-in one (`config/` says so first). */
export function recordTypes(declared: readonly RecordTypeSetting[]): RecordTypes {
  const own = declared.map((setting) => [setting.name, canonicalOf(setting)] as const);
  return new Map<string, Canonical>([
    ...own,
    ['nir', canonicalNir],
    ['rpps', canonicalRpps],
    ['finess', canonicalFiness],
  ]);
}

/** The canonical form of a text of one type; undefined for an unknown type too. */
export function canonicalRecord(types: RecordTypes, type: string, text: string): string | undefined {
  return types.get(type)?.(text);
}

/** RPPS: 11 digits with a Luhn key; the 8 of a PS_IdNat before it is dropped. */
export function canonicalRpps(text: string): string | undefined {
  const digits = squeezed(text).replace(/^8(?=\d{11}$)/, '');
  return /^\d{11}$/.test(digits) && luhn(digits) ? digits : undefined;
}

/** FINESS: nine characters, the departement first; the Luhn key holds only when all are digits. */
export function canonicalFiness(text: string): string | undefined {
  const code = squeezed(text);
  if (!/^\d[0-9AB][0-9A-Z]\d{6}$/.test(code)) return undefined;
  return !/^\d{9}$/.test(code) || luhn(code) ? code : undefined;
}

function squeezed(text: string): string {
  return text.length > 64 ? '' : text.toUpperCase().replace(/[ .\-\u00a0\u202f]/g, '');
}

/** ISO/IEC 7812-1 annex B. */
export function luhn(digits: string): boolean {
  const sum = [...digits].reverse().reduce((total, digit, index) => {
    const value = Number(digit) * (index % 2 === 1 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}

/** One class of ASCII characters each: linear, anchored, nothing to backtrack. */
const alphabets = {
  digits: /^[0-9]+$/,
  letters: /^[A-Za-z]+$/,
  alphanumeric: /^[A-Za-z0-9]+$/,
  hexadecimal: /^[0-9A-Fa-f]+$/,
} as const;

/**
 * Numbers of varying length may not begin with 0: `1` and `01` would be one person to a portal that reads numbers and
 * two to one that reads texts (A107).
 */
function canonicalOf({ alphabet, length, fold, strip }: RecordTypeSetting): Canonical {
  return (text) => {
    if (text.length > 256) return undefined;
    const bare = [...text].filter((character) => !strip.includes(character)).join('');
    if (bare.length < length.from || bare.length > length.to || !alphabets[alphabet].test(bare))
      return undefined;
    if (alphabet === 'digits' && length.from !== length.to && bare.length > 1 && bare.startsWith('0'))
      return undefined;
    if (fold === 'none') return bare;
    return fold === 'upper' ? bare.toUpperCase() : bare.toLowerCase();
  };
}
