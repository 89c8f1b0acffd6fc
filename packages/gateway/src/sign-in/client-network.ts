// From which network a guess comes: the address itself for IPv4, the /64 and the /48 for IPv6, whose owner has all
// addresses in it (A133). Behind a front on the same machine every peer is the front; then the front must say (request/client-address.ts).
import { addressBytes } from '../policy/network.ts';

export interface ClientNetwork {
  readonly narrow: string;
  /** Undefined for IPv4. */
  readonly wide: string | undefined;
}

/** Undefined when nobody can say: a front that tells no address, or a peer on this very machine that is no front. */
export function clientNetwork(peer: string): ClientNetwork | undefined {
  return isThisMachine(peer) ? undefined : networkOf(peer);
}

function isThisMachine(peer: string): boolean {
  return peer.startsWith('127.') || peer === '::1';
}

function networkOf(address: string): ClientNetwork | undefined {
  const bytes = addressBytes(address);
  if (bytes === undefined) return undefined;
  if (bytes.length === 4) return { narrow: bytes.join('.'), wide: undefined };
  return { narrow: `64:${bytes.slice(0, 8).join('.')}`, wide: `48:${bytes.slice(0, 6).join('.')}` };
}
