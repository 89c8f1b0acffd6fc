// Just enough DER to write a test certificate (ITU-T X.690). Writes only; nothing of a product reads with it.
export type Der = Uint8Array;

function element(tag: number, ...parts: readonly Uint8Array[]): Der {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag]), lengthOf(content.length), content]);
}

function lengthOf(length: number): Uint8Array {
  if (length < 0x80) return Buffer.from([length]);
  if (length < 0x100) return Buffer.from([0x81, length]);
  return Buffer.from([0x82, length >> 8, length & 0xff]);
}

export const sequence = (...parts: readonly Der[]): Der => element(0x30, ...parts);
export const set = (...parts: readonly Der[]): Der => element(0x31, ...parts);
export const octets = (bytes: Uint8Array): Der => element(0x04, bytes);
export const bits = (bytes: Uint8Array): Der => element(0x03, Buffer.from([0]), bytes);
export const text = (value: string): Der => element(0x0c, Buffer.from(value));
export const truth = (): Der => element(0x01, Buffer.from([0xff]));
export const tagged = (tag: number, ...parts: readonly Der[]): Der => element(0xa0 + tag, ...parts);

/** A non-negative integer, in as few bytes as it has (X.690, 8.3.2): readers refuse a zero that says nothing. */
export function integer(bytes: Uint8Array): Der {
  const first = bytes.findIndex((byte) => byte !== 0);
  const own = first < 0 ? Buffer.from([0]) : bytes.subarray(first);
  return element(0x02, (own[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), own]) : own);
}

export function oid(dotted: string): Der {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const arcs = [first * 40 + second, ...rest].flatMap(base128);
  return element(0x06, Buffer.from(arcs));
}

function base128(arc: number): number[] {
  const digits = [arc & 0x7f];
  for (let left = arc >> 7; left > 0; left >>= 7) digits.unshift((left & 0x7f) | 0x80);
  return digits;
}

/** GeneralizedTime, to the second. */
export function time(milliseconds: number): Der {
  const digits = new Date(milliseconds).toISOString().replace(/[-:T]/g, '').slice(0, 14);
  return element(0x18, Buffer.from(`${digits}Z`));
}
