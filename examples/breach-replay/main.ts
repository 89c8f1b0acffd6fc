// The replay of March 2022 and of what may come next: `npm run replay -- [--full] [--seed N] [--json] [--only WORDS]
// [--write] [--stores shared]`. Ends with 1 when a run exposed more than its bound, when the ledger missed somebody, when a defence that
// is off makes no difference, or when honest people are asked too much.

import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { runBare, runLimited } from './baseline.ts';
import { chartOf } from './chart.ts';
import { runPaper, runSample } from './honest-runs.ts';
import { createProgress } from './progress.ts';
import { faultsOf, type RunResult } from './result.ts';
import { runScenario } from './run.ts';
import { scenariosOf } from './scenarios.ts';
import { missingPrograms } from './shared-stores.ts';
import { markdownOf, tableOf } from './table.ts';
import { trades } from './traffic/classes.ts';
import { loginsOf } from './traffic/paper.ts';

const { values } = parseArgs({
  options: {
    full: { type: 'boolean', default: false },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
    stores: { type: 'string', default: 'own' },
    only: { type: 'string', default: '' },
    write: { type: 'boolean', default: false },
  },
});
const seed = Number(values.seed);
if (!Number.isInteger(seed) || seed < 0 || seed > 2 ** 31) {
  console.error('--seed is a whole number from 0 on');
  process.exit(2);
}

if (values.stores !== 'own' && values.stores !== 'shared') {
  console.error('--stores is own or shared');
  process.exit(2);
}
const isShared = values.stores === 'shared';
if (isShared && missingPrograms().length > 0) {
  console.error(`skipped: ${missingPrograms().join(', ')} not installed`);
  process.exit(0);
}

/** A run that has not begun. */
interface Planned {
  readonly name: string;
  readonly steps: number;
  readonly start: (step: (done: number) => void) => Promise<RunResult>;
}

const sizes = values.full
  ? { bare: 510_000, limitedMinutes: 60, oneIn: 1, sample: { oneIn: 10, days: 7 } }
  : { bare: 10_000, limitedMinutes: 5, oneIn: 5, sample: { oneIn: 40, days: 2 } };
const accounts = trades.reduce((sum, trade) => sum + loginsOf(trade, sizes.oneIn).length, 0);

const sharedRuns = scenariosOf(false)
  .filter(({ name }) => name === 'unlimited phished codes')
  .map(
    (scenario): Planned => ({
      name: scenario.name,
      steps: scenario.hours * 60,
      start: (progress) => runScenario(scenario, { seed, everybody: values.full, shared: true, progress }),
    }),
  );

const ownRuns: readonly Planned[] = [
  { name: 'bare portal', steps: sizes.bare, start: (step) => runBare(seed, sizes.bare, step) },
  {
    name: '60 requests a minute',
    steps: sizes.limitedMinutes,
    start: (step) => runLimited(seed, sizes.limitedMinutes, step),
  },
  ...scenariosOf(values.full).map(
    (scenario): Planned => ({
      name: scenario.name,
      steps: scenario.hours * 60,
      start: (progress) => runScenario(scenario, { seed, everybody: values.full, progress }),
    }),
  ),
  {
    name: 'honest sample over HTTP',
    steps: sizes.sample.days,
    start: async (step) => (await runSample(seed, sizes.sample, step)).result,
  },
  {
    name: 'honest population',
    steps: accounts,
    start: (step) => runPaper(seed, sizes.oneIn, 'published', step),
  },
  {
    name: 'honest population, volumes x1.5 and wider tails',
    steps: accounts,
    start: (step) => runPaper(seed, sizes.oneIn, 'more', step),
  },
];

const planned = isShared ? sharedRuns : ownRuns;
const results: RunResult[] = [];
for (const { name, steps, start } of planned.filter((one) => one.name.includes(values.only))) {
  const progress = createProgress(process.stderr, name, steps);
  try {
    results.push(await start(progress.step));
  } finally {
    progress.end();
  }
}
if (results.length === 0) {
  console.error('no run has these words in its name');
  process.exit(2);
}
const faults = results.flatMap(faultsOf);
console.log(values.json ? JSON.stringify({ runs: results.map(measured) }) : `\n${tableOf(results)}\n`);
for (const fault of faults) console.error(fault);
if (values.write) writeDocuments(results);
process.exitCode = faults.length === 0 ? 0 : 1;

/** A run for machines: what does not apply is null. */
function measured(run: RunResult): Readonly<Record<string, unknown>> {
  return {
    name: run.name,
    seed: run.seed,
    window: run.window,
    exposed: run.exposed,
    bound: run.bound ?? null,
    heldTo: run.without ?? null,
    alerts: run.alerts,
    minutesToFirstAlert: run.minutesToFirstAlert ?? null,
    gesturesPerActiveDay: run.gesturesPerActiveDay ?? null,
    refusalsPer1000AccountDays: run.refusalsPer1000AccountDays ?? null,
    ledgerRecall: run.ledgerRecall ?? null,
    ledgerPrecision: run.ledgerPrecision ?? null,
  };
}

/** Puts table and picture of this run into the documentation. */
function writeDocuments(runs: readonly RunResult[]): void {
  const page = new URL('../../docs/replay.md', import.meta.url);
  const text = readFileSync(page, 'utf8').replace(
    /(<!-- table -->\n)[\s\S]*?(<!-- end of table -->)/,
    (_all, start: string, end: string) => `${start}\n${markdownOf(runs)}\n\n${end}`,
  );
  writeFileSync(page, text);
  writeFileSync(new URL('../../docs/replay.svg', import.meta.url), chartOf(runs));
}
