// The replay of March 2022: `npm run replay -- [--limit N] [--json]`. Portal and gateway run as processes of
// their own; the script talks HTTP to them and counts what its sockets receive. Ends with 1 when a run leaked
// more than its bound.

import { parseArgs } from 'node:util';
import { createPopulation } from '../portal/population.ts';
import { startProgram } from './processes.ts';
import { createProgress } from './progress.ts';
import { type RunReport, runPasswords } from './runs.ts';

// As the portal's own program makes them.
const PERSONS = { size: 600_000, seed: 2022 } as const;

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, limit: { type: 'string', default: '20000' } },
});
const limit = Number(values.limit);
if (!Number.isInteger(limit) || limit < 1 || limit > PERSONS.size) {
  console.error(`--limit is a number of look-ups from 1 to ${PERSONS.size}`);
  process.exit(2);
}

const portal = await startProgram(new URL('../portal/main.ts', import.meta.url), {
  args: ['--port', '0', '--persons', String(PERSONS.size)],
  ready: /portal ready on /,
});
const reports: RunReport[] = [];
try {
  const origin = new URL(/http:\S+/.exec(portal.ready)?.[0] ?? '');
  const progress = createProgress(process.stderr, 'direct', limit);
  const persons = createPopulation(PERSONS);
  reports.push(await runPasswords({ name: 'direct', origin, persons, limit, progress: progress.step }));
  progress.end();
} finally {
  await portal.stop();
}
console.log(reports);
