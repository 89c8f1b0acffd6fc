// What counting one guess does to a lane: pure, and the same in every store that judges outside its database.
import type { Reservation } from '../stores.ts';
import { type Instant, instantOf } from '../time.ts';

/** What a store keeps of a lane. */
export interface LaneCount {
  /** Consecutive failures, the guess under way included. */
  readonly failures: number;
  /** No guess before this instant. */
  readonly until: Instant;
}

export const untouched: LaneCount = { failures: 0, until: instantOf(0) };

/** Judges one guess; `next` is what to keep when it was granted. At exactly `until` it is. */
export function judge(
  count: LaneCount,
  wait: readonly number[],
  ceiling: number,
  now: Instant,
): { readonly reservation: Reservation; readonly next: LaneCount } {
  if (count.failures >= ceiling) return { reservation: { outcome: 'ceiling' }, next: count };
  if (now < count.until) return { reservation: { outcome: 'wait', until: count.until }, next: count };
  const failures = count.failures + 1;
  const waits = waitAfter(wait, failures);
  // Where nothing waits, "until now" would keep those waiting whose clock is behind ours.
  const until = waits > 0 ? instantOf(Math.ceil(now + waits)) : count.until;
  const next = { failures, until };
  return { reservation: { outcome: 'granted', failures }, next };
}

/** Milliseconds to wait after so many failures; the last entry holds for all beyond, an empty list never waits. */
function waitAfter(wait: readonly number[], failures: number): number {
  return wait[Math.min(failures, wait.length - 1)] ?? 0;
}
