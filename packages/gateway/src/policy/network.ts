// IP networks in CIDR form (RFC 4632, RFC 4291), read strictly: one spelling each. Lenient readers have trusted everybody
// for `::ffff:10.0.0.0/8`, `10.0.0.0/0` or a name (CVE-2026-90711, CVE-2026-76835; A064, A065).
import { isIPv4, isIPv6 } from 'node:net';

export interface Network {
  readonly family: 4 | 6;
  /** 4 or 16 bytes; every bit after `bits` is zero. */
  readonly bytes: readonly number[];
  readonly bits: number;
}

export type NetworkFlaw =
  | 'not-an-address'
  | 'not-canonical'
  | 'bad-length'
  | 'host-bits-set'
  | 'everybody'
  | 'mapped';

/**
 * Reads `10.1.0.0/16`, `2001:db8::/32` or one address. Refused: a prefix of 0 bits (everybody), host bits that are set,
 * an IPv4-mapped network (a peer is never written so here), leading zeros, zone ids, names, spaces, and IPv6 in any
 * spelling but that of RFC 5952.
 */
export function parseNetwork(text: string): Network | { readonly refused: NetworkFlaw } {
  const slash = text.indexOf('/');
  const address = slash === -1 ? text : text.slice(0, slash);
  const bytes = addressBytes(address);
  if (bytes === undefined) return { refused: 'not-an-address' };
  if (isMapped(bytes)) return { refused: 'mapped' };
  if (spelled(bytes) !== address) return { refused: 'not-canonical' };
  const bits = slash === -1 ? bytes.length * 8 : lengthOf(text.slice(slash + 1), bytes.length * 8);
  if (bits === undefined) return { refused: 'bad-length' };
  if (bits === 0) return { refused: 'everybody' };
  const network: Network = { family: bytes.length === 4 ? 4 : 6, bytes, bits };
  return bytes.every((byte, index) => (byte & ~mask(bits, index)) === 0)
    ? network
    : { refused: 'host-bits-set' };
}

/** Whether an address, as the socket gives it, is in one of the networks. An address that cannot be read is in none. */
export function inAny(networks: readonly Network[], address: string): boolean {
  const bytes = addressBytes(address);
  return bytes !== undefined && networks.some((network) => contains(network, bytes));
}

function contains({ bytes, bits }: Network, address: readonly number[]): boolean {
  return (
    bytes.length === address.length &&
    bytes.every((byte, index) => byte === ((address[index] ?? 0) & mask(bits, index)))
  );
}

/** The bits of byte `index` that belong to a prefix of `bits`. */
function mask(bits: number, index: number): number {
  const kept = Math.min(8, Math.max(0, bits - index * 8));
  return (0xff00 >> kept) & 0xff;
}

function lengthOf(text: string, most: number): number | undefined {
  const length = /^(0|[1-9][0-9]{0,2})$/.test(text) ? Number(text) : most + 1;
  return length <= most ? length : undefined;
}

/** The 4 or 16 bytes of an address; undefined for what is none. */
export function addressBytes(text: string): readonly number[] | undefined {
  if (isIPv4(text)) return text.split('.').map(Number);
  return isIPv6(text) && !text.includes('%')
    ? groups(text).flatMap((group) => [group >> 8, group & 0xff])
    : undefined;
}

/** The eight groups of a valid IPv6 address; a dotted tail is two of them. */
function groups(text: string): readonly number[] {
  const dotted = text.includes('.') ? text.slice(text.lastIndexOf(':') + 1) : undefined;
  const plain = dotted === undefined ? text : text.slice(0, -dotted.length) + hexOf(dotted);
  const [head = '', tail] = plain.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0');
  return [...before, ...zeros, ...after].map((group) => Number.parseInt(group, 16));
}

function hexOf(dotted: string): string {
  const [a = 0, b = 0, c = 0, d = 0] = dotted.split('.').map(Number);
  return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
}

function isMapped(bytes: readonly number[]): boolean {
  return (
    bytes.length === 16 &&
    bytes.slice(0, 10).every((byte) => byte === 0) &&
    bytes[10] === 0xff &&
    bytes[11] === 0xff
  );
}

/** The one spelling: dotted decimal, or what the URL standard writes, which is RFC 5952. */
function spelled(bytes: readonly number[]): string {
  if (bytes.length === 4) return bytes.join('.');
  const hex = Array.from({ length: 8 }, (_, index) =>
    ((bytes[index * 2] ?? 0) * 256 + (bytes[index * 2 + 1] ?? 0)).toString(16),
  );
  return new URL(`http://[${hex.join(':')}]/`).hostname.slice(1, -1);
}
