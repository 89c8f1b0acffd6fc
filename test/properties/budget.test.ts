// The theorem of docs/bulk-queries.md over random traces: in every window of time the records released are at most the
// cap. And that the test can tell: the three ways of counting that are common elsewhere do exceed it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { instantOf, type ProofId } from '@palier/mfa-core';
import { openDatabase } from '@palier/mfa-core/stores/sqlite';
import fc from 'fast-check';
import { createClient } from 'redis';
import { afterAll, describe, expect, it } from 'vitest';
import type { BudgetStore, Charge, Consumed } from '../../packages/gateway/src/budget/budget-store.ts';
import { digestOf } from '../../packages/gateway/src/budget/budget-store-contract.ts';
import { memoryBudgetStore } from '../../packages/gateway/src/stores/memory-budget.ts';
import { beginEpoch, redisBudgetStore } from '../../packages/gateway/src/stores/redis-budget.ts';
import { sqliteBudgetStore } from '../../packages/gateway/src/stores/sqlite-budget.ts';
import { isMissing, startRedis } from '../support/servers.ts';

const window = 1000;
const cap = 8;
const start = Date.UTC(2026, 0, 5, 8);

/** A look-up: so long after the one before, these records. */
interface Step {
  readonly wait: number;
  readonly records: readonly number[];
}

interface Release {
  readonly at: number;
  readonly record: number;
}

/** Whether a way of counting lets a batch through at a time; it remembers what it let through. */
type Counter = (records: readonly number[], now: number) => Promise<boolean> | boolean;

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.record({
    wait: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 2 * window })),
    records: fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 4 }),
  }),
  { minLength: 10, maxLength: 80 },
);

async function releasesOf(count: Counter, trace: readonly Step[]): Promise<readonly Release[]> {
  const released: Release[] = [];
  let now = start;
  for (const { wait, records } of trace) {
    now += wait;
    if (await count(records, now)) for (const record of records) released.push({ at: now, record });
  }
  return released;
}

/** The most distinct records released in any interval (t - window, t]. It is enough to look at intervals that end with a release. */
function worstWindow(released: readonly Release[]): number {
  return released.reduce((worst, { at }) => {
    const inside = released.filter((one) => one.at > at - window && one.at <= at);
    return Math.max(worst, new Set(inside.map(({ record }) => record)).size);
  }, 0);
}

const limitOf = (set: string): Charge['limits'][number] => ({ set, windowMilliseconds: window, cap });
const keyOf = (record: number): Charge['records'][number] => ({ digest: digestOf(`${record}`) });
const bare = { fleet: undefined, presence: undefined, novelty: undefined, enforce: true };

function lastSeen(): Counter {
  const store = memoryBudgetStore();
  return async (records, now) => {
    const { charged } = await store.consume(
      { ...bare, records: records.map(keyOf), limits: [limitOf('a')] },
      instantOf(now),
    );
    return charged.outcome === 'granted';
  };
}

/** A repeat does not refresh the time. */
function firstSeen(): Counter {
  const seen = new Map<number, number>();
  return (records, now) => {
    for (const [record, at] of seen) if (at <= now - window) seen.delete(record);
    const fresh = new Set(records.filter((record) => !seen.has(record)));
    if (seen.size + fresh.size > cap) return false;
    for (const record of fresh) seen.set(record, now);
    return true;
  };
}

/** A set that begins with its first member and is thrown away after a window (SADD, SCARD, EXPIRE). */
function fixedWindow(): Counter {
  let [opened, seen] = [Number.NEGATIVE_INFINITY, new Set<number>()];
  return (records, now) => {
    if (now >= opened + window) [opened, seen] = [now, new Set()];
    const next = new Set([...seen, ...records]);
    if (next.size > cap) return false;
    seen = next;
    return true;
  };
}

/** The window before weighs with the share of it that is still inside (the estimate of content networks). */
function weightedWindow(): Counter {
  let [index, before, seen] = [0, 0, new Set<number>()];
  return (records, now) => {
    const current = Math.floor(now / window);
    if (current !== index)
      [before, seen, index] = [current === index + 1 ? seen.size : 0, new Set(), current];
    const next = new Set([...seen, ...records]);
    if (before * (1 - (now % window) / window) + next.size > cap) return false;
    seen = next;
    return true;
  };
}

