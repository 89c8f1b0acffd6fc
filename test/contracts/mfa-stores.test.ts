// Every store of mfa-core keeps the one contract, alone and with two instances on one database.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Clock, Instant, MfaStores } from '@palier/mfa-core';
import { type StoreCase, storeContract } from '@palier/mfa-core/store-contract';
import { memoryStores } from '@palier/mfa-core/stores/memory';
import { type PostgresPool, postgresStores } from '@palier/mfa-core/stores/postgres';
import { redisStores } from '@palier/mfa-core/stores/redis';
import { sqliteStores } from '@palier/mfa-core/stores/sqlite';
import { Pool } from 'pg';
import { createClient } from 'redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkThenSetStores, replaceInStepsStores } from '../support/racy-stores.ts';
import { isMissing, type Server, startPostgres, startRedis } from '../support/servers.ts';
import { inTurn } from '../support/store-calls.ts';

const start = Date.parse('2026-03-02T08:00:00Z');
const clock: Clock = { now: () => start as Instant };

function keepsTheContract(stores: () => MfaStores): void {
  for (const { name, run } of storeContract) it(name, () => run(stores(), clock));
}

async function holds({ run }: StoreCase, stores: MfaStores): Promise<boolean> {
  return run(stores, clock).then(
    () => true,
    () => false,
  );
}

/** The pool with every lock taken out of what passes through it, and commits late enough to overlap. */
function withoutLocks(pool: Pool): PostgresPool {
  return {
    query: (text, values) => pool.query(text, values),
    connect: async () => {
      const client = await pool.connect();
      const query: PostgresPool['query'] = async (text, values) => {
        if (text === 'COMMIT') await setTimeout(5);
        return text.includes('pg_advisory_xact_lock') ? client.query('SELECT 1') : client.query(text, values);
      };
      return {
        query,
        on: (event, listener) => client.on(event, listener),
        off: (event, listener) => client.off(event, listener),
        release: (error) => client.release(error),
      };
    },
  };
}

describe('memory', () => {
  const shared = memoryStores();
  keepsTheContract(() => shared);
});

describe('SQLite', () => {
  let folder: string;
  let all: readonly [Sqlite, Sqlite, Sqlite];
  let turns: MfaStores;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'palier-contract-'));
    const open = (name: string): Sqlite => sqliteStores(join(folder, name));
    all = [open('one.db'), open('two.db'), open('two.db')];
    turns = inTurn([all[1], all[2]]);
  });
  afterAll(() => {
    for (const stores of all) stores.close();
    rmSync(folder, { recursive: true });
  });

  describe('in a file', () => keepsTheContract(() => all[0]));
  describe('in one file with two instances', () => keepsTheContract(() => turns));
});

type Sqlite = ReturnType<typeof sqliteStores>;

describe.skipIf(isMissing('postgres'))('PostgreSQL', () => {
  const servers: Server[] = [];
  const pools: Pool[] = [];
  const clients: { close(): Promise<void> }[] = [];
  let postgres: MfaStores;
  let both: MfaStores;

  beforeAll(async () => {
    const server = await startPostgres();
    servers.push(server);
    for (let count = 0; count < 2; count += 1)
      pools.push(new Pool({ connectionString: server.url, max: 10 }));
    // Both at once, on an empty database: the tables are made by one of them.
    const [first, second] = await Promise.all(pools.map((pool) => postgresStores(pool)));
    if (first === undefined || second === undefined) throw new Error('two pools give two stores');
    postgres = inTurn([first, second]);
  });
  afterAll(async () => {
    for (const client of clients) await client.close();
    for (const pool of pools) await pool.end();
    for (const server of servers) await server.stop();
  });

  describe('with two instances', () => keepsTheContract(() => postgres));

  it.each([
    'a hundred new recovery sets at once leave exactly one',
    'of a hundred first recovery sets at once the one that is kept is told so',
    'a hundred challenges begun at once leave thirty-two',
    'of a hundred factors added at once an account keeps no more than it has room for',
  ])('would not keep this without its locks: %s', async (name) => {
    const [pool] = pools;
    const one = storeContract.find((candidate) => candidate.name === name);
    if (pool === undefined || one === undefined) throw new Error('no such case');
    // A race is lost by chance: without locks one of thirty runs loses it, with locks none ever does.
    let held = true;
    for (let runs = 0; held && runs < 30; runs += 1)
      held = await holds(one, await postgresStores(withoutLocks(pool)));
    expect(held).toBe(false);
  });

  describe.skipIf(isMissing('redis'))('and Redis, with two instances', () => {
    beforeAll(async () => {
      const server = await startRedis();
      servers.push(server);
      const connect = async (): Promise<MfaStores> => {
        const client = createClient({ url: server.url, disableOfflineQueue: true });
        clients.push(await client.connect());
        return { ...postgres, ...(await redisStores(client)) };
      };
      both = inTurn([await connect(), await connect()]);
    });
    keepsTheContract(() => both);
  });
});

describe('the contract itself', () => {
  const racy = [checkThenSetStores, replaceInStepsStores];

  it.each(storeContract.filter(({ kind }) => kind === 'race'))('catches a racy store: $name', async (one) => {
    const verdicts = await Promise.all(racy.map((make) => holds(one, make())));
    expect(verdicts).toContain(false);
  });

  it.each(storeContract.filter(({ kind }) => kind === 'single'))(
    'finds nothing in a racy store without a race: $name',
    async (one) => {
      const verdicts = await Promise.all(racy.map((make) => holds(one, make())));
      expect(verdicts).toEqual([true, true]);
    },
  );
});
