// The header block as it came (rawHeaders): one map in which no two readers can find two things. node's own `headers`
// keeps the first of some duplicates silently and joins others (attacks.md 0.3); this one refuses.
import { bySpelling } from './spellings.ts';

export type HeaderRefusal = 'header-name' | 'header-value' | 'duplicate-header' | 'too-many-headers';

/** Pairs in one request: browsers send about twenty. */
const most = 100;

/** Headers that are one value: of two, gateway and portal might take different ones. */
const singletons: ReadonlySet<string> = new Set([
  // Where the request goes and where it ends.
  'host',
  'content-length',
  'transfer-encoding',
  'expect',
  'upgrade',
  // What its body is.
  'content-type',
  'content-encoding',
  // Who sends it.
  'authorization',
  'cookie',
  'origin',
  'referer',
  'user-agent',
  'x-requested-with',
  'early-data',
  // What may come back.
  'range',
  'if-range',
  'if-match',
  'if-none-match',
  'if-modified-since',
  'if-unmodified-since',
  // What the browser says it is doing.
  'sec-fetch-mode',
  'sec-fetch-site',
  'sec-fetch-dest',
  'sec-fetch-user',
  'sec-websocket-key',
  'sec-websocket-version',
]);

/**
 * The block before this one on the same connection, so that a pair which comes again is not judged again: clients say most
 * of it at every request, and programs that ask again and again say all of it.
 */
export interface LastBlock {
  raw: readonly string[];
  /** The judged names, one for each pair. */
  names: readonly string[];
  headers: ReadonlyMap<string, string>;
}

/** What a connection begins with. */
export function noBlock(): LastBlock {
  return { raw: [], names: [], headers: new Map() };
}

/** Lower-case names to values; lists joined with `, `. `raw` is name, value, name, value; `last` remembers it. */
export function readHeaders(
  raw: readonly string[],
  last: LastBlock = noBlock(),
): ReadonlyMap<string, string> | HeaderRefusal {
  if (raw.length > most * 2) return 'too-many-headers';
  return isSame(raw, last.raw) ? last.headers : readAnew(raw, last);
}

function isSame(raw: readonly string[], before: readonly string[]): boolean {
  if (raw.length !== before.length) return false;
  for (let at = 0; at < raw.length; at += 1) if (raw[at] !== before[at]) return false;
  return true;
}

function readAnew(raw: readonly string[], last: LastBlock): ReadonlyMap<string, string> | HeaderRefusal {
  const headers = new Map<string, string>();
  const names: string[] = [];
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const [spelling = '', value = ''] = [raw[at], raw[at + 1]];
    const isSaidAgain = last.raw[at] === spelling && last.raw[at + 1] === value;
    const name = isSaidAgain ? last.names[at / 2] : soundName(spelling);
    if (name === undefined) return 'header-name';
    if (!isSaidAgain && !isSoundValue(value)) return 'header-value';
    const before = headers.get(name);
    if (before !== undefined && singletons.has(name)) return 'duplicate-header';
    headers.set(name, before === undefined ? value : `${before}, ${value}`);
    names.push(name);
  }
  Object.assign(last, { raw, names, headers });
  return headers;
}

/** The name in lower case; undefined when it is no name we let in. */
const soundName = bySpelling((spelling) => {
  const name = spelling.toLowerCase();
  return isSoundName(name) ? name : undefined;
});

/**
 * Letters, digits and dashes only, though RFC 9110 has more: `X_Identity` and `X.Identity` become `X-Identity` in some
 * servers, and were three incomplete fixes in a row elsewhere (A060).
 */
function isSoundName(name: string): boolean {
  for (let at = 0; at < name.length; at += 1) {
    const code = name.charCodeAt(at);
    const sound = (code >= 0x61 && code <= 0x7a) || (code >= 0x30 && code <= 0x39) || code === 0x2d;
    if (!sound) return false;
  }
  return name.length > 0 && name.length <= 64;
}

/** Visible ASCII, space and tab. Bytes above are Latin-1 to some and UTF-8 to others (A077). */
function isSoundValue(value: string): boolean {
  for (let at = 0; at < value.length; at += 1) {
    const code = value.charCodeAt(at);
    if ((code < 0x20 && code !== 0x09) || code > 0x7e) return false;
  }
  return true;
}
