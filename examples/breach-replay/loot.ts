// What the script got: the distinct insured persons whose number was among the bytes its sockets received.
// Counts what arrived, never what anybody says was sent. A number that only came back because the script had
// sent it counts as well: an over-count is on the safe side of a bound.

/** The persons seen so far, by canonical number (13 characters). */
export interface Loot {
  readonly persons: ReadonlySet<string>;
  /** Those that came over the sockets of one stolen account. */
  of(account: string): ReadonlySet<string>;
  /** Opens the ear of one socket of an account: its bytes belong together, however they were cut. */
  listen(account?: string): (bytes: Uint8Array) => void;
}

// Pages write a number in groups, with a plain space or a no-break one (C2 A0, E2 80 AF), as JSON does not.
const GAPS: RegExp = / |\u00c2\u00a0|\u00e2\u0080\u00af/g;
// A chunk of the transfer coding (RFC 9112 section 7.1) may begin in the middle of a number.
const CHUNK_LINES: RegExp = /\r\n[0-9a-f]{1,8}\r\n/gi;
const NUMBERS: RegExp = /(?<![0-9])[1-478]\d{4}(?:\d{2}|2A|2B)\d{6}/g;
// Longer than a grouped number with a chunk line in it.
const CARRIED = 64;

/** Starts with nothing. `isPerson` tells a number from thirteen digits that only look like one. */
export function createLoot(isPerson: (number: string) => boolean): Loot {
  const persons = new Set<string>();
  const accounts = new Map<string, Set<string>>();
  const of = (account: string): Set<string> => {
    const known = accounts.get(account) ?? new Set<string>();
    accounts.set(account, known);
    return known;
  };
  const take = (text: string, own: Set<string>): void => {
    for (const [number] of text.matchAll(NUMBERS)) {
      if (own.has(number) || !(persons.has(number) || isPerson(number))) continue;
      persons.add(number);
      own.add(number);
    }
  };
  return {
    persons,
    of,
    listen(account = '') {
      const own = of(account);
      let carried = '';
      return (bytes) => {
        const text = carried + Buffer.from(bytes).toString('latin1');
        const joined = text.replace(CHUNK_LINES, '');
        for (const reading of [text, text.replace(GAPS, ''), joined.replace(GAPS, '')]) take(reading, own);
        carried = text.slice(-CARRIED);
      };
    },
  };
}
