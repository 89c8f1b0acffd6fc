// Every BudgetStore keeps the one contract, alone and with two instances on one database; and the contract is strict
// enough to catch a store that checks before it adds.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { instantOf, type ProofId } from '@palier/mfa-core';
import type { RedisClient } from '@palier/mfa-core/stores/redis';
import { openDatabase } from '@palier/mfa-core/stores/sqlite';
import { Pool } from 'pg';
import { createClient } from 'redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BudgetStore, Charge } from '../../packages/gateway/src/budget/budget-store.ts';
import { budgetStoreContract, digestOf } from '../../packages/gateway/src/budget/budget-store-contract.ts';
import { memoryBudgetStore } from '../../packages/gateway/src/stores/memory-budget.ts';
import { postgresBudgetStore } from '../../packages/gateway/src/stores/postgres-budget.ts';
import {
  beginEpoch,
  redisBudgetStore,
  requireNoEviction,
} from '../../packages/gateway/src/stores/redis-budget.ts';
import { sqliteBudgetStore } from '../../packages/gateway/src/stores/sqlite-budget.ts';
import { isMissing, type Server, startPostgres, startRedis } from '../support/servers.ts';

let salt = 0;
const day = 86_400_000;
const start = Date.UTC(2026, 0, 5, 8);

function newSalt(): string {
  salt += 1;
  return `${salt}`;
}

function keepsTheContract(store: () => BudgetStore): void {
  for (const { name, run } of budgetStoreContract) it(name, () => run(store(), newSalt()));
}

/** Two instances on one database: each call goes to the other one. */
function inTurn(stores: readonly BudgetStore[]): BudgetStore {
  let calls = 0;
  const next = (): BudgetStore => {
    calls += 1;
    const store = stores[calls % stores.length];
    if (store === undefined) throw new TypeError('no instance');
    return store;
  };
  return {
    consume: (charge, now) => next().consume(charge, now),
    left: (proof, records, now) => next().left(proof, records, now),
    count: (set, window, now) => next().count(set, window, now),
  };
}

const at = instantOf(start);

/** A charge with everything one can have. */
function everyCount(salt: string): Charge {
  const set = `account:${salt}`;
  const tally = { windowMilliseconds: 30 * day, bucketMilliseconds: day / 4, cap: 4000 };
  return {
    records: [{ digest: digestOf('one'), previous: digestOf('before') }, { digest: digestOf('two') }],
    limits: [
      { set: `organisation:${salt}`, windowMilliseconds: day, cap: 90 },
      { set, windowMilliseconds: day, cap: 900 },
    ],
    fleet: { ...tally, tally: 'fleet', of: set, windowMilliseconds: day },
    presence: {
      proof: `prf_${salt}` as ProofId,
      records: 40,
      expiresAt: instantOf(start + day),
      freeWithin: set,
    },
    novelty: {
      known: `known:${salt}`,
      horizonMilliseconds: 365 * day,
      limit: { ...tally, tally: `new:${salt}` },
    },
    enforce: true,
  };
}

/** Five look-ups more than the cap at once, again and again: how many races released more than the cap. */
async function overshoots(store: BudgetStore, races: number): Promise<number> {
  let passed = 0;
  for (let race = 0; race < races; race += 1) {
    const set = `race:${newSalt()}`;
    const lookUp = (record: number): Promise<unknown> =>
      store.consume(
        {
          records: [{ digest: digestOf(`${record}`) }],
          limits: [{ set, windowMilliseconds: day, cap: 5 }],
          fleet: undefined,
          presence: undefined,
          novelty: undefined,
          enforce: true,
        },
        start as Parameters<BudgetStore['consume']>[1],
      );
    await Promise.all(Array.from({ length: 10 }, (_, record) => lookUp(record)));
    if ((await store.count(set, day, start as Parameters<BudgetStore['consume']>[1])) !== 5) passed += 1;
  }
  return passed;
}

