// The few fields of the protocol buffer in a Google Authenticator export. Read by hand, with bounds, because a general
// protobuf reader for seven fields is more to trust than these lines; unknown fields of known wire types are skipped,
// any other byte refuses the whole.
import type { TotpHash } from '../factor.ts';

export interface MigrationEntry {
  readonly secret: Uint8Array;
  readonly label: string;
  readonly issuer: string;
  /** Undefined when the app names one we do not verify. */
  readonly hash: TotpHash | undefined;
  readonly digits: 6 | 8 | undefined;
  readonly kind: 'totp' | 'hotp' | undefined;
}

/** One field: its number, and a number or bytes. */
type Field = readonly [number, bigint | Uint8Array];

/** Values as the app numbers them; 0 means "not said", which its own reader takes for the usual. */
const hashes: readonly (TotpHash | undefined)[] = ['sha1', 'sha1', 'sha256', 'sha512'];
const digits: readonly (6 | 8 | undefined)[] = [6, 6, 8];
const kinds: readonly ('totp' | 'hotp' | undefined)[] = [undefined, 'hotp', 'totp'];

const utf8 = new TextDecoder('utf-8', { fatal: true });
const mostEntries = 100;

/** The entries of one export picture; undefined for bytes that are no such export. Never throws. */
export function readMigrationEntries(bytes: Uint8Array): readonly MigrationEntry[] | undefined {
  try {
    const entries = fieldsOf(bytes).filter(([number]) => number === 1);
    return entries.length <= mostEntries
      ? entries.map(([, value]) => entryOf(fieldsOf(bytesOf(value))))
      : undefined;
  } catch {
    return undefined;
  }
}

function entryOf(fields: readonly Field[]): MigrationEntry {
  const last = new Map(fields);
  const bytes = (number: number): Uint8Array => bytesOf(last.get(number) ?? new Uint8Array());
  const choice = (number: number): number => Number(last.get(number) ?? 0n);
  return {
    secret: bytes(1),
    label: utf8.decode(bytes(2)),
    issuer: utf8.decode(bytes(3)),
    hash: hashes[choice(4)],
    digits: digits[choice(5)],
    kind: kinds[choice(6)],
  };
}

function bytesOf(value: bigint | Uint8Array): Uint8Array {
  if (typeof value === 'bigint') throw new TypeError('a number where bytes belong');
  return value;
}

/** Fields in order. Wire types: 0 is a varint, 2 is bytes with their length before them. */
function fieldsOf(bytes: Uint8Array): readonly Field[] {
  const fields: Field[] = [];
  for (let at = 0; at < bytes.length; ) {
    const [key, afterKey] = varint(bytes, at);
    const [value, afterValue] = varint(bytes, afterKey);
    const wire = Number(key & 7n);
    const end = wire === 2 ? afterValue + Number(value) : afterValue;
    if ((wire !== 0 && wire !== 2) || end > bytes.length)
      throw new TypeError('not a known wire type or too short');
    fields.push([Number(key >> 3n), wire === 2 ? bytes.slice(afterValue, end) : value]);
    at = end;
  }
  return fields;
}

/** At most ten bytes of seven bits, least first. */
function varint(bytes: Uint8Array, start: number): readonly [bigint, number] {
  let value = 0n;
  for (let at = start; at < start + 10; at += 1) {
    const byte = bytes[at];
    if (byte === undefined) break;
    value |= BigInt(byte & 0x7f) << BigInt(7 * (at - start));
    if (byte < 0x80) return [value, at + 1];
  }
  throw new TypeError('a number that does not end');
}
