// A server that is gone, silent, emptied or not what it should be: every verb rejects in bounded time, none answers
// "nothing there", and what was durable is still there afterwards (A125, A140).
import type {
  AccountId,
  Factor,
  Instant,
  MfaStores,
  Session,
  StoreTime,
  TokenDigest,
} from '@palier/mfa-core';
import { migrate, postgresDatabase, postgresStores } from '@palier/mfa-core/stores/postgres';
import { type RedisBounds, redisStores } from '@palier/mfa-core/stores/redis';
import { Pool } from 'pg';
import { createClient } from 'redis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { isMissing, type Server, startPostgres, startRedis } from '../support/servers.ts';

const now = Date.parse('2026-03-02T08:00:00Z') as Instant;
const account = 'dr.zed' as AccountId;
const patience = 0.5 as NonNullable<RedisBounds['patience']>;
const digest = 'digest' as TokenDigest;
const session = {
  id: 'sid_1',
  account,
  openedAt: now,
  seenAt: now,
  proofs: [],
  agent: '',
} as unknown as Session;
const lane = { account, kind: 'code' } as const;

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const act of undo.splice(0).reverse()) await act();
});

async function expectUnknown(ask: () => Promise<unknown>): Promise<void> {
  const started = performance.now();
  await expect(ask()).rejects.toMatchObject({ code: 'ERR_MFA_STORE' });
  expect(performance.now() - started).toBeLessThan(2500);
}

type Shared = Pick<MfaStores, 'challenges' | 'sessions' | 'attempts'> & StoreTime;

async function expectNoAnswers({ sessions, attempts, time }: Shared): Promise<void> {
  await expectUnknown(() => sessions.load(digest));
  await expectUnknown(() => sessions.replace(digest, 'next' as TokenDigest, session));
  await expectUnknown(() => sessions.end(account, 'all'));
  await expectUnknown(() => attempts.reserve(lane, [0], 5, now));
  await expectUnknown(time);
}

describe.skipIf(isMissing('redis'))('Redis', () => {
  async function started(options: readonly string[] = []) {
    const server = await startRedis(options);
    undo.push(server.stop);
    const client = createClient({ url: server.url, disableOfflineQueue: true });
    client.on('error', () => {});
    await client.connect();
    undo.push(() => client.destroy());
    return { server, client };
  }

  it('that was killed gives no answers', async () => {
    const { server, client } = await started();
    const stores = await redisStores(client, { patience });
    await stores.sessions.create(digest, session);
    await server.stop();
    await expectNoAnswers(stores);
  });

  it('that is silent gives no answers, and answers again when it wakes', async () => {
    const { server, client } = await started();
    const stores = await redisStores(client, { patience });
    await stores.sessions.create(digest, session);
    process.kill(server.pid, 'SIGSTOP');
    await expectUnknown(() => stores.sessions.load(digest));
    process.kill(server.pid, 'SIGCONT');
    expect(await stores.sessions.load(digest)).toEqual(session);
  });

  it('that forgot its scripts is told them again', async () => {
    const { client } = await started();
    const stores = await redisStores(client, { patience });
    expect(await stores.attempts.reserve(lane, [0], 5, now)).toEqual({ outcome: 'granted', failures: 1 });
    await client.sendCommand(['SCRIPT', 'FLUSH']);
    expect(await stores.attempts.reserve(lane, [0], 5, now)).toEqual({ outcome: 'granted', failures: 2 });
  });

  it('that lost everything has no sessions left, so that proofs are asked for again', async () => {
    const { client } = await started();
    const { sessions } = await redisStores(client, { patience });
    await sessions.create(digest, session);
    await client.sendCommand(['FLUSHALL']);
    expect(await sessions.load(digest)).toBeUndefined();
    expect(await sessions.replace(digest, 'next' as TokenDigest, session)).toBe('gone');
    await sessions.touch(digest, (now + 60_000) as Instant);
    expect(await sessions.load(digest)).toBeUndefined();
  });

  it("with somebody else's keys in the place of ours gives no answers", async () => {
    const { client } = await started();
    const stores = await redisStores(client, { patience });
    for (const key of ['session:digest', 'sessions:dr.zed', 'attempts:code:dr.zed']) {
      await client.sendCommand(['SET', `palier:${key}`, 'x']);
    }
    await expectUnknown(() => stores.sessions.load(digest));
    await expectUnknown(() => stores.sessions.end(account, 'all'));
    await expectUnknown(() => stores.attempts.reserve(lane, [0], 5, now));
  });

  it('that may drop counters when memory is short is refused at the start (A130)', async () => {
    const { client } = await started(['--maxmemory', '10mb', '--maxmemory-policy', 'allkeys-lru']);
    await expect(redisStores(client, { patience })).rejects.toThrow('allkeys-lru may drop counters');
    await client.sendCommand(['CONFIG', 'SET', 'maxmemory-policy', 'volatile-lru']);
    await expect(redisStores(client, { patience })).resolves.toBeDefined();
  });

  it.each([
    ['volatile-lru', 3],
    ['allkeys-lru', 0],
  ])('short of memory under %s leaves a count at %i', async (policy, expected) => {
    const { client } = await started(['--maxmemory', '3mb']);
    const { sessions, attempts } = await redisStores(client, { patience });
    for (let guess = 0; guess < 3; guess += 1) await attempts.reserve(lane, [0], 5, now);
    await client.sendCommand(['CONFIG', 'SET', 'maxmemory-policy', policy]);
    const agent = 'x'.repeat(4000);
    for (let count = 0; count < 3000; count += 1) {
      await sessions.create(`digest ${count}` as TokenDigest, { ...session, agent }).catch(() => undefined);
    }
    expect(await attempts.count(lane)).toBe(expected);
  });

  it('keeps nothing for ever but counters', async () => {
    const { client } = await started();
    const { sessions, attempts, challenges } = await redisStores(client, { patience });
    await sessions.create(digest, session);
    await sessions.replace(digest, 'next' as TokenDigest, session);
    await attempts.reserve(lane, [0], 5, now);
    const challenge = {
      id: 'chl_1',
      purpose: 'step-up',
      session: session.id,
      account,
      expiresAt: now + 1,
      payload: {},
    };
    await challenges.put(challenge as unknown as Parameters<typeof challenges.put>[0]);
    const keys = (await client.sendCommand(['KEYS', '*'])) as unknown as string[];
    const lasting = await Promise.all(keys.map(async (key) => (await client.pTTL(key)) === -1));
    expect(keys.filter((_, index) => lasting[index])).toEqual(['palier:attempts:code:dr.zed']);
  });
});