describe('counting in memory', () => {
  const store = memoryBudgetStore();
  keepsTheContract(() => store);
  it('does not overshoot once in 1,000 races', async () => expect(await overshoots(store, 1000)).toBe(0));
});

describe('counting in SQLite, two instances on one file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'palier-budgets-'));
  const databases = [openDatabase(join(folder, 'one.db')), openDatabase(join(folder, 'one.db'))];
  const store = inTurn(databases.map((database) => sqliteBudgetStore(database)));
  keepsTheContract(() => store);
  it('does not overshoot once in 1,000 races', async () => expect(await overshoots(store, 1000)).toBe(0));
  afterAll(() => {
    for (const database of databases) database.close();
    rmSync(folder, { recursive: true });
  });
});

describe.skipIf(isMissing('redis'))('counting in Redis, two instances', () => {
  const closing: (() => Promise<unknown>)[] = [];
  const settings = {
    prefix: 'palier',
    epoch: 'one',
    timeoutMilliseconds: 5000,
    toleranceMilliseconds: undefined,
  };
  let server: Server;
  let store: BudgetStore;

  const connect = async (): Promise<RedisClient> => {
    const client = await createClient({ url: server.url, disableOfflineQueue: true }).connect();
    closing.push(() => client.close());
    return client;
  };

  beforeAll(async () => {
    server = await startRedis();
    const clients = [await connect(), await connect()];
    const [first] = clients;
    if (first !== undefined) await beginEpoch(first, settings.prefix, settings.epoch);
    store = inTurn(clients.map((client) => redisBudgetStore(client, settings)));
  });
  afterAll(async () => {
    for (const close of closing) await close();
    await server.stop();
  });

  keepsTheContract(() => store);
  it(
    'does not overshoot once in 1,000 races',
    async () => expect(await overshoots(store, 1000)).toBe(0),
    60_000,
  );

  it('that lost its counts is an error and not an empty count (A125)', async () => {
    const client = await connect();
    const own = { ...settings, prefix: 'lost' };
    expect(await beginEpoch(client, own.prefix, own.epoch)).toBe('begun');
    expect(await beginEpoch(client, own.prefix, own.epoch)).toBe('same');
    expect(await beginEpoch(client, own.prefix, 'another')).toBe('other');
    const [one] = budgetStoreContract;
    await one?.run(redisBudgetStore(client, own), 'before');
    await client.sendCommand(['DEL', 'lost:{budget}:epoch']);
    await expect(one?.run(redisBudgetStore(client, own), 'after')).rejects.toThrow('Redis lost the counts');
    await client.sendCommand(['SCRIPT', 'FLUSH']);
    await one?.run(redisBudgetStore(client, settings), 'flushed');
  });

  it('costs one command, whatever is counted, and one round trip', async () => {
    const client = await connect();
    await overshoots(redisBudgetStore(client, settings), 1);
    let sent = 0;
    const counted: RedisClient = {
      sendCommand: (words) => {
        sent += 1;
        return client.sendCommand(words);
      },
    };
    await redisBudgetStore(counted, settings).consume(everyCount(newSalt()), at);
    expect(sent).toBe(1);
  });

  it('takes less than a third of a sorted set for a year of persons', async () => {
    const client = await connect();
    const known = redisBudgetStore(client, settings);
    const charge = everyCount('year');
    const records = Array.from({ length: 1000 }, (_, person) => ({ digest: digestOf(`${person}`) }));
    for (const record of records)
      await known.consume(
        { ...charge, limits: [], presence: undefined, fleet: undefined, records: [record] },
        at,
      );
    for (const { digest } of records) await client.sendCommand(['ZADD', 'sorted', `${start}`, digest]);
    const weight = async (name: string): Promise<number> =>
      Number(await client.sendCommand(['MEMORY', 'USAGE', name, 'SAMPLES', '0']));
    expect(await weight('palier:{budget}:k:known:year')).toBeLessThan((await weight('sorted')) / 3);
  });

  it('takes over who was known to an earlier version, once, and counts nobody as new', async () => {
    const client = await connect();
    const earlier = 'palier:{budget}:s:known:moved';
    for (const [person, at] of [
      ['one', start - day],
      ['two', start - 20 * day],
      ['old', start - 400 * day],
    ] as const)
      await client.sendCommand(['ZADD', earlier, `${at}`, digestOf(person)]);
    const novelOf = async (person: string): Promise<unknown> => {
      const charge = { ...everyCount('moved'), records: [{ digest: digestOf(person) }] };
      const { charged } = await redisBudgetStore(client, settings).consume(charge, at);
      return charged.outcome === 'granted' ? charged.novel : charged.outcome;
    };
    expect([await novelOf('one'), await novelOf('two'), await novelOf('old')]).toEqual([0, 0, 1]);
    expect(await client.sendCommand(['EXISTS', earlier])).toBe(0);
  });

  it('on a server with another clock is an error', async () => {
    const strict = redisBudgetStore(await connect(), { ...settings, toleranceMilliseconds: 2000 });
    await expect(overshoots(strict, 1)).rejects.toThrow('clocks');
  });

  it('refuses a server that evicts', async () => {
    const evicting = await startRedis(['--maxmemory', '50mb', '--maxmemory-policy', 'allkeys-lru']);
    const client = await createClient({ url: evicting.url }).connect();
    await expect(requireNoEviction(client)).rejects.toThrow('noeviction');
    await requireNoEviction(await connect());
    await client.close();
    await evicting.stop();
  });

  it('fails within its time when the server stops answering, and releases nothing', async () => {
    const client = await connect();
    const hasty = redisBudgetStore(client, { ...settings, timeoutMilliseconds: 150 });
    await client.sendCommand(['CLIENT', 'PAUSE', '600', 'ALL']);
    const before = performance.now();
    await expect(overshoots(hasty, 1)).rejects.toThrow('in time');
    expect(performance.now() - before).toBeLessThan(500);
  });
});

