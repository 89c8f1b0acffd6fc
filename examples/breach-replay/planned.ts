// Which runs a replay consists of, in the order they are played: those of minutes, or all.

import { scenariosOf } from './ablations.ts';
import { limited, runBare, runLimited } from './baseline.ts';
import { endlessCode, ofEveryClass } from './changes.ts';
import { runPaper, runSample } from './honest-runs.ts';
import { type Races, runRaces } from './races.ts';
import type { RunResult } from './result.ts';
import { type RunOptions, runScenario } from './run.ts';
import type { Scenario } from './scenarios.ts';
import { trades } from './traffic/classes.ts';
import { loginsOf } from './traffic/paper.ts';
import { runOnTheWall, WALL_SECONDS } from './wall.ts';

/** A run that has not begun. */
export interface Planned {
  readonly name: string;
  readonly steps: number;
  /** Where several are played at once the heaviest go first; its steps when not given. */
  readonly weight?: number;
  readonly start: (step: (done: number) => void) => Promise<RunResult>;
}

/** How much is played. */
export interface Extent {
  readonly seed: number;
  readonly full: boolean;
  /** The runs against two gateways on one PostgreSQL and one Redis. */
  readonly shared: boolean;
}

const short = { bare: 10_000, limitedMinutes: 5, oneIn: 5, sample: { oneIn: 40, days: 2 } };
const whole = { bare: 510_000, limitedMinutes: 60, oneIn: 1, sample: { oneIn: 10, days: 7 } };

const races: readonly Races[] = [
  { name: '1,000 races for the last places under a cap', accounts: 200, days: 5 },
  {
    name: 'without the caps on codes, 40 races',
    accounts: 40,
    days: 1,
    change: ofEveryClass(endlessCode),
  },
];

/** The runs of a replay. */
export function plan({ seed, full, shared }: Extent): readonly Planned[] {
  return shared ? sharedRuns(seed, full) : ownRuns(seed, full);
}

/** How many one account in so many are. */
function accounts(oneIn: number): number {
  return trades.reduce((sum, trade) => sum + loginsOf(trade, oneIn).length, 0);
}

/** All runs against one gateway. */
function ownRuns(seed: number, full: boolean): readonly Planned[] {
  const { bare, limitedMinutes: minutes, oneIn, sample } = full ? whole : short;
  return [
    { name: 'bare portal', steps: bare, start: (step) => runBare(seed, bare, step) },
    ...limited.map(
      (one): Planned => ({
        name: one.name,
        steps: minutes,
        start: (step) => runLimited(one, seed, minutes, step),
      }),
    ),
    ...scenariosOf(full).map((scenario) =>
      planned(scenario, { seed, everybody: full && scenario.hours <= 24 }),
    ),
    ...races.map(
      (one): Planned => ({
        name: one.name,
        steps: one.accounts * one.days,
        start: (step) => runRaces(one, seed, step),
      }),
    ),
    {
      name: 'every code, by the clock on the wall',
      steps: WALL_SECONDS,
      start: (step) => runOnTheWall(seed, step),
    },
    {
      name: 'honest sample over HTTP',
      steps: sample.days,
      start: async (step) => (await runSample(seed, sample, step)).result,
    },
    {
      name: 'honest population',
      steps: accounts(oneIn),
      weight: Number.POSITIVE_INFINITY,
      start: (step) => runPaper(seed, oneIn, 'published', step),
    },
    {
      name: 'honest population, volumes x1.5 and wider tails',
      steps: accounts(short.oneIn),
      start: (step) => runPaper(seed, short.oneIn, 'more', step),
    },
  ];
}

function sharedRuns(seed: number, full: boolean): readonly Planned[] {
  return scenariosOf(false)
    .filter(({ name }) => name === 'unlimited phished codes')
    .map((scenario) => planned(scenario, { seed, everybody: full, shared: true }));
}

function planned(scenario: Scenario, options: RunOptions): Planned {
  const before = (scenario.warmUpDays ?? 0) * 1_440;
  return {
    name: scenario.name,
    steps: before + scenario.hours * 60,
    start: (step) =>
      runScenario(scenario, { ...options, progress: (minute) => step(Math.max(0, before + minute)) }),
  };
}
