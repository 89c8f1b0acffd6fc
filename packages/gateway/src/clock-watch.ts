// Whether the machine's clock goes as time does. Every window, proof and retention is by that clock: one that jumps ahead
// lets caps of the day begin anew, one that jumps back makes what was counted count for longer. Neither can be asked for
// over the wire, but over an unprotected NTP it can. So a jump is told; what it costs is in docs/bulk-queries.md.
import type { Clock } from '@palier/mfa-core';

/** Steps below this are an NTP client at work. */
const jumpMilliseconds = 60_000;

/** Looks each time it is called. `steady` is in milliseconds and never goes back; `jumped` is told by how many the clock went ahead. */
export function watchClock(
  clock: Clock,
  steady: () => number,
  jumped: (milliseconds: number) => void,
): () => void {
  let apart = clock.now() - steady();
  return () => {
    const before = apart;
    apart = clock.now() - steady();
    if (Math.abs(apart - before) >= jumpMilliseconds) jumped(Math.round(apart - before));
  };
}