describe.skipIf(isMissing('postgres'))('counting in PostgreSQL, two instances', () => {
  const pools: Pool[] = [];
  let server: Server;
  let store: BudgetStore;

  beforeAll(async () => {
    server = await startPostgres();
    for (let count = 0; count < 2; count += 1)
      pools.push(new Pool({ connectionString: server.url, max: 10 }));
    store = inTurn(await Promise.all(pools.map((pool) => postgresBudgetStore(pool, 20_000))));
  });
  afterAll(async () => {
    for (const pool of pools) await pool.end();
    await server.stop();
  });

  keepsTheContract(() => store);
  it(
    'does not overshoot once in 100 races',
    async () => expect(await overshoots(store, 100)).toBe(0),
    60_000,
  );
});

describe('the contract itself', () => {
  /** Looks first, waits a turn, and adds what it decided before: what a store without an atomic verb does. */
  function checkThenAdd(): BudgetStore {
    const [view, truth] = [memoryBudgetStore(), memoryBudgetStore()];
    return {
      ...truth,
      consume: async (charge, now) => {
        const full = (
          await Promise.all(
            charge.limits.map((limit) => truth.count(limit.set, limit.windowMilliseconds, now)),
          )
        ).some((count, index) => count + charge.records.length > (charge.limits[index]?.cap ?? 0));
        await view.count('none', 1, now);
        if (full) return truth.consume(charge, now);
        const { charged } = await truth.consume({ ...charge, enforce: false }, now);
        return { charged, wouldBe: undefined };
      },
    };
  }

  it('catches a store that checks before it adds', async () => {
    expect(await overshoots(checkThenAdd(), 20)).toBe(20);
    const race = budgetStoreContract.find(({ name }) => name.startsWith('500 parallel'));
    await expect(race?.run(checkThenAdd(), 'racy')).rejects.toThrow();
  });
});