/** The largest window over many random traces. */
async function worstOf(make: () => Counter, traces: number): Promise<number> {
  let worst = 0;
  const property = fc.asyncProperty(steps, async (trace) => {
    worst = Math.max(worst, worstWindow(await releasesOf(make(), trace)));
  });
  await fc.assert(property, { numRuns: traces, seed: 2022 });
  return worst;
}

describe('in every window of 3,000 random traces', () => {
  it('last-seen sets release at most the cap, and reach it', async () => {
    expect(await worstOf(lastSeen, 3000)).toBe(cap);
  });

  it.each([
    ['first-seen sets', firstSeen],
    ['fixed windows', fixedWindow],
    ['weighted windows', weightedWindow],
  ])('%s release more: the negative control', async (_name, make) => {
    expect(await worstOf(make, 3000)).toBeGreaterThan(cap);
  });

  it('one presence pays for at most its size', async () => {
    const property = fc.asyncProperty(steps, fc.integer({ min: 1, max: 12 }), async (trace, size) => {
      const store = memoryBudgetStore();
      const presence = {
        proof: 'prf_a' as ProofId,
        records: size,
        expiresAt: instantOf(start + window),
        freeWithin: 'a',
      };
      const released = await releasesOf(async (records, now) => {
        const charge = {
          ...bare,
          presence,
          records: records.map(keyOf),
          limits: [{ ...limitOf('a'), cap: 1000 }],
        };
        return (await store.consume(charge, instantOf(now))).charged.outcome === 'granted';
      }, trace);
      // Until the presence ends every record is in the free window: what it paid for is what was seen.
      expect(new Set(released.map(({ record }) => record)).size).toBeLessThanOrEqual(size);
    });
    await fc.assert(property, { numRuns: 500 });
  });

  it('any interleaving of parallel batches of two accounts keeps every cap', async () => {
    const lanes = fc.array(
      fc.tuple(
        fc.constantFrom('a', 'b'),
        fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 3 }),
      ),
      { minLength: 5, maxLength: 40 },
    );
    const property = fc.asyncProperty(lanes, fc.scheduler(), async (calls, scheduler) => {
      const store = memoryBudgetStore();
      const wide = { set: 'o', windowMilliseconds: window, cap: 12 };
      const released = new Map<string, Set<number>>([
        ['a', new Set()],
        ['b', new Set()],
      ]);
      const run = scheduler.scheduleFunction(async (lane: string, records: number[]) => {
        const { charged } = await store.consume(
          { ...bare, records: records.map(keyOf), limits: [wide, limitOf(lane)] },
          instantOf(start),
        );
        if (charged.outcome === 'granted') for (const record of records) released.get(lane)?.add(record);
      });
      const all = Promise.all(calls.map(([lane, records]) => run(lane, records)));
      await scheduler.waitFor(all);
      const [ofA, ofB] = [released.get('a') ?? new Set(), released.get('b') ?? new Set()];
      expect(Math.max(ofA.size, ofB.size)).toBeLessThanOrEqual(cap);
      expect(new Set([...ofA, ...ofB]).size).toBeLessThanOrEqual(12);
    });
    await fc.assert(property, { numRuns: 300 });
  });
});

/** Everything a charge can have, over a few accounts and proofs, with rotated keys and steps back of the clock. */
const charges: fc.Arbitrary<readonly { readonly wait: number; readonly charge: Charge }[]> = fc.array(
  fc.record({
    wait: fc.oneof(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 0, max: 3000 })),
    charge: fc
      .record({
        account: fc.constantFrom('a', 'b'),
        records: fc.array(fc.integer({ min: 0, max: 25 }), { maxLength: 4 }),
        rotated: fc.boolean(),
        proof: fc.constantFrom('p', 'q', undefined),
        fleet: fc.boolean(),
        novelty: fc.boolean(),
        enforce: fc.boolean(),
      })
      .map(({ account, records, rotated, proof, fleet, novelty, enforce }): Charge => {
        const set = `account:${account}`;
        return {
          records: records.map((record) =>
            rotated ? { digest: digestOf(`new ${record}`), previous: digestOf(`${record}`) } : keyOf(record),
          ),
          fleet: fleet
            ? { tally: 'fleet', of: set, windowMilliseconds: window, bucketMilliseconds: 100, cap: 14 }
            : undefined,
          limits: [{ set: 'organisation:o', windowMilliseconds: window, cap: 12 }, limitOf(set)],
          presence:
            proof === undefined
              ? undefined
              : {
                  proof: `prf_${account}${proof}` as ProofId,
                  records: 9,
                  expiresAt: instantOf(start + 6000),
                  freeWithin: set,
                },
          novelty: novelty
            ? {
                known: `known:${account}`,
                horizonMilliseconds: 9000,
                limit: {
                  tally: `new:${account}`,
                  windowMilliseconds: 3000,
                  bucketMilliseconds: 500,
                  cap: 11,
                },
              }
            : undefined,
          enforce,
        };
      }),
  }),
  { minLength: 5, maxLength: 40 },
);

