// `npm run bench`: what one request through the gateway costs, in processor time, beside proxies that decide nothing.
// Rounds are interleaved and every ratio is of two rounds side by side, since the speed of a shared machine drifts.
//   --seconds N   of each round (1)    --rounds N   (7)    --only '1 KB'   one load    --json   one line instead of the table
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Contestant, startContestants } from './contestants.ts';
import { type Load, loaded } from './load.ts';
import { startPortal } from './portal.ts';
import { type Row, rowsOf, table } from './ratios.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '7' },
    only: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const [seconds, rounds] = [Number(values.seconds), Number(values.rounds)];
const folder = mkdtempSync(join(tmpdir(), 'palier-bench-'));
const post = join(folder, 'post.lua');
writeFileSync(
  post,
  `wrk.method = 'POST'\nwrk.body = string.rep('z', 102400)\nwrk.headers['Content-Type'] = 'application/octet-stream'\n`,
);
/** A number of a commune that does not exist, so that it is nobody's. */
const person = '1850199999001';
const all: readonly Load[] = [
  { name: '1 KB', path: '/1k' },
  { name: '64 KB', path: '/64k' },
  { name: 'post of 100 KB', path: '/post', body: post },
  { name: 'a counted person', path: `/patients/${person}` },
];
const loads = all.filter(({ name }) => values.only === undefined || name === values.only);

function say(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}

/** Costs of each contestant, round by round; a round with a failed answer is an error, not a figure. */
async function measured(
  contestants: readonly Contestant[],
  load: Load,
): Promise<ReadonlyMap<string, readonly number[]>> {
  const costs = new Map<string, number[]>(contestants.map(({ name }) => [name, []]));
  for (const { target } of contestants) await loaded(target, load, 1);
  for (let round = 0; round < rounds; round += 1) {
    for (const { name, target } of turned(contestants, round)) {
      say(`${load.name}, round ${round + 1} of ${rounds}: ${name}`);
      const { cost, failed, requests } = await loaded(target, load, seconds);
      if (failed > 0 || requests === 0)
        throw new Error(`${name}: ${failed} of ${requests} answers failed (${load.name})`);
      costs.get(name)?.push(cost);
    }
  }
  say('');
  return costs;
}

/** Another one begins each round. */
function turned<T>(all: readonly T[], round: number): readonly T[] {
  const from = round % all.length;
  return [...all.slice(from), ...all.slice(0, from)];
}

const portal = await startPortal();
const contestants: Contestant[] = [];
try {
  contestants.push(...(await startContestants(portal.port)));
  const rows: Row[] = [];
  for (const load of loads) rows.push(...rowsOf(load.name, await measured(contestants, load), 'palier'));
  process.stdout.write(
    values.json ? `${JSON.stringify({ node: process.version, seconds, rounds, rows })}\n` : table(rows),
  );
} finally {
  await Promise.all(contestants.map((one) => one.stop()));
  await portal.stop();
  rmSync(folder, { recursive: true, force: true });
}
