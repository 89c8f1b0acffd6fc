// What counting costs: one check-and-consume in memory and in Redis, how many round trips it takes, and what a million
// active accounts weigh. Absolute numbers of this machine, at this moment, beside the PING they ride on: read the ratios.
// `--accounts N` weighs that many and says what a million would be.
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type AccountId, type FactorId, instantOf, type ProofId, secondsOf } from '@palier/mfa-core';
import type { RedisClient } from '@palier/mfa-core/stores/redis';
import { createClient } from 'redis';
import type { BudgetStore, Charge } from '../../packages/gateway/src/budget/budget-store.ts';
import { digestOf } from '../../packages/gateway/src/budget/budget-store-contract.ts';
import { chargeOf } from '../../packages/gateway/src/budget/charge.ts';
import { budgetDefaults } from '../../packages/gateway/src/config/budget-defaults.ts';
import type { BudgetClass, Budgets } from '../../packages/gateway/src/config/budget-settings.ts';
import { memoryBudgetStore } from '../../packages/gateway/src/stores/memory-budget.ts';
import { beginEpoch, redisBudgetStore } from '../../packages/gateway/src/stores/redis-budget.ts';
import { startRedis } from '../support/servers.ts';

const persons = 10;
const dayMilliseconds = 86_400_000;
const start = Date.UTC(2026, 0, 5, 8);
const budgets: Budgets = {
  classes: budgetDefaults,
  organisation: undefined,
  fleet: undefined,
  canaries: undefined,
  breakGlass: { times: 3, per: secondsOf(30 * 86_400), lasts: secondsOf(3600), records: 40 },
  patientPresent: undefined,
};
const own = budgetDefaults.get('pharmacy') as BudgetClass;

/** A look-up of one person by a pharmacist with a key, with all the sets and tallies that real ones have. */
function chargeFor(account: number, record: number): Charge {
  const identity = {
    kind: 'account',
    account: `account-${account}` as AccountId,
    class: 'pharmacy',
    organisation: undefined,
    groups: [],
    displayName: '',
    source: 'bench',
  } as const;
  const proof = {
    kind: 'webauthn',
    id: `prf_${account}` as ProofId,
    at: instantOf(start),
    factor: 'fac_1' as FactorId,
    deviceBound: true,
    cardClass: false,
  } as const;
  const size = { records: 5000, within: secondsOf(365 * 86_400) };
  const caps = { day: 900, newRecords: 4000 };
  const records = [{ id: '', type: 'nir', digest: digestOf(`${account} ${record}`) }];
  return chargeOf({ budgets, own, identity, proof, size, caps, records, enforce: true });
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** Microseconds for a charge, one number for each round; the charges are made beforehand. */
async function timed(store: BudgetStore, rounds: number, each: number): Promise<readonly number[]> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const charges = Array.from({ length: each }, (_, index) =>
      chargeFor(index % 500, (round * each + index) % 97),
    );
    const from = performance.now();
    for (const [index, charge] of charges.entries())
      await store.consume(charge, instantOf(start + round * each + index));
    times.push(((performance.now() - from) * 1000) / each);
  }
  return times;
}

/** So many accounts, each with its persons of the day. */
async function fill(store: BudgetStore, accounts: number): Promise<void> {
  const lane = 500;
  for (let first = 0; first < accounts; first += lane) {
    const length = Math.min(lane, accounts - first);
    for (let record = 0; record < persons; record += 1) {
      const now = instantOf(start + record);
      await Promise.all(
        Array.from({ length }, (_, index) => store.consume(chargeFor(first + index, record), now)),
      );
    }
  }
}

function tell(what: string, value: number, unit: string): void {
  process.stdout.write(`${what.padEnd(58)} ${value.toFixed(2).padStart(9)} ${unit}\n`);
}

function tellWeight(where: string, bytesEach: number): void {
  tell(`${where}: an account with ${persons} persons`, bytesEach / 1000, 'kB');
  tell(`${where}: a million of them`, (bytesEach * 1_000_000) / 1e9, 'GB (at most 1.5)');
}

/** Bytes that are still held after the garbage is gone. */
function heap(): number {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect === 'function') collect();
  return process.memoryUsage().heapUsed;
}

async function inMemory(accounts: number): Promise<void> {
  const store = memoryBudgetStore();
  await timed(store, 20, 5000);
  const { user } = process.cpuUsage();
  tell('memory: one check-and-consume, warm', median(await timed(store, 40, 5000)), 'us (at most 5)');
  tell(
    'memory: the same, processor time, its charge made too',
    process.cpuUsage({ user, system: 0 }).user / 200_000,
    'us',
  );
  const before = heap();
  const large = memoryBudgetStore();
  await fill(large, accounts);
  tellWeight('memory', (heap() - before) / accounts);
  const kept = await large.count('account:account-1', dayMilliseconds, instantOf(start + 60));
  if (kept !== persons) throw new Error('counts were lost');
}

async function inRedis(accounts: number): Promise<void> {
  const server = await startRedis();
  const client = await createClient({ url: server.url }).connect();
  let sent = 0;
  const counted: RedisClient = {
    sendCommand: (words) => {
      sent += 1;
      return client.sendCommand([...words]);
    },
  };
  try {
    await beginEpoch(counted, 'bench', 'one');
    const open = (): BudgetStore =>
      redisBudgetStore(counted, {
        prefix: 'bench',
        epoch: 'one',
        timeoutMilliseconds: 10_000,
        toleranceMilliseconds: undefined,
      });
    const store = open();
    await timed(store, 5, 500);
    const charges: number[] = [];
    const pings: number[] = [];
    for (let round = 0; round < 20; round += 1) {
      charges.push(...(await timed(store, 1, 300)));
      const from = performance.now();
      for (let ping = 0; ping < 300; ping += 1) await client.ping();
      pings.push(((performance.now() - from) * 1000) / 300);
    }
    const ratios = charges.map((one, round) => one / (pings[round] ?? Number.NaN));
    tell('redis: one check-and-consume, one after the other', median(charges), 'us');
    tell('redis: one PING, in between', median(pings), 'us');
    tell('redis: a charge costs so many PINGs, pair by pair', median(ratios), '');
    sent = 0;
    await timed(store, 1, 1000);
    tell('redis: commands sent for a charge', sent / 1000, '(one round trip)');
    const used = async (): Promise<number> =>
      Number(/used_memory:(\d+)/.exec(await client.info('memory'))?.[1]);
    await client.sendCommand(['FLUSHALL']);
    await beginEpoch(counted, 'bench', 'one');
    const empty = await used();
    // A store that was told of more charges would take the emptied server for one that lost them.
    const anew = open();
    await fill(anew, accounts);
    const full = await used();
    tellWeight('redis', (full - empty) / accounts);
    // Several, since the server's own memory moves by what one takes.
    const patients = 20;
    for (let record = 0; record < 1000; record += 1)
      for (let one = 1; one <= patients; one += 1)
        await anew.consume(chargeFor(accounts + one, record), instantOf(start + record * 30_000_000));
    const year = ((await used()) - full) / patients;
    tell('redis: an account that saw 1,000 persons in a year', year / 1000, 'kB');
  } finally {
    client.destroy();
    await server.stop();
  }
}

const { values } = parseArgs({ options: { accounts: { type: 'string', default: '20000' } } });
const accounts = Number(values.accounts);
process.stdout.write(`${accounts} accounts are weighed; a million is ${1_000_000 / accounts} times that\n`);
await inMemory(accounts);
await inRedis(accounts);
