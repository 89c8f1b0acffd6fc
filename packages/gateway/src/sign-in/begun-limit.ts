// How many sign-ins people may begin who are not known yet: each is a row in the store (A260). A bound for all alone would
// let one stranger with a script use it up and lock everybody out (A134), so one network has a tenth of it.
import type { Clock } from '@palier/mfa-core';
import { clientNetwork } from './client-network.ts';

/** Most in ten minutes; a large hospital behind one address signs in in the morning. */
export const mostBegun = 20_000;
export const mostFromOne = 2000;

const span = 600_000;

/**
 * Says whether one more may begin, and counts it. One that may not is no row, and counts for nobody. Where nobody can say
 * from which network somebody comes, only the whole is bounded.
 */
export function limitBegun(clock: Clock): (peer: string) => boolean {
  let since = clock.now();
  let count = 0;
  let fromOne = new Map<string, number>();
  return (peer) => {
    const now = clock.now();
    if (now - since > span || now < since) [since, count, fromOne] = [now, 0, new Map()];
    const network = clientNetwork(peer);
    const place = network?.wide ?? network?.narrow;
    const begun = place === undefined ? 0 : (fromOne.get(place) ?? 0);
    if (begun >= mostFromOne || count >= mostBegun) return false;
    count += 1;
    if (place !== undefined) fromOne.set(place, begun + 1);
    return true;
  };
}
