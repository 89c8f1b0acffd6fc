// Changes to the configuration of a run, to take a defence away or to close a way in. The site refuses one that changed
// nothing.

import type { Change } from './site.ts';
import { trades } from './traffic/classes.ts';

/** Replaces every occurrence. */
export const replaced =
  (from: string | RegExp, to: string): Change =>
  (text) =>
    text.replaceAll(from, to);

const opening = 'budgets:\n  classes:\n';
/** The class that the configuration declares itself. */
const declared = '    laboratory:\n';

/** Says words of every class. */
export function ofEveryClass(words: string): Change {
  const others = trades.map((trade) => trade.class).filter((name) => name !== 'laboratory');
  const lines = others.map((name) => `    ${name}: { ${words} }\n`).join('');
  return (text) => text.replace(declared, `${declared}      ${words}\n`).replace(opening, opening + lines);
}

/** Says words of the classes of the stolen accounts, but of the laboratory. */
export function ofThoseHit(words: string): Change {
  const lines = ['pharmacy', 'gp', 'nurse'].map((name) => `    ${name}: { ${words} }\n`).join('');
  return replaced(opening, opening + lines);
}

/** A code, which can be phished, binds a key that counts after three days. */
export const keyAfterCode: Change = replaced(
  'enrolment: { first: [ticket] }',
  'enrolment: { first: [ticket], keyAfterCode: 72h }',
);

export const endlessCode = 'code: { records: 100000, within: 12h, day: 100000 }';
export const endlessKey = 'key: { records: 100000, within: 12h }';
export const endlessDay =
  'day: { floor: 100000, ceiling: 100000, cardCeiling: 100000 }, newRecords: { floor: 100000, ceiling: 100000 }';
