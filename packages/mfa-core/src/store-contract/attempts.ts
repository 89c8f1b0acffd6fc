// AttemptStore: a guess is counted before it is judged, so a thousand at once are no more than one after another (A136).
import { deepEqual, equal } from 'node:assert/strict';
import type { AccountId } from '../ids.ts';
import type { AttemptLane, Reservation } from '../stores.ts';
import { hundred, later, oddNames, race, type StoreCase, single } from './case.ts';
import { freshAccount } from './material.ts';

const never: readonly number[] = [0];
const manyThenHalfAMinute: readonly number[] = [0, 0, 0, 0, 0, 30_000];

function codeLane(account: AccountId = freshAccount()): AttemptLane {
  return { account, kind: 'code' };
}

/** The numbers of the guesses that were granted, in rising order. */
function granted(answers: readonly Reservation[]): readonly number[] {
  return answers.flatMap((one) => (one.outcome === 'granted' ? [one.failures] : [])).sort((a, b) => a - b);
}

export const attemptCases: readonly StoreCase[] = [
  single(
    'guesses are granted and counted while there is nothing to wait for',
    async ({ attempts }, clock) => {
      const lane = codeLane();
      equal(await attempts.count(lane), 0);
      for (const failures of [1, 2, 3]) {
        deepEqual(await attempts.reserve(lane, never, 100, clock.now()), { outcome: 'granted', failures });
        equal(await attempts.count(lane), failures);
      }
    },
  ),
  single(
    'after the n-th failure the n-th waiting time must pass, and the last holds for all beyond',
    async ({ attempts }, clock) => {
      const lane = codeLane();
      const wait = [0, 0, 1000, 5000];
      const reserveAt = (delay: number): Promise<Reservation> =>
        attempts.reserve(lane, wait, 100, later(clock.now(), delay));
      const until = (delay: number): Reservation => ({ outcome: 'wait', until: later(clock.now(), delay) });
      deepEqual(granted([await reserveAt(0), await reserveAt(0)]), [1, 2]);
      deepEqual(await reserveAt(999), until(1000));
      equal(await attempts.count(lane), 2);
      deepEqual(await reserveAt(1000), { outcome: 'granted', failures: 3 });
      deepEqual(await reserveAt(5999), until(6000));
      deepEqual(await reserveAt(6000), { outcome: 'granted', failures: 4 });
      deepEqual(await reserveAt(10_999), until(11_000));
      deepEqual(await reserveAt(11_000), { outcome: 'granted', failures: 5 });
    },
  ),
  single(
    'at the ceiling nothing is granted any more, however long one waits',
    async ({ attempts }, clock) => {
      const lane = codeLane();
      await attempts.reserve(lane, never, 2, clock.now());
      await attempts.reserve(lane, never, 2, clock.now());
      for (const delay of [0, 400 * 86_400_000]) {
        deepEqual(await attempts.reserve(lane, never, 2, later(clock.now(), delay)), { outcome: 'ceiling' });
      }
      equal(await attempts.count(lane), 2);
    },
  ),
  single('without waiting times nothing waits', async ({ attempts }, clock) => {
    const lane = codeLane();
    const answers = [
      await attempts.reserve(lane, [], 9, clock.now()),
      await attempts.reserve(lane, [], 9, clock.now()),
    ];
    deepEqual(granted(answers), [1, 2]);
  }),
  single('a clock that steps back does not shorten the wait', async ({ attempts }, clock) => {
    const lane = codeLane();
    await attempts.reserve(lane, [0, 1000], 100, clock.now());
    const answer = await attempts.reserve(lane, [0, 1000], 100, later(clock.now(), -3_600_000));
    deepEqual(answer, { outcome: 'wait', until: later(clock.now(), 1000) });
  }),
  single('a guess without a wait keeps no one waiting whose clock is behind', async ({ attempts }, clock) => {
    const lane = codeLane();
    await attempts.reserve(lane, never, 100, later(clock.now(), 20_000));
    const answer = await attempts.reserve(lane, never, 100, clock.now());
    deepEqual(answer, { outcome: 'granted', failures: 2 });
  }),
  single('a right answer begins the lane anew, and no other lane', async ({ attempts }, clock) => {
    const account = freshAccount();
    const lanes: readonly AttemptLane[] = [{ account, kind: 'code' }, { account, kind: 'key' }, codeLane()];
    for (const lane of lanes) await attempts.reserve(lane, [0, 30_000], 100, clock.now());
    await attempts.clear({ account, kind: 'code' });
    deepEqual(await Promise.all(lanes.map((lane) => attempts.count(lane))), [0, 1, 1]);
    const again = await attempts.reserve({ account, kind: 'code' }, never, 100, clock.now());
    deepEqual(again, { outcome: 'granted', failures: 1 });
    await attempts.clear(codeLane());
  }),
  race(
    'of a hundred guesses at once only the free ones are granted, each with its own number',
    async ({ attempts }, clock) => {
      const lane = codeLane();
      const answers = await hundred(() => attempts.reserve(lane, manyThenHalfAMinute, 100, clock.now()));
      deepEqual(granted(answers), [1, 2, 3, 4, 5]);
      const until = later(clock.now(), 30_000);
      equal(answers.filter((one) => one.outcome === 'wait' && one.until === until).length, 95);
      equal(await attempts.count(lane), 5);
    },
  ),
  race('of a hundred guesses at once none is granted beyond the ceiling', async ({ attempts }, clock) => {
    const lane = codeLane();
    const answers = await hundred(() => attempts.reserve(lane, never, 7, clock.now()));
    deepEqual(granted(answers), [1, 2, 3, 4, 5, 6, 7]);
    equal(answers.filter((one) => one.outcome === 'ceiling').length, 93);
  }),
  single(
    'guesses at hundreds of other accounts do not drive out a count (A130)',
    async ({ attempts }, clock) => {
      const victim = codeLane();
      await attempts.reserve(victim, [0, 30_000], 100, clock.now());
      for (let round = 0; round < 5; round += 1) {
        await hundred(() => attempts.reserve(codeLane(), never, 100, later(clock.now(), 29_000)));
      }
      equal(await attempts.count(victim), 1);
      const answer = await attempts.reserve(victim, [0, 30_000], 100, later(clock.now(), 29_999));
      deepEqual(answer, { outcome: 'wait', until: later(clock.now(), 30_000) });
    },
  ),
  single('odd account names have lanes of their own', async ({ attempts }, clock) => {
    const lanes = oddNames.map(codeLane);
    for (const lane of lanes) await attempts.clear(lane);
    for (const lane of lanes) {
      const answer = await attempts.reserve(lane, never, 100, clock.now());
      deepEqual(answer, { outcome: 'granted', failures: 1 });
    }
  }),
];
