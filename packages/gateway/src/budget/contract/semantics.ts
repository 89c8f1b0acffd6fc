// What one charge means: presence, repeats, windows, batches, observing.
import { strictEqual as equal, deepStrictEqual as same } from 'node:assert';
import {
  at,
  type BudgetStoreCase,
  charged,
  chargeOf,
  day,
  dayLimit,
  hour,
  key,
  keys,
  presenceOf,
} from './material.ts';

export const semantics: readonly BudgetStoreCase[] = [
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
    name: 'a presence that was over by a clock that is ahead has shown what it has shown',
    run: async (store, salt) => {
      const set = `account:${salt}`;
      const parts = { limits: [dayLimit(set, 9)], presence: presenceOf(salt, 2, set) };
      equal((await charged(store, keys(0, 2), parts, at(0))).outcome, 'granted');
      // More than it takes for every store to look for what is over.
      const other = { limits: [dayLimit(`account:${salt}other`, 1)] };
      for (let charge = 0; charge < 1100; charge += 1)
        await charged(store, [key(0)], other, at(12 * hour + hour / 2));
      equal((await charged(store, keys(2, 3), parts, at(1))).outcome, 'presence-used-up');
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
