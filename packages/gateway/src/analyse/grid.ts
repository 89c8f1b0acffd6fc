// The presences that are tried on a log, all in one pass, and how one account would have fared under each.

/** A presence: so many distinct persons within so long. */
export interface Candidate {
  readonly records: number;
  readonly withinHours: number;
}

const sizes = [5, 10, 15, 20, 25, 30, 40, 50, 60, 75, 100, 125, 150, 200, 300];
const hours = [4, 8, 12];

/** Every pair that is tried. */
export const candidates: readonly Candidate[] = hours.flatMap((withinHours) =>
  sizes.map((records) => ({ records, withinHours })),
);

const hour = 3_600_000;
// Flat, because every look-up of a log goes through all of them.
const limits = Uint16Array.from(candidates, ({ records }) => records);
const lasts = Float64Array.from(candidates, ({ withinHours }) => withinHours * hour);

/** The presences of one account: when each was bought and how much of it is used. Two numbers for each candidate. */
export interface Presences {
  readonly boughtAt: Float64Array;
  readonly used: Uint16Array;
}

export function createPresences(): Presences {
  return {
    boughtAt: new Float64Array(candidates.length).fill(Number.NEGATIVE_INFINITY),
    used: new Uint16Array(candidates.length),
  };
}

/**
 * Pays for a look-up with `fresh` persons not seen within 24 h under every candidate, and adds the gestures it would
 * have asked to `gestures`. A batch larger than a presence is asked for once: the gateway would refuse it.
 */
export function pay({ boughtAt, used }: Presences, fresh: number, at: number, gestures: Float64Array): void {
  for (let place = 0; place < limits.length; place += 1) {
    const limit = limits[place] ?? 0;
    const spent = (used[place] ?? 0) + fresh;
    if (spent <= limit && at - (boughtAt[place] ?? 0) <= (lasts[place] ?? 0)) used[place] = spent;
    else {
      boughtAt[place] = at;
      used[place] = Math.min(fresh, limit);
      gestures[place] = (gestures[place] ?? 0) + 1;
    }
  }
}
