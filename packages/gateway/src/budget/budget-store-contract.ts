// What every BudgetStore must do, races included, as cases any runner can run. `salt` makes the names of a case its own,
// so that one database serves all cases. Not here: speed, and what happens when the store is down.
import { strictEqual as equal, deepStrictEqual as same } from 'node:assert';
import { createHash } from 'node:crypto';
import { type Instant, instantOf, type ProofId } from '@palier/mfa-core';
import type { BudgetStore, Charge, Charged, RecordKey, SetLimit, TallyLimit } from './budget-store.ts';
import type { RecordDigest } from './record-rule.ts';

export interface BudgetStoreCase {
  readonly name: string;
  readonly run: (store: BudgetStore, salt: string) => Promise<void>;
}

const hour = 3_600_000;
const day = 24 * hour;
const start: Instant = instantOf(Date.UTC(2026, 0, 5, 8));
const at = (later: number): Instant => instantOf(start + later);

/** A digest for tests: any text makes one. */
export function digestOf(text: string): RecordDigest {
  return createHash('sha256').update(text).digest().subarray(0, 16).toString('base64url') as RecordDigest;
}

const key = (text: string | number): RecordKey => ({ digest: digestOf(String(text)) });
const keys = (from: number, to: number): readonly RecordKey[] =>
  Array.from({ length: to - from }, (_, index) => key(from + index));
const dayLimit = (set: string, cap: number): SetLimit => ({ set, windowMilliseconds: day, cap });

interface Parts {
  readonly limits: readonly SetLimit[];
  readonly presence?: Charge['presence'];
  readonly fleet?: Charge['fleet'];
  readonly novelty?: Charge['novelty'];
  readonly enforce?: boolean;
}

function chargeOf(records: readonly RecordKey[], parts: Parts): Charge {
  const { limits, presence, fleet, novelty, enforce = true } = parts;
  return { records, limits, presence, fleet, novelty, enforce };
}

async function charged(
  store: BudgetStore,
  records: readonly RecordKey[],
  parts: Parts,
  now: Instant,
): Promise<Charged> {
  return (await store.consume(chargeOf(records, parts), now)).charged;
}

function presenceOf(
  salt: string,
  records: number,
  freeWithin: string,
  proof = 'a',
): NonNullable<Charge['presence']> {
  return { proof: `prf_${salt}_${proof}` as ProofId, records, expiresAt: at(12 * hour), freeWithin };
}

const granted = (answers: readonly Charged[]): number =>
  answers.filter(({ outcome }) => outcome === 'granted').length;

