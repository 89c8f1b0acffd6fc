// Medians, and ratios of rounds that stood side by side.

export interface Row {
  readonly load: string;
  readonly name: string;
  /** Microseconds of processor time a request: least and median. */
  readonly least: number;
  readonly median: number;
  /** How many times cheaper `of` is: median and quartiles over the rounds, pair by pair. */
  readonly ratio: readonly [quarter: number, median: number, threeQuarters: number];
}

export function rowsOf(
  load: string,
  costs: ReadonlyMap<string, readonly number[]>,
  of: string,
): readonly Row[] {
  const own = costs.get(of) ?? [];
  return [...costs].map(([name, series]) => {
    const pairs = series.map((cost, round) => cost / (own[round] ?? Number.NaN));
    return {
      load,
      name,
      least: quantile(series, 0),
      median: quantile(series, 0.5),
      ratio: [quantile(pairs, 0.25), quantile(pairs, 0.5), quantile(pairs, 0.75)],
    };
  });
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const place = (sorted.length - 1) * share;
  const [low, high] = [sorted[Math.floor(place)] ?? Number.NaN, sorted[Math.ceil(place)] ?? Number.NaN];
  return low + (high - low) * (place - Math.floor(place));
}

export function table(rows: readonly Row[]): string {
  const lines = rows.map(({ load, name, least, median, ratio: [from, middle, to] }) =>
    [
      load.padEnd(17),
      name.padEnd(33),
      least.toFixed(1).padStart(8),
      median.toFixed(1).padStart(8),
      middle.toFixed(2).padStart(8),
      `[${from.toFixed(2)} to ${to.toFixed(2)}]`,
    ].join(' '),
  );
  const head = `${'load'.padEnd(17)} ${'who'.padEnd(33)} ${'least us'.padStart(8)} ${'median'.padStart(8)} ${'palier is times cheaper'}`;
  return `${head}\n${lines.join('\n')}\n`;
}
