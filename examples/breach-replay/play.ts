// Plays the runs of a plan: one after the other here, or several at once in programs of their own.

import { type Extent, type Planned, plan } from './planned.ts';
import { startProgram } from './processes.ts';
import { createProgress } from './progress.ts';
import type { RunResult } from './result.ts';

/** What is played. */
export interface Playing {
  readonly extent: Extent;
  /** Only runs with one of these in their name. */
  readonly only: readonly string[];
  /** How many at once. */
  readonly jobs: number;
  /** Told of each run when it has ended. */
  readonly ended: (result: RunResult) => void;
  /** Told of each run that did not work, which is no result; the others go on. */
  readonly failed: (name: string, why: string) => void;
}

/** Plays, and answers in the order of the plan. */
export async function playAll({ extent, only, jobs, ended, failed }: Playing): Promise<readonly RunResult[]> {
  const chosen = [...plan(extent).entries()].filter(([, { name }]) =>
    only.some((words) => name.includes(words)),
  );
  const results: (RunResult | undefined)[] = [];
  const queue = [...chosen.entries()];
  // The longest first, so that none is alone at the end.
  if (jobs > 1)
    queue.sort(([, [, one]], [, [, other]]) => (other.weight ?? other.steps) - (one.weight ?? one.steps));
  const worker = async (play: (run: Planned, place: number) => Promise<RunResult>): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [order, [place, run]] = next;
      try {
        const result = await play(run, place);
        results[order] = result;
        ended(result);
      } catch (error) {
        failed(run.name, error instanceof Error ? (error.stack ?? error.message) : String(error));
      }
    }
  };
  if (jobs === 1) await worker(playHere);
  else await Promise.all(Array.from({ length: jobs }, () => playElsewhere(extent, worker)));
  return results.filter((result) => result !== undefined);
}

async function playHere({ name, steps, start }: Planned): Promise<RunResult> {
  const progress = createProgress(process.stderr, name, steps);
  try {
    return await start(progress.step);
  } finally {
    progress.end();
  }
}

type Worker = (play: (run: Planned, place: number) => Promise<RunResult>) => Promise<void>;

async function playElsewhere(extent: Extent, worker: Worker): Promise<void> {
  const player = await startProgram(new URL('programs/player.ts', import.meta.url), {
    args: ['--extent', JSON.stringify(extent)],
    ready: /^player ready$/,
    answers: true,
    hear: (line) => console.error(line),
  });
  try {
    await worker(async (_run, place) => (await player.ask({ play: place })) as RunResult);
  } finally {
    await player.stop();
  }
}
