// Walks DER by its tags and lengths without building a tree of it. The library reads everything else here; for a list of a
// hundred thousand cards it takes most of a minute and more than a gigabyte, and the sector's lists are of that size.

/** One element: `from` is its tag, `content` where its content begins, `end` the byte after it. */
export interface Element {
  readonly tag: number;
  readonly from: number;
  readonly content: number;
  readonly end: number;
}

/** What is not DER: lengths that could be written shorter, tags of more than one byte, an element past its parent. */
export class DerError extends Error {}

/** The element at `at`, which must end by `limit`. */
export function elementAt(bytes: Uint8Array, at: number, limit: number): Element {
  const tag = byteAt(bytes, at, limit);
  if ((tag & 0x1f) === 0x1f) throw new DerError('a long tag');
  const first = byteAt(bytes, at + 1, limit);
  const count = first < 0x80 ? 0 : first & 0x7f;
  if (first === 0x80 || count > 4) throw new DerError('a length of no known form');
  let length = count === 0 ? first : 0;
  for (let place = 0; place < count; place += 1) length = length * 256 + byteAt(bytes, at + 2 + place, limit);
  if (count > 0 && (length < 0x80 || length < 256 ** (count - 1)))
    throw new DerError('a length that is too long');
  const content = at + 2 + count;
  const end = content + length;
  if (end > limit) throw new DerError('an element past its end');
  return { tag, from: at, content, end };
}

function byteAt(bytes: Uint8Array, at: number, limit: number): number {
  const byte = at < limit ? bytes[at] : undefined;
  if (byte === undefined) throw new DerError('cut short');
  return byte;
}

/** The elements inside one, in order. */
export function* elementsIn(bytes: Uint8Array, { content, end }: Element): Generator<Element, void> {
  for (let at = content; at < end; ) {
    const element = elementAt(bytes, at, end);
    yield element;
    at = element.end;
  }
}

/** The same, where there can only be so many: an unsigned list of millions would fill the memory before it is refused. */
export function fewElementsIn(bytes: Uint8Array, parent: Element, most: number): Element[] {
  const found: Element[] = [];
  for (const element of elementsIn(bytes, parent)) {
    if (found.length === most) throw new DerError('more elements than there can be');
    found.push(element);
  }
  return found;
}

/** With its tag and length, as a parser of its own kind wants it. */
export function whole(bytes: Uint8Array, { from, end }: Element): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(bytes.subarray(from, end));
}

/** Whole bytes of an INTEGER in hexadecimal, without a sign byte. */
export function integerHex(bytes: Uint8Array, { tag, content, end }: Element): string {
  if (tag !== 0x02 || content === end) throw new DerError('no integer');
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset + content, end - content).toString('hex');
  return hex.length > 2 && hex.startsWith('00') ? hex.slice(2) : hex;
}

/** UTCTime or GeneralizedTime in the one form RFC 5280 section 5.1.2.4 allows, in milliseconds. */
export function timeOf(bytes: Uint8Array, { tag, content, end }: Element): number {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + content, end - content).toString('latin1');
  const short = tag === 0x17 && /^\d{12}Z$/.test(text);
  if (!short && !(tag === 0x18 && /^\d{14}Z$/.test(text))) throw new DerError('no time');
  const long = short ? `${Number(text.slice(0, 2)) < 50 ? '20' : '19'}${text}` : text;
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(long)?.slice(1).map(Number) ?? [];
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}
