// One decoder for queries and form bodies (application/x-www-form-urlencoded, URL standard section 5.1), strict: what it
// cannot read for sure it refuses. It has no key limit that silently forgets the thousand-and-first (A103): over the
// limit is a refusal. It does not judge which names may occur: that is policy/admit.ts.

export type Pairs = readonly (readonly [string, string])[];
export type QueryRefusal =
  | 'too-many-parameters'
  | 'bad-escape'
  | 'not-utf-8'
  | 'empty-name'
  | 'control-character'
  | 'raw-semicolon'
  | 'not-ascii';

const most = 200;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Name and value pairs in order; repeats stay repeats, for the caller to see. An empty text has none. `+` is a space.
 * A raw `;` ends a parameter on some servers (A106), and a raw byte above 127 is read in as many ways as there are
 * code pages: both have an escape, and are refused without it.
 */
export function parseQuery(text: string): Pairs | { readonly refused: QueryRefusal } {
  if (text === '') return [];
  const parts = text.split('&');
  if (parts.length > most) return { refused: 'too-many-parameters' };
  const pairs: (readonly [string, string])[] = [];
  for (const part of parts) {
    const mark = part.indexOf('=');
    const name = decode(mark === -1 ? part : part.slice(0, mark));
    const value = decode(mark === -1 ? '' : part.slice(mark + 1));
    if (typeof name !== 'string') return name;
    if (typeof value !== 'string') return value;
    if (name === '') return { refused: 'empty-name' };
    pairs.push([name, value]);
  }
  return pairs;
}

function decode(text: string): string | { readonly refused: QueryRefusal } {
  const bytes = new Uint8Array(text.length);
  let length = 0;
  for (let at = 0; at < text.length; at += 1, length += 1) {
    const code = text.charCodeAt(at);
    const byte = code === 0x25 ? escaped(text, at) : code === 0x2b ? 0x20 : code;
    if (byte === undefined) return { refused: 'bad-escape' };
    if (code === 0x3b) return { refused: 'raw-semicolon' };
    if (code > 127) return { refused: 'not-ascii' };
    if (byte === 0x7f || (byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d)) {
      return { refused: 'control-character' };
    }
    if (code === 0x25) at += 2;
    bytes[length] = byte;
  }
  try {
    return utf8.decode(bytes.subarray(0, length));
  } catch {
    return { refused: 'not-utf-8' };
  }
}

function escaped(text: string, at: number): number | undefined {
  const high = digit(text.charCodeAt(at + 1));
  const low = digit(text.charCodeAt(at + 2));
  return high < 0 || low < 0 ? undefined : high * 16 + low;
}

function digit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const upper = code & ~0x20;
  return upper >= 0x41 && upper <= 0x46 ? upper - 0x37 : -1;
}
