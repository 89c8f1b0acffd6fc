// JSON (RFC 8259) read so that no other reader can see another person in it: no key twice, no depth without end, UTF-8
// only, and numbers kept as the text they were written in (A095, A097, A118). Linear time, bounded depth. It judges the
// text only; what is looked for in the value is json-pointer.ts.

export type JsonValue =
  | { readonly kind: 'null' }
  | { readonly kind: 'boolean'; readonly value: boolean }
  /** As written: `12345678901234567891` stays itself. */
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'string'; readonly text: string }
  | { readonly kind: 'array'; readonly items: readonly JsonValue[] }
  | { readonly kind: 'object'; readonly members: ReadonlyMap<string, JsonValue> };

export type JsonScalar = Exclude<JsonValue, { readonly kind: 'array' | 'object' }>;
export type JsonRefusal = 'not-utf-8' | 'not-json' | 'duplicate-key' | 'too-deep' | 'too-many-members';

export interface JsonLimits {
  readonly depth: number;
  /** Values in all, over the whole text. */
  readonly members: number;
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

class Refused extends Error {
  readonly reason: JsonRefusal;

  constructor(reason: JsonRefusal) {
    super(reason);
    this.reason = reason;
  }
}

/** Reads one JSON text. A byte order mark, a comment, a trailing comma or a second value is `not-json`. */
export function parseStrictJson(
  bytes: Uint8Array,
  limits: JsonLimits,
): JsonValue | { readonly refused: JsonRefusal } {
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    return { refused: 'not-utf-8' };
  }
  try {
    const reader = { text, at: 0, left: limits.members };
    const value = readValue(reader, limits.depth);
    skipSpace(reader);
    return reader.at === text.length ? value : { refused: 'not-json' };
  } catch (error) {
    if (error instanceof Refused) return { refused: error.reason };
    throw error;
  }
}

interface Reader {
  readonly text: string;
  at: number;
  left: number;
}

function skipSpace(reader: Reader): void {
  for (;;) {
    const code = reader.text.charCodeAt(reader.at);
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
    reader.at += 1;
  }
}

function readValue(reader: Reader, depth: number): JsonValue {
  reader.left -= 1;
  if (reader.left < 0) throw new Refused('too-many-members');
  skipSpace(reader);
  const sign = reader.text[reader.at];
  if (sign === '"') return { kind: 'string', text: readString(reader) };
  if (sign === '{' || sign === '[') {
    if (depth === 0) throw new Refused('too-deep');
    return sign === '{' ? readObject(reader, depth - 1) : readArray(reader, depth - 1);
  }
  return readWord(reader);
}

const word = /true|false|null|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;

function readWord(reader: Reader): JsonValue {
  word.lastIndex = reader.at;
  const found = word.exec(reader.text)?.[0];
  if (found === undefined) throw new Refused('not-json');
  reader.at += found.length;
  if (found === 'null') return { kind: 'null' };
  return found === 'true' || found === 'false'
    ? { kind: 'boolean', value: found === 'true' }
    : { kind: 'number', text: found };
}

/** The raw string is found first, then decoded by JSON.parse, which knows the escapes. */
function readString(reader: Reader): string {
  const start = reader.at;
  for (let at = start + 1; at < reader.text.length; at += 1) {
    const code = reader.text.charCodeAt(at);
    if (code === 0x5c) at += 1;
    else if (code === 0x22) {
      reader.at = at + 1;
      return decodeString(reader.text.slice(start, at + 1));
    }
  }
  throw new Refused('not-json');
}

function decodeString(raw: string): string {
  try {
    const text: unknown = JSON.parse(raw);
    if (typeof text === 'string' && text.isWellFormed()) return text;
  } catch {
    // Falls through: a control character or a bad escape.
  }
  throw new Refused('not-json');
}

function readArray(reader: Reader, depth: number): JsonValue {
  const items: JsonValue[] = [];
  reader.at += 1;
  if (closes(reader, ']')) return { kind: 'array', items };
  do items.push(readValue(reader, depth));
  while (goesOn(reader, ']'));
  return { kind: 'array', items };
}

function readObject(reader: Reader, depth: number): JsonValue {
  const members = new Map<string, JsonValue>();
  reader.at += 1;
  if (closes(reader, '}')) return { kind: 'object', members };
  do {
    skipSpace(reader);
    if (reader.text[reader.at] !== '"') throw new Refused('not-json');
    const name = readString(reader);
    if (members.has(name)) throw new Refused('duplicate-key');
    skipSpace(reader);
    if (reader.text[reader.at] !== ':') throw new Refused('not-json');
    reader.at += 1;
    members.set(name, readValue(reader, depth));
  } while (goesOn(reader, '}'));
  return { kind: 'object', members };
}

function closes(reader: Reader, end: string): boolean {
  skipSpace(reader);
  if (reader.text[reader.at] !== end) return false;
  reader.at += 1;
  return true;
}

function goesOn(reader: Reader, end: string): boolean {
  skipSpace(reader);
  const sign = reader.text[reader.at];
  if (sign !== ',' && sign !== end) throw new Refused('not-json');
  reader.at += 1;
  return sign === ',';
}