const semantics: readonly BudgetStoreCase[] = [
  {
    name: 'a presence buys its number of distinct records and not one more',
    run: async (store, salt) => {
      const set = `account:${salt}`;
      const parts = { limits: [dayLimit(set, 100)], presence: presenceOf(salt, 3, set) };
      for (const [index, left] of [2, 1, 0].entries())
        same(await charged(store, [key(index)], parts, at(index)), {
          outcome: 'granted',
          fresh: 1,
          novel: 0,
          left,
        });
      same(await charged(store, [key(9)], parts, at(9)), { outcome: 'presence-used-up', fresh: 1, left: 0 });
      equal(await store.left(parts.presence.proof, 3, at(9)), 0);
      equal(await store.count(set, day, at(9)), 3);
    },
  },
  {
    name: 'a repeat is free for presence and cap, even when both are used up',
    run: async (store, salt) => {
      const set = `account:${salt}`;
      const parts = { limits: [dayLimit(set, 2)], presence: presenceOf(salt, 2, set) };
      equal((await charged(store, keys(0, 2), parts, at(0))).outcome, 'granted');
      same(await charged(store, [key(0)], parts, at(hour)), {
        outcome: 'granted',
        fresh: 0,
        novel: 0,
        left: 0,
      });
    },
  },
  {
    name: 'a repeat is free only in the set the presence names',
    run: async (store, salt) => {
      const [account, code] = [`account:${salt}`, `code:${salt}`];
      await charged(
        store,
        [key(1)],
        { limits: [dayLimit(account, 9)], presence: presenceOf(salt, 9, account, 'key') },
        at(0),
      );
      const parts = {
        limits: [dayLimit(account, 9), dayLimit(code, 9)],
        presence: presenceOf(salt, 9, code, 'code'),
      };
      same(await charged(store, [key(1)], parts, at(1)), { outcome: 'granted', fresh: 1, novel: 0, left: 8 });
    },
  },
  {
    name: 'a presence pays until exactly its end and not after',
    run: async (store, salt) => {
      const set = `account:${salt}`;
      const parts = { limits: [dayLimit(set, 9)], presence: presenceOf(salt, 9, set) };
      equal((await charged(store, [key(1)], parts, at(12 * hour))).outcome, 'granted');
      equal((await charged(store, [key(1)], parts, at(12 * hour + 1))).outcome, 'presence-used-up');
    },
  },
  {
    name: 'a record leaves the window exactly one window after it was last seen',
    run: async (store, salt) => {
      const parts = { limits: [dayLimit(`account:${salt}`, 1)] };
      await charged(store, [key(1)], parts, at(0));
      same(await charged(store, [key(2)], parts, at(day - 1)), {
        outcome: 'cap',
        limit: `account:${salt}`,
        retryAt: at(day),
      });
      equal((await charged(store, [key(2)], parts, at(day))).outcome, 'granted');
    },
  },
  {
    name: 'a repeat refreshes the time: last seen counts, not first seen',
    run: async (store, salt) => {
      const parts = { limits: [dayLimit(`account:${salt}`, 1)] };
      await charged(store, [key(1)], parts, at(0));
      await charged(store, [key(1)], parts, at(day - 1));
      same(await charged(store, [key(2)], parts, at(day + 5)), {
        outcome: 'cap',
        limit: `account:${salt}`,
        retryAt: at(2 * day - 1),
      });
    },
  },
  {
    name: 'a clock that steps back does not shorten what was counted',
    run: async (store, salt) => {
      const parts = { limits: [dayLimit(`account:${salt}`, 1)] };
      await charged(store, [key(1)], parts, at(hour));
      await charged(store, [key(1)], parts, at(0));
      equal((await charged(store, [key(2)], parts, at(day))).outcome, 'cap');
    },
  },
  {
    name: 'a batch is granted whole or changes nothing',
    run: async (store, salt) => {
      const set = `account:${salt}`;
      const parts = { limits: [dayLimit(set, 5)], presence: presenceOf(salt, 9, set) };
      await charged(store, keys(0, 3), parts, at(0));
      equal((await charged(store, keys(3, 6), parts, at(1))).outcome, 'cap');
      equal(await store.count(set, day, at(1)), 3);
      equal(await store.left(parts.presence.proof, 9, at(1)), 6);
      equal((await charged(store, keys(3, 5), parts, at(2))).outcome, 'granted');
    },
  },
  {
    name: 'a batch that names one person three times costs one',
    run: async (store, salt) => {
      const set = `account:${salt}`;
      const parts = { limits: [dayLimit(set, 1)], presence: presenceOf(salt, 1, set) };
      same(await charged(store, [key(1), key(1), key(1)], parts, at(0)), {
        outcome: 'granted',
        fresh: 1,
        novel: 0,
        left: 0,
      });
    },
  },
  {
    name: 'the first full limit answers, and a limit that is not full keeps nothing of a refused batch',
    run: async (store, salt) => {
      const [wide, own] = [`organisation:${salt}`, `account:${salt}`];
      await charged(store, keys(0, 2), { limits: [dayLimit(wide, 9), dayLimit(own, 2)] }, at(0));
      const refused = await charged(
        store,
        [key(5)],
        { limits: [dayLimit(wide, 9), dayLimit(own, 2)] },
        at(1),
      );
      same([refused.outcome, refused.outcome === 'cap' && refused.limit], ['cap', own]);
      equal(await store.count(wide, day, at(1)), 2);
      const both = await charged(store, [key(5)], { limits: [dayLimit(wide, 2), dayLimit(own, 2)] }, at(1));
      equal(both.outcome === 'cap' && both.limit, wide);
    },
  },
  {
    name: 'at retryAt the same batch fits, one millisecond earlier it does not',
    run: async (store, salt) => {
      const parts = { limits: [dayLimit(`account:${salt}`, 5)] };
      for (let index = 0; index < 5; index += 1) await charged(store, [key(index)], parts, at(index * hour));
      const refused = await charged(store, keys(10, 13), parts, at(6 * hour));
      same(refused, { outcome: 'cap', limit: `account:${salt}`, retryAt: at(2 * hour + day) });
      equal((await charged(store, keys(10, 13), parts, at(2 * hour + day - 1))).outcome, 'cap');
      equal((await charged(store, keys(10, 13), parts, at(2 * hour + day))).outcome, 'granted');
    },
  },
  {
    name: 'a batch larger than the cap is told to wait a whole window and never granted',
    run: async (store, salt) => {
      const parts = { limits: [dayLimit(`account:${salt}`, 2)] };
      same(await charged(store, keys(0, 3), parts, at(0)), {
        outcome: 'cap',
        limit: `account:${salt}`,
        retryAt: at(day),
      });
    },
  },
  {
    name: 'observing refuses nothing, counts everything and says what would have been',
    run: async (store, salt) => {
      const set = `account:${salt}`;
      const parts = { limits: [dayLimit(set, 2)], presence: presenceOf(salt, 9, set), enforce: false };
      same(await store.consume(chargeOf(keys(0, 2), parts), at(0)), {
        charged: { outcome: 'granted', fresh: 2, novel: 0, left: 7 },
        wouldBe: undefined,
      });
      const { charged: done, wouldBe } = await store.consume(chargeOf([key(3)], parts), at(1));
      same(
        [done, wouldBe],
        [
          { outcome: 'granted', fresh: 1, novel: 0, left: 6 },
          { outcome: 'cap', limit: set, retryAt: at(day) },
        ],
      );
      equal(await store.count(set, day, at(1)), 3);
    },
  },
  {
    name: 'an account name of any spelling has a set of its own',
    run: async (store, salt) => {
      const names = ['a', 'A', 'a ', 'a:b', 'a*', "a'--", 'é', 'e\u0301', '{a}', 'x'.repeat(200)].map(
        (name) => `account:${salt}${name}`,
      );
      for (const name of names)
        equal((await charged(store, [key(1)], { limits: [dayLimit(name, 1)] }, at(0))).outcome, 'granted');
      for (const name of names) equal(await store.count(name, day, at(0)), 1);
    },
  },
];

