// The replay of March 2022: `npm run replay -- [--limit N] [--json]`. Portal and gateway run as processes of
// their own; the script talks HTTP to them and counts what its sockets receive. Ends with 1 when a run leaked
// more than its bound.

import { parseArgs } from 'node:util';
import { createPopulation } from '../portal/population.ts';
import { startGateway } from './gateway.ts';
import { mailboxOf } from './mailbox.ts';
import { type RunningProgram, startProgram } from './processes.ts';
import { createProgress } from './progress.ts';
import { type RunOptions, type RunReport, runPasswords } from './runs.ts';
import { tableOf } from './table.ts';

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

const persons = createPopulation(PERSONS);
const reports = [await onPortal(direct), await onPortal(behindGateway)];
const held = reports.every(({ exposed, bound }) => bound === undefined || exposed <= bound);
console.log(values.json ? JSON.stringify({ runs: reports.map(measured) }) : `\n${tableOf(reports)}\n`);
if (!held) console.error('a run exposed more persons than its bound');
process.exitCode = held ? 0 : 1;

/** A fresh portal for each run: what one run changed must not help or hinder the next. */
async function onPortal(
  run: (portal: RunningProgram, origin: URL) => Promise<RunReport>,
): Promise<RunReport> {
  const portal = await startProgram(new URL('../portal/main.ts', import.meta.url), {
    args: ['--port', '0', '--persons', String(PERSONS.size)],
    ready: /^portal ready on /,
  });
  try {
    return await run(portal, new URL(/http:\S+/.exec(portal.ready)?.[0] ?? ''));
  } finally {
    await portal.stop();
  }
}

function direct(_portal: RunningProgram, origin: URL): Promise<RunReport> {
  return watched({ name: 'direct', origin, persons, limit });
}

async function behindGateway(portal: RunningProgram, origin: URL): Promise<RunReport> {
  const gateway = await startGateway(origin);
  const mailbox = mailboxOf(portal.lines);
  try {
    return await watched({ name: 'gateway', origin: gateway.origin, persons, limit, mailbox, bound: 0 });
  } finally {
    await gateway.stop();
  }
}

async function watched(options: Omit<RunOptions, 'progress'>): Promise<RunReport> {
  const progress = createProgress(process.stderr, options.name, options.limit);
  try {
    return await runPasswords({ ...options, progress: progress.step });
  } finally {
    progress.end();
  }
}

function measured({ name, exposed, bound }: RunReport): object {
  return { name, exposed, ...(bound !== undefined && { bound }) };
}
