// Who may ask: only peers that are listed, and only with the secret where there is one. Whoever can ask can say what the
// client asked for and from where, so there is no default (A064).
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { ForwardAuthSetting } from '../config/config.ts';
import { inAny, type Network, parseNetwork } from '../policy/network.ts';
import { plainAddress } from '../request/client-address.ts';

/** The header that carries the secret. */
export const secretHeader = 'palier-front-secret';

/** Undefined when the peer may ask; else one word for the log. */
export type PeerCheck = (incoming: IncomingMessage) => 'peer' | 'secret' | undefined;

/** Throws a TypeError for an empty list: a check that lets everybody through is none. */
export function peerCheck({
  trustedPeers,
  secret,
}: Pick<ForwardAuthSetting, 'trustedPeers' | 'secret'>): PeerCheck {
  const networks = trustedPeers.map(networkOf);
  if (networks.length === 0) throw new TypeError('fronts without a list of peers');
  const expected = secret?.expose(digestOf);
  return (incoming) => {
    if (!inAny(networks, plainAddress(incoming.socket.remoteAddress ?? ''))) return 'peer';
    if (expected === undefined) return undefined;
    const given = incoming.headersDistinct[secretHeader];
    const matches = given?.length === 1 && timingSafeEqual(digestOf(Buffer.from(given[0] ?? '')), expected);
    return matches ? undefined : 'secret';
  };
}

function networkOf(text: string): Network {
  const network = parseNetwork(text);
  if ('refused' in network) throw new TypeError(`not a network: ${network.refused}`);
  return network;
}

/** Equal lengths for the comparison, whatever was sent. */
function digestOf(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}
