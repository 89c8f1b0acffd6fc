// Counts by value, for percentiles of whole numbers: its size is the largest value, not the number of samples.

export interface Histogram {
  add(value: number): void;
  /** Samples. */
  readonly size: () => number;
  /** The smallest value that this share of the samples does not pass; 0 without samples. */
  percentile(share: number): number;
  /** Samples above a value. */
  above(value: number): number;
}

/** Values from `most` on count as `most`. */
export function createHistogram(most: number): Histogram {
  const counts = new Map<number, number>();
  let size = 0;
  return {
    add: (value) => {
      const kept = Math.min(value, most);
      counts.set(kept, (counts.get(kept) ?? 0) + 1);
      size += 1;
    },
    size: () => size,
    percentile: (share) => {
      let below = 0;
      for (const [value, count] of [...counts].sort(([a], [b]) => a - b)) {
        below += count;
        if (below >= share * size) return value;
      }
      return 0;
    },
    above: (limit) => [...counts].reduce((sum, [value, count]) => sum + (value > limit ? count : 0), 0),
  };
}
