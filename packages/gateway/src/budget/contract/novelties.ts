// What is new to an account, the fleet, and keys under rotation.
import { strictEqual as equal, deepStrictEqual as same } from 'node:assert';
import { instantOf } from '@palier/mfa-core';
import type { Charge, RecordKey, TallyLimit } from '../budget-store.ts';
import {
  at,
  type BudgetStoreCase,
  charged,
  day,
  dayLimit,
  digestOf,
  hour,
  key,
  keys,
  presenceOf,
} from './material.ts';

export const novelties: readonly BudgetStoreCase[] = [
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
