// What every keeper of histories, alarms and broken glasses must do. `salt` makes the names of a case its own.
import { strictEqual as equal, deepStrictEqual as same } from 'node:assert';
import { type AccountId, type Instant, instantOf } from '@palier/mfa-core';
import type { KeyMarkStore } from '../keys/key-mark.ts';
import type { StopStore } from '../stops/stop.ts';
import type { ActivityStore } from './activity-store.ts';
import type { Alarm, AlarmStore } from './alarm.ts';
import type { BrokenGlass, GlassStore } from './exemption.ts';

export interface StandingStores {
  readonly activity: ActivityStore;
  readonly alarms: AlarmStore;
  readonly glass: GlassStore;
  readonly stops: StopStore;
  readonly keyMark: KeyMarkStore;
}

export interface StandingCase {
  readonly name: string;
  readonly run: (stores: StandingStores, salt: string) => Promise<void>;
}

const day = 86_400_000;
const start: Instant = instantOf(Date.UTC(2026, 0, 5, 8));
const at = (later: number): Instant => instantOf(start + later);
const accountOf = (salt: string): AccountId => `account ${salt}` as AccountId;
const sentence = { fr: 'Une phrase \u00e9crite.', en: 'A sentence.' };

function alarmOf(salt: string, kind: Alarm['kind'], raisedAt: Instant): Alarm {
  return { kind, account: accountOf(salt), raisedAt, until: instantOf(raisedAt + day), sentence };
}

function glassOf(salt: string, number: number, when: Instant): BrokenGlass {
  const until = instantOf(when + 3_600_000);
  return {
    id: `${salt}-${number}`,
    account: accountOf(salt),
    reason: "malaise, pas d'acc\u00e8s",
    at: when,
    until,
    records: 40,
  };
}

