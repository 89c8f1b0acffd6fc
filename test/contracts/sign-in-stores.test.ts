// Every keeper of sign-ins keeps the one contract, two instances on one database included.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '@palier/mfa-core/stores/sqlite';
import { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signInContract } from '../../packages/gateway/src/sign-in/sign-in-contract.ts';
import type { SignInStores } from '../../packages/gateway/src/sign-in/sign-in-store.ts';
import { memorySignIns } from '../../packages/gateway/src/stores/memory-sign-in.ts';
import { postgresSignIns } from '../../packages/gateway/src/stores/postgres-sign-in.ts';
import { sqliteSignIns } from '../../packages/gateway/src/stores/sqlite-sign-in.ts';
import { isMissing, type Server, startPostgres } from '../support/servers.ts';

function keepsTheContract(stores: () => SignInStores): void {
  for (const [index, { name, run }] of signInContract.entries()) it(name, () => run(stores(), `${index}`));
}

/** Two instances on one database: each call goes to the other one. */
function inTurn(instances: readonly [SignInStores, SignInStores]): SignInStores {
  let calls = 0;
  const next = (): SignInStores => {
    calls += 1;
    return instances[calls % 2 === 0 ? 0 : 1];
  };
  return {
    guesses: {
      reserve: (lanes, now) => next().guesses.reserve(lanes, now),
      forgive: (clear, giveBack) => next().guesses.forgive(clear, giveBack),
      level: (name, leak, now) => next().guesses.level(name, leak, now),
    },
    watched: {
      bind: (digest, signIn, now) => next().watched.bind(digest, signIn, now),
      find: (digest, now) => next().watched.find(digest, now),
      end: (digest) => next().watched.end(digest),
    },
  };
}

describe('sign-ins in memory', () => {
  const stores = memorySignIns();
  keepsTheContract(() => stores);
});

describe('sign-ins in SQLite, two instances on one file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'palier-sign-in-'));
  const file = join(folder, 'one.db');
  const [one, two] = [openDatabase(file), openDatabase(file)];
  const stores = inTurn([sqliteSignIns(one), sqliteSignIns(two)]);
  afterAll(() => {
    for (const database of [one, two]) database.close();
    rmSync(folder, { recursive: true });
  });
  keepsTheContract(() => stores);

  it('are not kept for ever: ten thousand lanes of strangers are gone when they are empty (A260)', async () => {
    const now = Date.UTC(2026, 0, 6, 8) as Parameters<SignInStores['guesses']['reserve']>[1];
    const count = (): number => Number(one.prepare('SELECT count(*) AS n FROM sign_in_lane').get()?.['n']);
    for (let lane = 0; lane < 10_000; lane += 1)
      await stores.guesses.reserve([{ name: `stranger ${lane}`, wait: [], leak: 1000 }], now);
    expect(count()).toBeGreaterThanOrEqual(10_000);
    await stores.guesses.reserve([{ name: 'later', wait: [], leak: 1000 }], (now + 86_400_000) as typeof now);
    expect(count()).toBe(1);
  }, 60_000);

  it('are there after a restart', async () => {
    const now = Date.UTC(2026, 0, 5, 8) as Parameters<SignInStores['guesses']['reserve']>[1];
    const until = (now + 1000) as typeof now;
    await stores.watched.bind('kept', { account: 'a' as never, until }, now);
    await stores.guesses.reserve([{ name: 'kept', wait: [0, 60_000], leak: 1e9 }], now);
    const again = openDatabase(file);
    const later = sqliteSignIns(again);
    expect(await later.watched.find('kept', now)).toEqual({ account: 'a', until });
    expect(await later.guesses.level('kept', 1e9, now)).toBe(1);
    again.close();
  });
});

describe.skipIf(isMissing('postgres'))('sign-ins in PostgreSQL, two instances', () => {
  let server: Server;
  const pools: Pool[] = [];
  let stores: SignInStores;
  beforeAll(async () => {
    server = await startPostgres();
    pools.push(...[1, 2].map(() => new Pool({ connectionString: server.url, max: 10 })));
    const [one, two] = await Promise.all(pools.map((pool) => postgresSignIns(pool, 20_000)));
    if (one === undefined || two === undefined) throw new TypeError('no instance');
    stores = inTurn([one, two]);
  });
  afterAll(async () => {
    for (const pool of pools) await pool.end();
    await server.stop();
  });
  keepsTheContract(() => stores);
});

describe('the contract itself', () => {
  /** Looks first, waits a turn, and counts what it decided before. */
  function checkThenCount(): SignInStores {
    const { guesses, watched } = memorySignIns();
    const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
    return {
      guesses: {
        ...guesses,
        reserve: async (lanes, now) => {
          const levels = await Promise.all(lanes.map(({ name, leak }) => guesses.level(name, leak, now)));
          const isFree = lanes.every(
            ({ wait }, index) => (wait[levels[index] ?? 0] ?? wait.at(-1) ?? 0) === 0,
          );
          await turn();
          await guesses.reserve(
            lanes.map((lane) => ({ ...lane, wait: [] })),
            now,
          );
          return isFree ? { outcome: 'granted' } : guesses.reserve(lanes, now);
        },
      },
      watched: {
        ...watched,
        bind: async (digest, signIn, now) => {
          const found = await watched.find(digest, now);
          await turn();
          if (found !== undefined) return 'taken';
          await watched.end(digest);
          return watched.bind(digest, signIn, now);
        },
      },
    };
  }

  it('catches a store that checks before it counts', async () => {
    const races = signInContract.filter(({ kind }) => kind === 'race');
    expect(races.length).toBe(3);
    for (const { run } of races) await expect(run(checkThenCount(), 'racy')).rejects.toThrow();
  });
});
