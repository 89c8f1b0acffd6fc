// What one guess does to the lanes it is counted in: pure, and the same in every store.
import { type Instant, instantOf } from '@palier/mfa-core';
import type { GuessLane, GuessReserved } from './sign-in-store.ts';

/** What a store keeps of a lane. */
export interface LaneCount {
  /** Guesses at `at`; some are forgotten since. */
  readonly level: number;
  readonly at: number;
  /** No guess before this instant. */
  readonly until: number;
}

export interface Judged {
  readonly reserved: GuessReserved;
  /** What to keep of each lane, in their order; undefined when nothing changes. */
  readonly next: readonly LaneCount[] | undefined;
}

/** Judges one guess over all lanes; at exactly `until` it is granted. */
export function judgeGuess(
  lanes: readonly GuessLane[],
  counts: readonly (LaneCount | undefined)[],
  now: Instant,
): Judged {
  const until = Math.max(...counts.map((count) => count?.until ?? 0), 0);
  if (now < until) return { reserved: { outcome: 'wait', until: instantOf(until) }, next: undefined };
  const next = lanes.map((lane, index): LaneCount => {
    const before = leaked(counts[index], lane.leak, now);
    const level = before.level + 1;
    const wait = lane.wait[Math.min(level, lane.wait.length - 1)] ?? 0;
    return { level, at: before.at, until: Math.ceil(now + wait) };
  });
  return { reserved: { outcome: 'granted' }, next };
}

/** The count as it stands now. A clock that stepped back forgets nothing. */
export function leaked(
  count: LaneCount | undefined,
  leak: number,
  now: number,
): Pick<LaneCount, 'level' | 'at'> {
  if (count === undefined) return { level: 0, at: now };
  const gone = Math.max(0, Math.floor((now - count.at) / leak));
  if (gone >= count.level) return { level: 0, at: now };
  return { level: count.level - gone, at: count.at + gone * leak };
}

/** When nothing of a lane is left. */
export function emptyAt({ level, at, until }: LaneCount, leak: number): number {
  return Math.ceil(Math.max(at + level * leak, until));
}
