// For whom a front before the gateway asks. One answer for conditions on networks, the limits of sign-ins, the ledger and
// the portal: two ideas of where somebody is would be a way past the stricter one.
import { addressBytes, inAny, type Network } from '../policy/network.ts';

/** A front that tells the client's address, and the header it appends it to. */
export interface ClientAddressRules {
  readonly header: string;
  readonly from: readonly Network[];
}

/** What stands in the place of an address nobody told: it is in no network. */
export const unknownAddress = 'unknown';

/**
 * Only a listed peer is believed. Of its header only the last address counts, which it wrote itself; everything before it
 * the client may have sent (A064). A front that says nothing sound asks for somebody unknown.
 */
export function clientAddressOf(
  peer: string,
  headers: ReadonlyMap<string, string>,
  rules: ClientAddressRules | undefined,
): string {
  if (rules === undefined || !inAny(rules.from, peer)) return peer;
  const told = plainAddress((headers.get(rules.header) ?? '').split(',').at(-1)?.trim() ?? '');
  return addressBytes(told) === undefined ? unknownAddress : told;
}

/** `::ffff:192.0.2.1` is 192.0.2.1: one machine, one address (A133). */
export function plainAddress(address: string): string {
  if (!address.startsWith('::')) return address;
  return /^::ffff:[0-9]+\.[0-9.]+$/i.test(address) ? address.slice(7) : address;
}
