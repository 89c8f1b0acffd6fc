// Parallel charges: never more than the tightest cap.
import { strictEqual as equal } from 'node:assert';
import {
  at,
  type BudgetStoreCase,
  charged,
  day,
  dayLimit,
  granted,
  key,
  keys,
  presenceOf,
} from './material.ts';

export const races: readonly BudgetStoreCase[] = [
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