export const standingContract: readonly StandingCase[] = [
  {
    name: 'a day adds up, and history is given by days, in order, both ends included',
    run: async ({ activity }, salt) => {
      const account = accountOf(salt);
      for (const [on, distinct, novel] of [
        [12, 5, 1],
        [10, 3, 3],
        [12, 1, 0],
        [11, 2, 0],
      ] as const)
        await activity.addDay(account, { day: on, distinct, novel });
      same(await activity.addDay(account, { day: 12, distinct: 0, novel: 0 }), {
        day: 12,
        distinct: 6,
        novel: 1,
      });
      same(await activity.history(account, 10, 12), [
        { day: 10, distinct: 3, novel: 3 },
        { day: 11, distinct: 2, novel: 0 },
        { day: 12, distinct: 6, novel: 1 },
      ]);
      same(await activity.history(account, 11, 11), [{ day: 11, distinct: 2, novel: 0 }]);
      await activity.addDay(account, { day: 100, distinct: 1, novel: 0 });
      same(await activity.history(account, 0, 100), [{ day: 100, distinct: 1, novel: 0 }]);
    },
  },
  {
    name: 'parallel additions to one day all count, and one first instant wins',
    run: async ({ activity }, salt) => {
      const account = accountOf(salt);
      const totals = await Promise.all(
        Array.from({ length: 50 }, () => activity.addDay(account, { day: 1, distinct: 1, novel: 1 })),
      );
      equal(new Set(totals.map(({ distinct }) => distinct)).size, 50);
      same(await activity.history(account, 1, 1), [{ day: 1, distinct: 50, novel: 50 }]);
      const firsts = await Promise.all(
        Array.from({ length: 10 }, (_, later) => activity.firstSeen(account, at(later))),
      );
      equal(new Set(firsts).size, 1);
      equal(await activity.firstSeen(account, at(day)), firsts[0]);
    },
  },
  {
    name: 'an allowance is kept until the next one, and an epoch until it is renewed',
    run: async ({ activity }, salt) => {
      const account = accountOf(salt);
      equal(await activity.allowance(account), undefined);
      await activity.keepAllowance(account, { setOn: 5, day: 87.5, newRecords: 210.25 });
      await activity.keepAllowance(account, { setOn: 6, day: 88.5, newRecords: 211 });
      same(await activity.allowance(account), { setOn: 6, day: 88.5, newRecords: 211 });
      const epoch = await activity.epoch(`one ${salt}`);
      equal(await activity.epoch(`two ${salt}`), epoch);
      await activity.renewEpoch(`three ${salt}`);
      equal(await activity.epoch(`four ${salt}`), `three ${salt}`);
      const turns = async (mark: string, ...told: readonly number[]): Promise<readonly number[]> => {
        const kept: number[] = [];
        for (const one of told) kept.push(await activity.turn(`${mark} ${salt}`, one));
        return kept;
      };
      same(await turns('three', 0, 7, 3, 9), [0, 7, 7, 9]);
      same(await turns('another', 2, 1), [2, 1]);
      await activity.renewEpoch(`five ${salt}`);
      same(await turns('five', 0, 1), [0, 1]);
      same(await turns('three', 3), [3]);
    },
  },
  {
    name: 'an alarm stands until exactly its end, and a newer one of its kind replaces it',
    run: async ({ alarms }, salt) => {
      const account = accountOf(salt);
      await alarms.raise(alarmOf(salt, 'novelty', at(0)));
      await alarms.raise(alarmOf(salt, 'canary', at(1)));
      await alarms.raise({ ...alarmOf(salt, 'novelty', at(1)), observed: true });
      same((await alarms.standing(account, at(2))).find(({ kind }) => kind === 'novelty')?.observed, true);
      await alarms.raise(alarmOf(salt, 'novelty', at(2)));
      const kinds = (await alarms.standing(account, at(3))).map(
        ({ kind, raisedAt }) => `${kind} ${raisedAt - start}`,
      );
      same(kinds.sort(), ['canary 1', 'novelty 2']);
      same(await alarms.standing(account, at(day + 1)), [alarmOf(salt, 'novelty', at(2))]);
      same(await alarms.standing(account, at(day + 2)), []);
      same(
        (await alarms.list(at(3))).filter((alarm) => alarm.account === account).map(({ kind }) => kind),
        ['novelty', 'canary'],
      );
      same(await alarms.standing(accountOf(`${salt} other`), at(3)), []);
      equal(await alarms.end(account), 2);
      same(await alarms.standing(account, at(3)), []);
    },
  },
  {
    name: 'of 20 parallel breaks exactly the quota is granted, again after the window, and each is reviewed once',
    run: async ({ glass }, salt) => {
      const account = accountOf(salt);
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, number) =>
          glass.break(glassOf(salt, number, at(number)), 3, 30 * day),
        ),
      );
      equal(answers.filter((answer) => answer === 'broken').length, 3);
      equal(await glass.break(glassOf(salt, 30, at(29 * day)), 3, 30 * day), 'quota');
      equal(await glass.break(glassOf(salt, 31, at(31 * day)), 3, 30 * day), 'broken');
      equal((await glass.current(account, at(31 * day)))?.id, `${salt}-31`);
      equal(await glass.current(account, at(31 * day + 3_600_000)), undefined);
      equal(await glass.current(account, at(31 * day - 1)), undefined);
      const mine = async (which: 'all' | 'unreviewed'): Promise<readonly BrokenGlass[]> =>
        (await glass.list(which)).filter((one) => one.account === account);
      equal((await mine('unreviewed'))[0]?.id, `${salt}-31`);
      equal(await glass.review(`${salt}-31`, 'dpo', at(32 * day)), 'reviewed');
      equal(await glass.review('nobody', 'dpo', at(32 * day)), 'absent');
      same([(await mine('unreviewed')).length, (await mine('all')).length], [3, 4]);
      same((await mine('all'))[0]?.reviewed, { by: 'dpo', at: at(32 * day) });
    },
  },
  {
    name: 'a stop holds until it is ended, and the newer of two for one thing is kept',
    run: async ({ stops }, salt) => {
      const name = `GET /patients/{${salt}}`;
      const stop = { kind: 'route', name, reason: 'alarm', by: 'op@host', at: at(1) } as const;
      await stops.put(stop);
      await stops.put({ ...stop, reason: 'second word', at: at(2) });
      await stops.put({ ...stop, kind: 'class', at: at(0) });
      const mine = async (): Promise<readonly unknown[]> =>
        (await stops.list()).filter((one) => one.name === name);
      same(await mine(), [
        { ...stop, kind: 'class', at: at(0) },
        { ...stop, reason: 'second word', at: at(2) },
      ]);
      equal(await stops.end('route', name), 'ended');
      equal(await stops.end('route', name), 'absent');
      same(await mine(), [{ ...stop, kind: 'class', at: at(0) }]);
    },
  },
  {
    name: 'of 20 keys that come first at once one leaves its mark, and it is replaced once by whoever names it',
    run: async ({ keyMark }, salt) => {
      const proposed = Array.from({ length: 20 }, (_, number) => `${salt} ${number}`);
      const told = new Set(await Promise.all(proposed.map((one) => keyMark.first(one))));
      const [mark = ''] = told;
      equal(told.size, 1);
      equal(proposed.includes(mark), true);
      equal(await keyMark.replace('another', 'mine'), mark);
      const next = proposed.map((one) => `next ${one}`);
      const left = new Set(await Promise.all(next.map((one) => keyMark.replace(mark, one))));
      equal(left.size, 1);
      equal(await keyMark.first(mark), [...left][0]);
    },
  },
];