describe.skipIf(isMissing('postgres'))('PostgreSQL', () => {
  let server: Server;
  let databases = 0;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.stop());

  /** A database of its own for each test on the one server, and a pool on it. */
  async function freshDatabase() {
    databases += 1;
    const name = `case_${databases}`;
    await poolOf(server.url).query(`CREATE DATABASE ${name}`);
    const url = server.url.replace('/postgres', `/${name}`);
    return { url, pool: poolOf(url) };
  }

  function poolOf(connectionString: string): Pool {
    const pool = new Pool({ connectionString, connectionTimeoutMillis: 500, max: 4 });
    pool.on('error', () => {});
    // A connection to a silent server closes only when the server wakes: it is not waited for.
    undo.push(() => void pool.end());
    return pool;
  }

  function factorOf(id: string): Factor {
    const base = { id, account, name: '', addedAt: now, activeFrom: now };
    return { ...base, kind: 'recovery-code', codes: ['code'] } as unknown as Factor;
  }

  it('that is silent gives no answers, and answers again when it wakes', async () => {
    const { pool } = await freshDatabase();
    const stores = await postgresStores(pool, { patience });
    await stores.factors.add(factorOf('fac_1'));
    const backends = await pool.query('SELECT pid FROM pg_stat_activity WHERE pid <> 0');
    const pids = [server.pid, ...backends.rows.map(({ pid }) => Number(pid))];
    for (const pid of pids) process.kill(pid, 'SIGSTOP');
    await expectUnknown(() => stores.factors.list(account));
    for (const pid of pids) process.kill(pid, 'SIGCONT');
    expect(await stores.factors.list(account)).toHaveLength(1);
  });

  it('undoes a transaction whose connection was cut, and goes on with another', async () => {
    const { pool } = await freshDatabase();
    const stores = await postgresStores(pool, { patience });
    await stores.factors.add(factorOf('fac_1'));
    const database = postgresDatabase(pool, 2000);
    const cut = database.atomically('a lock', async (on) => {
      await on.run("DELETE FROM palier_factor WHERE id = 'fac_1'");
      await on.run('SELECT pg_terminate_backend(pg_backend_pid())');
    });
    await expect(cut).rejects.toMatchObject({ code: 'ERR_MFA_STORE' });
    expect(await stores.factors.list(account)).toHaveLength(1);
    await database.atomically('a lock', async (on) => on.run("DELETE FROM palier_factor WHERE id = 'fac_1'"));
    expect(await stores.factors.list(account)).toEqual([]);
  });

  it('with tables of a newer release is refused', async () => {
    const { pool } = await freshDatabase();
    const part = { name: 'mfa-core', migrations: ['CREATE TABLE one (id int)', 'CREATE TABLE two (id int)'] };
    await migrate(postgresDatabase(pool, 2000), part);
    await expect(postgresStores(pool)).rejects.toThrow('mfa-core was written by a newer release (2, not 1)');
  });

  it('needs no right to create tables once they are there', async () => {
    const { url, pool } = await freshDatabase();
    await postgresStores(pool);
    await pool.query(`CREATE ROLE portal LOGIN; REVOKE ALL ON SCHEMA public FROM public; GRANT USAGE ON SCHEMA public TO portal;
      GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO portal`);
    const own = poolOf(url.replace('palier@', 'portal@'));
    await expect(own.query('CREATE TABLE x (id int)')).rejects.toThrow('permission denied');
    const stores = await postgresStores(own);
    expect(await stores.factors.add(factorOf('fac_1'))).toBe('added');
  });

  // The last one: it ends the server of them all.
  it('that was killed gives no answers', async () => {
    const { pool } = await freshDatabase();
    const stores = await postgresStores(pool, { patience });
    await stores.factors.add(factorOf('fac_1'));
    await server.stop();
    await expectNoAnswers(stores);
    await expectUnknown(() => stores.factors.list(account));
    await expectUnknown(() => stores.upkeep.replaceRecoverySet(factorOf('fac_2') as never));
  });
});
