// Measuring several ways of doing one job on a machine that others use too: processor time of this process instead of the
// clock, short batches in turn, each round in another order, and ratios within a round.

export interface Contender {
  readonly name: string;
  /** Makes what `count` calls need, outside the time measured; then runs them. */
  prepare(count: number): Promise<() => Promise<void>>;
}

export interface Measured {
  readonly name: string;
  /** Calls in a second of processor time, all threads together: median over the rounds. */
  readonly perSecond: number;
  /** Time against the first contender in the same round. */
  readonly ratio: { readonly median: number; readonly min: number; readonly max: number };
  /** Its quickest batch against the first's quickest: what is left when nobody else was in the way. */
  readonly quickest: number;
}

export interface Plan {
  readonly rounds: number;
  /** Calls of each contender in a round. */
  readonly batch: number;
  readonly progress: (done: number, all: number) => void;
}

/** Runs all contenders; the first is what the others are held against. */
export async function measure(contenders: readonly Contender[], plan: Plan): Promise<readonly Measured[]> {
  const times: number[][] = contenders.map(() => []);
  // Two rounds for the compiler, not counted.
  for (let round = -2; round < plan.rounds; round += 1) {
    for (let turn = 0; turn < contenders.length; turn += 1) {
      const index = (turn + Math.max(0, round)) % contenders.length;
      const took = await once(contenders[index], plan.batch);
      if (round >= 0) times[index]?.push(took);
    }
    plan.progress(Math.max(0, round + 1), plan.rounds);
  }
  const base = times[0] ?? [];
  return contenders.map(({ name }, index) => {
    const own = times[index] ?? [];
    const ratios = own.map((took, round) => took / (base[round] ?? Number.NaN));
    return {
      name,
      perSecond: Math.round((plan.batch / median(own)) * 1000),
      ratio: { median: median(ratios), min: Math.min(...ratios), max: Math.max(...ratios) },
      quickest: Math.min(...own) / Math.min(...base),
    };
  });
}

async function once(contender: Contender | undefined, batch: number): Promise<number> {
  if (contender === undefined) return Number.NaN;
  const run = await contender.prepare(batch);
  const begun = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(begun);
  return (user + system) / 1000;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}
