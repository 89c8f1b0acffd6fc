// One decoder for queries and form bodies (application/x-www-form-urlencoded), strict: what it cannot read for sure it
// refuses. It has no key limit that silently forgets the thousand-and-first (A103): over the limit is a refusal.

export type Pairs = readonly (readonly [string, string])[];
export type QueryRefusal = 'too-many-parameters' | 'bad-escape' | 'not-utf-8' | 'empty-name';

const most = 200;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Name and value pairs in order; repeats stay repeats, for the caller to see. An empty text has none. */
export function parseQuery(text: string): Pairs | { readonly refused: QueryRefusal } {
  if (text === '') return [];
  const parts = text.split('&');
  if (parts.length > most) return { refused: 'too-many-parameters' };
  try {
    const pairs = parts.map((part) => pairOf(part));
    return pairs.some(([name]) => name === '') ? { refused: 'empty-name' } : pairs;
  } catch (error) {
    return { refused: error instanceof BadEscape ? 'bad-escape' : 'not-utf-8' };
  }
}

class BadEscape extends Error {}

function pairOf(part: string): readonly [string, string] {
  const mark = part.indexOf('=');
  return mark === -1 ? [decode(part), ''] : [decode(part.slice(0, mark)), decode(part.slice(mark + 1))];
}

function decode(text: string): string {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text;
  if (!spaced.includes('%')) return spaced;
  if (/%(?![0-9A-Fa-f]{2})/.test(spaced)) throw new BadEscape();
  const bytes = Buffer.from(spaced.replace(/%([0-9A-Fa-f]{2})/g, (_escape, pair: string) => String.fromCharCode(Number.parseInt(pair, 16))), 'latin1');
  return utf8.decode(bytes);
}