const novelties: readonly BudgetStoreCase[] = [
  {
    name: 'a person is new to an account once within the horizon, and new ones have a cap of their own',
    run: async (store, salt) => {
      const set = `account:${salt}`;
      const limit: TallyLimit = {
        tally: `new:${salt}`,
        windowMilliseconds: 30 * day,
        bucketMilliseconds: day / 4,
        cap: 3,
      };
      const parts = {
        limits: [dayLimit(set, 100)],
        novelty: { known: `known:${salt}`, horizonMilliseconds: 365 * day, limit },
      };
      same(await charged(store, keys(0, 3), parts, at(0)), {
        outcome: 'granted',
        fresh: 0,
        novel: 3,
        left: 0,
      });
      same(await charged(store, keys(0, 3), parts, at(2 * day)), {
        outcome: 'granted',
        fresh: 0,
        novel: 0,
        left: 0,
      });
      const refused = await charged(store, [key(7)], parts, at(3 * day));
      equal(refused.outcome === 'cap' && refused.limit, `new:${salt}`);
      const again = refused.outcome === 'cap' ? refused.retryAt : at(0);
      equal((await charged(store, [key(7)], parts, instantOf(again - 1))).outcome, 'cap');
      equal((await charged(store, [key(7)], parts, again)).outcome, 'granted');
      same(await charged(store, [key(0)], parts, at(2 * day + 365 * day)), {
        outcome: 'granted',
        fresh: 0,
        novel: 1,
        left: 0,
      });
    },
  },
  {
    name: 'the fleet counts each pair of account and person once, by the time it was last seen',
    run: async (store, salt) => {
      const fleetOf = (of: string, cap: number): NonNullable<Charge['fleet']> => ({
        tally: `fleet:${salt}`,
        of,
        windowMilliseconds: day,
        bucketMilliseconds: day / 96,
        cap,
      });
      const [a, b] = [`account:${salt}a`, `account:${salt}b`];
      await charged(store, [key(1)], { limits: [dayLimit(a, 9)], fleet: fleetOf(a, 3) }, at(0));
      await charged(store, [key(1)], { limits: [dayLimit(b, 9)], fleet: fleetOf(b, 3) }, at(0));
      await charged(store, [key(1)], { limits: [dayLimit(a, 9)], fleet: fleetOf(a, 3) }, at(20 * hour));
      equal(
        (await charged(store, keys(2, 4), { limits: [dayLimit(b, 9)], fleet: fleetOf(b, 3) }, at(21 * hour)))
          .outcome,
        'cap',
      );
      equal(
        (await charged(store, [key(2)], { limits: [dayLimit(b, 9)], fleet: fleetOf(b, 3) }, at(21 * hour)))
          .outcome,
        'granted',
      );
      // The pair of the first account was refreshed at 20 h: after 24 h it must still be counted.
      const later = at(day + hour);
      equal(
        (await charged(store, keys(5, 7), { limits: [dayLimit(b, 9)], fleet: fleetOf(b, 3) }, later)).outcome,
        'cap',
      );
      equal(
        (await charged(store, [key(5)], { limits: [dayLimit(b, 9)], fleet: fleetOf(b, 3) }, later)).outcome,
        'granted',
      );
    },
  },
  {
    name: 'rotation of the record keys changes no count',
    run: async (store, salt) => {
      const set = `account:${salt}`;
      const novelty = {
        known: `known:${salt}`,
        horizonMilliseconds: 365 * day,
        limit: { tally: `new:${salt}`, windowMilliseconds: 30 * day, bucketMilliseconds: day / 4, cap: 9 },
      };
      const parts = { limits: [dayLimit(set, 3)], presence: presenceOf(salt, 3, set), novelty };
      await charged(store, keys(0, 3), parts, at(0));
      const rotated: RecordKey = { digest: digestOf('new 1'), previous: digestOf('1') };
      same(await charged(store, [rotated], parts, at(1)), {
        outcome: 'granted',
        fresh: 0,
        novel: 0,
        left: 0,
      });
      equal(await store.count(set, day, at(1)), 3);
      same(await charged(store, [{ digest: rotated.digest }], parts, at(2)), {
        outcome: 'granted',
        fresh: 0,
        novel: 0,
        left: 0,
      });
    },
  },
];