/** The same trace in another store, under names of its own. */
function renamed(charge: Charge, salt: string): Charge {
  const { fleet, novelty, presence } = charge;
  return {
    ...charge,
    limits: charge.limits.map((limit) => ({ ...limit, set: limit.set + salt })),
    fleet: fleet && { ...fleet, tally: fleet.tally + salt, of: fleet.of + salt },
    novelty: novelty && {
      ...novelty,
      known: novelty.known + salt,
      limit: { ...novelty.limit, tally: novelty.limit.tally + salt },
    },
    presence: presence && {
      ...presence,
      proof: (presence.proof + salt) as ProofId,
      freeWithin: presence.freeWithin + salt,
    },
  };
}

async function answersOf(
  store: BudgetStore,
  trace: readonly { readonly wait: number; readonly charge: Charge }[],
  salt: string,
): Promise<readonly Consumed[]> {
  const answers: Consumed[] = [];
  let now = start;
  for (const { wait, charge } of trace) {
    now += wait;
    answers.push(await store.consume(renamed(charge, salt), instantOf(now)));
  }
  return answers.map(({ charged, wouldBe }) =>
    JSON.parse(JSON.stringify({ charged, wouldBe }).replaceAll(salt, '')),
  );
}

async function agreeWithMemory(other: BudgetStore, traces: number): Promise<void> {
  let run = 0;
  const property = fc.asyncProperty(charges, async (trace) => {
    run += 1;
    const salt = `#${run}#`;
    expect(await answersOf(other, trace, salt)).toEqual(await answersOf(memoryBudgetStore(), trace, salt));
  });
  await fc.assert(property, { numRuns: traces });
}

/** Batches over thousands of persons whom one account saw, saw again, and whose horizon passed: the same are new in both. */
async function knowsThousands(store: BudgetStore): Promise<void> {
  const novelty = {
    known: 'known:many',
    horizonMilliseconds: 40_000,
    limit: { tally: 'new:many', windowMilliseconds: 3000, bucketMilliseconds: 500, cap: 1_000_000 },
  };
  const memory = memoryBudgetStore();
  for (let step = 0; step < 600; step += 1) {
    // Strides that wander through 3,000 persons; each stands under its old key before step 300.
    const records = Array.from({ length: 12 }, (_, place) => (step * 37 + place * place * 11) % 3000).map(
      (person) =>
        step < 300 ? keyOf(person) : { digest: digestOf(`new ${person}`), previous: digestOf(`${person}`) },
    );
    const charge = { ...bare, records, limits: [], novelty };
    const now = instantOf(start + step * 100);
    expect(await store.consume(charge, now)).toEqual(await memory.consume(charge, now));
  }
}

describe('the answers of memory are the answers', () => {
  const folder = mkdtempSync(join(tmpdir(), 'palier-traces-'));
  const database = openDatabase(join(folder, 'traces.db'));
  afterAll(() => {
    database.close();
    rmSync(folder, { recursive: true });
  });

  it('of SQLite', async () => agreeWithMemory(sqliteBudgetStore(database), 300), 60_000);

  it.skipIf(isMissing('redis'))(
    'of Redis, whose rule is written in Lua',
    async () => {
      const server = await startRedis();
      const client = await createClient({ url: server.url }).connect();
      try {
        await beginEpoch(client, 'traces', 'one');
        const store = redisBudgetStore(client, {
          prefix: 'traces',
          epoch: 'one',
          timeoutMilliseconds: 5000,
          toleranceMilliseconds: undefined,
        });
        await agreeWithMemory(store, 400);
        await knowsThousands(store);
      } finally {
        await client.close();
        await server.stop();
      }
    },
    60_000,
  );
});
