// `npm run bench:ledger`: what the ledger costs. The same look-up through two gateways, one that keeps it and one that
// does not, rounds interleaved: answers a second under full load, and latency at a steady rate.
//   --seconds N   of each round (2)    --rounds N   (5)    --rate N   of the steady load, a second (400)    --json
//   --connections N   of the full load (64): while all of them wait for the disk the gateway has nothing to do
import { parseArgs } from 'node:util';
import { type Contestant, gateway } from './contestants.ts';
import { loaded } from './load.ts';
import { startPortal } from './portal.ts';
import { percentile, steady } from './steady.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '5' },
    rate: { type: 'string', default: '400' },
    connections: { type: 'string', default: '64' },
    json: { type: 'boolean', default: false },
  },
});
const [seconds, rounds, rate] = [Number(values.seconds), Number(values.rounds), Number(values.rate)];
const connections = Number(values.connections);
/** A number of a commune that does not exist, so that it is nobody's. */
const path = '/patients/1850199999001';
const load = { name: 'a counted person', path };

interface Measured {
  readonly throughput: number;
  readonly cost: number;
  readonly p50: number;
  readonly p99: number;
}

interface Pair {
  readonly on: number;
  readonly off: number;
}

interface Result {
  readonly node: string;
  readonly rounds: number;
  readonly rate: number;
  readonly connections: number;
  readonly throughput: Pair;
  /** Median of the paired ratios: less than 1 is what the ledger takes. */
  readonly ratio: number;
  readonly microseconds: Pair;
  /** `added`: milliseconds that the ledger adds at the 99th percentile, median over the pairs. */
  readonly steady: { readonly p50: Pair; readonly p99: Pair; readonly added: number };
}

async function round({ target }: Contestant): Promise<Measured> {
  const { requests, cost, failed } = await loaded(target, load, seconds, connections);
  if (failed > 0) throw new Error(`${failed} answers failed`);
  const latencies = await steady(target, path, rate, seconds);
  const [p50, p99] = [percentile(latencies, 0.5), percentile(latencies, 0.99)];
  return { throughput: requests / seconds, cost, p50, p99 };
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
}

const portal = await startPortal();
const contestants: Contestant[] = [];
try {
  const [on, off] = [await gateway(portal.port, 6, 'on'), await gateway(portal.port, 6, 'off')];
  contestants.push(on, off);
  const pairs: { readonly on: Measured; readonly off: Measured }[] = [];
  for (const one of contestants) await loaded(one.target, load, 1);
  for (let done = 0; done < rounds; done += 1) {
    const first = done % 2 === 0 ? on : off;
    const one = await round(first);
    const other = await round(first === on ? off : on);
    pairs.push(first === on ? { on: one, off: other } : { on: other, off: one });
  }
  const of = (name: keyof Measured, which: 'on' | 'off'): number =>
    median(pairs.map((pair) => pair[which][name]));
  const result: Result = {
    node: process.version,
    rounds,
    rate,
    connections,
    throughput: { on: of('throughput', 'on'), off: of('throughput', 'off') },
    ratio: median(pairs.map((pair) => pair.on.throughput / pair.off.throughput)),
    microseconds: { on: of('cost', 'on'), off: of('cost', 'off') },
    steady: {
      p50: { on: of('p50', 'on'), off: of('p50', 'off') },
      p99: { on: of('p99', 'on'), off: of('p99', 'off') },
      added: median(pairs.map((pair) => pair.on.p99 - pair.off.p99)),
    },
  };
  process.stdout.write(values.json ? `${JSON.stringify(result)}\n` : words(result));
} finally {
  await Promise.all(contestants.map((one) => one.stop()));
  await portal.stop();
}

function words({ throughput, ratio, microseconds, steady: at }: Result): string {
  const line = (name: string, on: number, off: number, unit: string): string =>
    `${name.padEnd(36)} ${on.toFixed(1).padStart(9)} ${off.toFixed(1).padStart(9)}  ${unit}\n`;
  return [
    `${''.padEnd(36)} ${'ledger'.padStart(9)} ${'without'.padStart(9)}\n`,
    line(`answers a second, ${connections} connections`, throughput.on, throughput.off, '/s'),
    line('processor time of an answer', microseconds.on, microseconds.off, 'us'),
    line(`latency p50 at ${rate}/s`, at.p50.on, at.p50.off, 'ms'),
    line(`latency p99 at ${rate}/s`, at.p99.on, at.p99.off, 'ms'),
    `the ledger takes ${(100 * (1 - ratio)).toFixed(1)} % of the answers a second and adds ${at.added.toFixed(1)} ms at p99 (medians of ${rounds} pairs)\n`,
  ].join('');
}
