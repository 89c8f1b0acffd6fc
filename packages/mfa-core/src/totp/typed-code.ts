// A code as people type and paste it. Apps show six digits in two groups, and keyboards and clipboards add blanks of all
// kinds; Japanese and Chinese keyboards write digits of full width. Nothing else is read as a digit.
import type { TotpSettings } from '../factor.ts';

/** Far beyond eight digits with a blank on each side; a longer text is not looked at. */
const longest = 40;
const shapes = { 6: /^[0-9]{6}$/, 8: /^[0-9]{8}$/ } as const;
/** White space of Unicode, no-break and thin blanks among it, and the marks that a clipboard adds unseen. */
const blanks = /[\s\u200b-\u200f\u202a-\u202e\u2060-\u2069]/g;
const fullWidth = /[\uff10-\uff19]/g;

/**
 * Reads a code of so many digits; anything else is undefined. One text is one code, so that leniency is no second guess:
 * what has more or fewer digits is refused, never cut or filled up (A148).
 */
export function parseTotpCode(text: unknown, digits: TotpSettings['digits']): string | undefined {
  if (typeof text !== 'string' || text.length > longest) return undefined;
  const code = text.replace(blanks, '').replace(fullWidth, (digit) => digit.normalize('NFKC'));
  return shapes[digits].test(code) ? code : undefined;
}
