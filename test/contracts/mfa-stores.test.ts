// Every store of mfa-core keeps the one contract, alone and with two instances on one database.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock, Instant, MfaStores } from '@palier/mfa-core';
import { type StoreCase, storeContract } from '@palier/mfa-core/store-contract';
import { memoryStores } from '@palier/mfa-core/stores/memory';
import { postgresStores } from '@palier/mfa-core/stores/postgres';
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

describe('memory', () => {
  const shared = memoryStores();
  keepsTheContract(() => shared);
});

describe('SQLite', () => {
  const folder = mkdtempSync(join(tmpdir(), 'palier-contract-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  describe('in a file', () => {
    const stores = sqliteStores(join(folder, 'one.db'));
    afterAll(() => stores.close());
    keepsTheContract(() => stores);
  });

  describe('in one file with two instances', () => {
    const all = [sqliteStores(join(folder, 'two.db')), sqliteStores(join(folder, 'two.db'))] as const;
    afterAll(() => all.map((stores) => stores.close()));
    const stores = inTurn([...all]);
    keepsTheContract(() => stores);
  });
});

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

  async function holds({ run }: StoreCase, stores: MfaStores): Promise<boolean> {
    return run(stores, clock).then(
      () => true,
      () => false,
    );
  }

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
