// The replay of March 2022 and of what may come next: `npm run replay -- [--full] [--seed N] [--json] [--only WORDS]
// [--write] [--stores shared] [--jobs N]`. Ends with 1 when a run exposed more than its bound, when the ledger missed somebody, when a
// defence that is off makes no difference, or when honest people are asked too much.

import { parseArgs } from 'node:util';
import { writeFull, writeShort } from './documents.ts';
import { playAll } from './play.ts';
import { faultsOf, type RunResult } from './result.ts';
import { missingPrograms } from './shared-stores.ts';
import { tableOf } from './table.ts';

const { values } = parseArgs({
  options: {
    full: { type: 'boolean', default: false },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
    stores: { type: 'string', default: 'own' },
    only: { type: 'string', multiple: true, default: [''] },
    write: { type: 'boolean', default: false },
    jobs: { type: 'string', default: '1' },
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

const jobs = Number(values.jobs);
if (!Number.isInteger(jobs) || jobs < 1 || jobs > 16) {
  console.error('--jobs is a number from 1 to 16');
  process.exit(2);
}

if (values.write && (isShared || values.only.some((words) => words !== ''))) {
  console.error('--write takes whole replays only: a table of the page is one invocation');
  process.exit(2);
}

const failures: string[] = [];
const results = await playAll({
  extent: { seed, full: values.full, shared: isShared },
  only: values.only,
  jobs,
  ended: (result) => values.json && console.log(JSON.stringify(measured(result))),
  failed: (name, why) => {
    failures.push(`${name} did not work: ${why}`);
    if (values.json) console.log(JSON.stringify({ name, seed, failed: why }));
  },
});
if (results.length + failures.length === 0) {
  console.error('no run has these words in its name');
  process.exit(2);
}
const faults = [...results.flatMap(faultsOf), ...failures];
if (!values.json) console.log(`\n${tableOf(results)}\n`);
for (const fault of faults) console.error(fault);
if (values.write) (values.full ? writeFull : writeShort)(results);
process.exitCode = faults.length === 0 ? 0 : 1;

/** A run for machines: what does not apply is null. */
function measured(run: RunResult): Readonly<Record<string, unknown>> {
  return {
    name: run.name,
    seed: run.seed,
    window: run.window,
    exposed: run.exposed,
    bound: run.bound ?? null,
    accountsOverBound: run.accountsOverBound,
    heldTo: run.without ?? null,
    alerts: run.alerts,
    minutesToFirstAlert: run.minutesToFirstAlert ?? null,
    honestShown: run.honestShown ?? null,
    gesturesPerActiveDay: run.gesturesPerActiveDay ?? null,
    refusalsPer1000AccountDays: run.refusalsPer1000AccountDays ?? null,
    ledgerRecall: run.ledgerRecall ?? null,
    ledgerPrecision: run.ledgerPrecision ?? null,
    faults: faultsOf(run),
  };
}