const races: readonly BudgetStoreCase[] = [
  {
    name: '500 parallel distinct records against a cap of 45 release exactly 45',
    run: async (store, salt) => {
      const parts = { limits: [dayLimit(`account:${salt}`, 45)] };
      const answers = await Promise.all(keys(0, 500).map((record) => charged(store, [record], parts, at(0))));
      equal(granted(answers), 45);
      equal(await store.count(`account:${salt}`, day, at(0)), 45);
    },
  },
  {
    name: '200 parallel look-ups on one presence of 15 are paid 15 times',
    run: async (store, salt) => {
      const set = `account:${salt}`;
      const parts = { limits: [dayLimit(set, 900)], presence: presenceOf(salt, 15, set) };
      const answers = await Promise.all(keys(0, 200).map((record) => charged(store, [record], parts, at(0))));
      equal(granted(answers), 15);
    },
  },
  {
    name: 'parallel batches over shared and own sets never pass the tightest cap',
    run: async (store, salt) => {
      const wide = `organisation:${salt}`;
      const batches = Array.from({ length: 60 }, (_, index) => ({
        own: `account:${salt}${index % 6}`,
        records: keys(index * 3, index * 3 + 3),
      }));
      const answers = await Promise.all(
        batches.map(({ own, records }) =>
          charged(store, records, { limits: [dayLimit(wide, 50), dayLimit(own, 12)] }, at(0)),
        ),
      );
      const released = await store.count(wide, day, at(0));
      equal(released, granted(answers) * 3);
      equal(released, 48);
    },
  },
  {
    name: 'parallel repeats of one record are one record',
    run: async (store, salt) => {
      const set = `account:${salt}`;
      const parts = { limits: [dayLimit(set, 1)], presence: presenceOf(salt, 1, set) };
      const answers = await Promise.all(
        Array.from({ length: 50 }, () => charged(store, [key(1)], parts, at(0))),
      );
      equal(granted(answers), 50);
      equal(await store.left(parts.presence.proof, 1, at(0)), 0);
    },
  },
];

export const budgetStoreContract: readonly BudgetStoreCase[] = [...semantics, ...novelties, ...races];
