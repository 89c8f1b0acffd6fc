// FactorStore under a hundred callers at once: exactly one wins, and no write is lost (A136, A157).
import { deepEqual, equal, ok } from 'node:assert/strict';
import { countOf, hundred, later, race, type StoreCase } from './case.ts';
import { kept } from './factors.ts';
import { freshAccount, keyOf, recoverySetOf, tenCodes, totpOf } from './material.ts';

export const factorRaces: readonly StoreCase[] = [
  race('of a hundred callers with one time step exactly one advances', async (stores, clock) => {
    const factor = totpOf(freshAccount(), clock.now());
    await stores.factors.add(factor);
    const at = later(clock.now(), 1);
    const answers = await hundred(() => stores.factors.advanceTotpStep(factor.account, factor.id, 7, at));
    equal(countOf(answers, 'advanced'), 1);
  }),
  race('a hundred steps at once leave the greatest one, whatever their order', async (stores, clock) => {
    const factor = totpOf(freshAccount(), clock.now());
    await stores.factors.add(factor);
    const at = later(clock.now(), 1);
    const step = (index: number): number => 1 + ((index * 37) % 100);
    const answers = await hundred((index) =>
      stores.factors.advanceTotpStep(factor.account, factor.id, step(index), at),
    );
    ok(countOf(answers, 'advanced') >= 1);
    equal((await kept(stores, factor)).lastStep, 100);
  }),
  race('of a hundred callers with one signature counter exactly one advances', async (stores, clock) => {
    const factor = keyOf(freshAccount(), clock.now(), { signCount: 41 });
    await stores.factors.add(factor);
    const at = later(clock.now(), 1);
    const { account, id } = factor;
    const answers = await hundred(() => stores.factors.advanceSignCount(account, id, 42, false, at));
    equal(countOf(answers, 'advanced'), 1);
  }),
  race('of a hundred callers with one recovery code exactly one redeems it', async (stores, clock) => {
    const factor = recoverySetOf(freshAccount(), clock.now(), ['code', 'other']);
    await stores.factors.add(factor);
    const at = later(clock.now(), 1);
    const { account, id } = factor;
    const answers = await hundred(() => stores.factors.redeemRecoveryCode(account, id, 'code', at));
    equal(countOf(answers, 'redeemed'), 1);
    deepEqual((await kept(stores, factor)).codes, ['other']);
  }),
  race('ten recovery codes redeemed at once are all gone', async (stores, clock) => {
    const codes = tenCodes();
    const factor = recoverySetOf(freshAccount(), clock.now(), codes);
    await stores.factors.add(factor);
    const { account, id } = factor;
    const at = later(clock.now(), 1);
    const answers = await Promise.all(
      codes.map((code) => stores.factors.redeemRecoveryCode(account, id, code, at)),
    );
    equal(countOf(answers, 'redeemed'), 10);
    deepEqual((await kept(stores, factor)).codes, []);
  }),
  race('of a hundred accounts that bind one credential at once exactly one does', async (stores, clock) => {
    const { credentialId } = keyOf(freshAccount(), clock.now());
    const answers = await hundred(() =>
      stores.factors.add(keyOf(freshAccount(), clock.now(), { credentialId })),
    );
    equal(countOf(answers, 'added'), 1);
  }),
  race(
    'of a hundred factors added at once an account keeps no more than it has room for',
    async (stores, clock) => {
      const account = freshAccount();
      await stores.factors.add(totpOf(account, clock.now()));
      const answers = await hundred((index) => {
        const factor = index % 2 === 0 ? totpOf(account, clock.now()) : keyOf(account, clock.now());
        return stores.factors.add(factor, { most: 5, counting: 'all' });
      });
      equal(countOf(answers, 'added'), 3);
      equal(countOf(answers, 'full'), 97);
      equal((await stores.factors.list(account)).length, 4);
    },
  ),
  race('of a hundred callers exactly one removes a factor', async (stores, clock) => {
    const factor = totpOf(freshAccount(), clock.now());
    await stores.factors.add(factor);
    const answers = await hundred(() => stores.factors.remove(factor.account, factor.id));
    equal(countOf(answers, 'removed'), 1);
  }),
  race('of two that each leave only the other, one stays', async (stores, clock) => {
    for (let turn = 0; turn < 20; turn += 1) {
      const account = freshAccount();
      const [one, other] = [totpOf(account, clock.now()), keyOf(account, clock.now())];
      for (const factor of [one, other]) await stores.factors.add(factor);
      const answers = await Promise.all([
        stores.factors.remove(account, one.id, [other.id]),
        stores.factors.remove(account, other.id, [one.id]),
      ]);
      deepEqual([...answers].sort(), ['alone', 'removed']);
    }
  }),
  race('a factor that is removed while it is used stays removed', async (stores, clock) => {
    const factor = totpOf(freshAccount(), clock.now());
    await stores.factors.add(factor);
    const { account, id } = factor;
    const at = later(clock.now(), 1);
    await Promise.all([
      stores.factors.advanceTotpStep(account, id, 7, at),
      stores.factors.remove(account, id),
      stores.factors.advanceTotpStep(account, id, 8, at),
    ]);
    deepEqual(await stores.factors.list(account), []);
  }),
];
