// FactorStore, one caller at a time: what is kept, in which order, and what each verb refuses.
import { deepEqual, equal } from 'node:assert/strict';
import type { Factor, RecoverySet, TotpFactor, WebAuthnFactor } from '../factor.ts';
import type { FactorId } from '../ids.ts';
import type { MfaStores } from '../stores.ts';
import { later, oddNames, type StoreCase, single } from './case.ts';
import { freshAccount, freshLine, keyOf, recoverySetOf, tenCodes, totpOf } from './material.ts';

/** The factor as it is kept now; fails the case when it is gone. */
export async function kept<F extends Factor>(stores: MfaStores, factor: F): Promise<F> {
  const held = (await stores.factors.list(factor.account)).find(({ id }) => id === factor.id);
  equal(held?.kind, factor.kind, 'the factor is kept, and of its kind');
  return held as F;
}

export const factorCases: readonly StoreCase[] = [
  single('a factor of each kind comes back exactly as it was added', async (stores, clock) => {
    const account = freshAccount();
    const at = clock.now();
    const all: readonly Factor[] = [
      totpOf(account, at, {
        lastStep: 58_000_000,
        line: freshLine(),
        settings: { hash: 'sha512', digits: 8, period: 60 },
      }),
      keyOf(account, later(at, 1), {
        signCount: 4_294_967_295,
        backedUp: true,
        attested: true,
        transports: [],
      }),
      { ...recoverySetOf(account, later(at, 2), tenCodes()), disabledAt: at, lastUsedAt: at },
      totpOf(account, later(at, 3), { activeFrom: later(at, 9), name: `l'\u00e9t\u00e9 "\u{1f511}" \\ <b>` }),
    ];
    for (const factor of all) equal(await stores.factors.add(factor), 'added');
    deepEqual(await stores.factors.list(account), all);
  }),
  single('factors are listed oldest first, and only those of the account', async (stores, clock) => {
    const [account, other] = [freshAccount(), freshAccount()];
    const at = clock.now();
    const [third, first, second] = [20, 0, 10].map((delay) => totpOf(account, later(at, delay))) as Three;
    for (const factor of [third, first, totpOf(other, at), second]) await stores.factors.add(factor);
    deepEqual(await stores.factors.list(account), [first, second, third]);
    deepEqual(await stores.factors.list(freshAccount()), []);
  }),
  single('a factor id that is there already is a duplicate, and changes nothing', async (stores, clock) => {
    const factor = totpOf(freshAccount(), clock.now());
    await stores.factors.add(factor);
    const other = freshAccount();
    equal(await stores.factors.add(totpOf(other, clock.now(), { id: factor.id })), 'duplicate');
    equal(
      await stores.factors.add({ ...recoverySetOf(other, clock.now(), ['code']), id: factor.id }),
      'duplicate',
    );
    deepEqual(await stores.factors.list(other), []);
    deepEqual(await kept(stores, factor), factor);
  }),
  single(
    'a credential id is bound once over all accounts, and free again when removed',
    async (stores, clock) => {
      const [first, second] = [keyOf(freshAccount(), clock.now()), keyOf(freshAccount(), clock.now())];
      const stolen: WebAuthnFactor = { ...second, credentialId: first.credentialId };
      await stores.factors.add(first);
      equal(await stores.factors.add(stolen), 'duplicate');
      equal(await stores.factors.remove(first.account, first.id), 'removed');
      equal(await stores.factors.add(stolen), 'added');
    },
  ),
  single(
    'an account that has no room left is full, and a place that is freed is given again',
    async (stores, clock) => {
      const [account, at] = [freshAccount(), clock.now()];
      const room = { most: 3, counting: 'all' } as const;
      const [first, second, third] = [totpOf(account, at), keyOf(account, at), totpOf(account, at)];
      equal(await stores.factors.add(first, room), 'added');
      // Its place is kept for it whether it is there or not.
      equal(await stores.factors.add(recoverySetOf(account, at, ['code'])), 'added');
      equal(await stores.factors.add(totpOf(freshAccount(), at, { id: first.id }), room), 'duplicate');
      equal(await stores.factors.add(second, room), 'added');
      equal(await stores.factors.add(third, room), 'full');
      equal(await stores.factors.add({ ...third, account: freshAccount() }, room), 'added');
      await stores.factors.remove(account, second.id);
      equal(await stores.factors.add(keyOf(account, at), room), 'added');
      equal(await stores.factors.add(totpOf(account, at)), 'added', 'without room nothing is counted');
    },
  ),
  single('what codes bound and what is disabled takes no lasting place', async (stores, clock) => {
    const [account, at] = [freshAccount(), clock.now()];
    for (let count = 0; count < 3; count += 1) await stores.factors.add(totpOf(account, at));
    await stores.factors.add(keyOf(account, at, { disabledAt: at }));
    const room = { most: 3, counting: 'lasting' } as const;
    equal(await stores.factors.add(totpOf(account, at), { ...room, counting: 'all' }), 'full');
    equal(await stores.factors.add(keyOf(account, at), room), 'added');
    const { boundBy: _unknown, ...old } = totpOf(account, at);
    equal(await stores.factors.add(old, room), 'added', 'what bound it was not kept then');
    equal(await stores.factors.add(keyOf(account, at), room), 'full');
  }),
  single('only the account removes its factor, and only once', async (stores, clock) => {
    const factor = recoverySetOf(freshAccount(), clock.now(), ['code']);
    await stores.factors.add(factor);
    equal(await stores.factors.remove(freshAccount(), factor.id), 'absent');
    equal(await stores.factors.remove(factor.account, factor.id), 'removed');
    equal(await stores.factors.remove(factor.account, factor.id), 'absent');
    deepEqual(await stores.factors.list(factor.account), []);
  }),
  single('a factor goes only while one of those that are to stay is there', async (stores, clock) => {
    const [account, at] = [freshAccount(), clock.now()];
    const [first, second, third] = [totpOf(account, at), keyOf(account, at), totpOf(account, at)];
    const foreign = totpOf(freshAccount(), at);
    for (const factor of [first, second, third, foreign]) await stores.factors.add(factor);
    equal(await stores.factors.remove(account, first.id, []), 'alone');
    equal(await stores.factors.remove(account, first.id, [foreign.id]), 'alone', 'another account has it');
    equal(await stores.factors.remove(account, first.id, [foreign.id, second.id]), 'removed');
    equal(await stores.factors.remove(account, second.id, [first.id]), 'alone', 'it is gone');
    deepEqual(await kept(stores, second), second);
    equal(await stores.factors.remove(account, second.id, [third.id]), 'removed');
    equal(await stores.factors.remove(account, second.id, [third.id]), 'absent');
  }),
  single('a time step is accepted once, and none before it ever after (A145)', async (stores, clock) => {
    const factor = totpOf(freshAccount(), clock.now(), { lastStep: 100 });
    const at = later(clock.now(), 5000);
    await stores.factors.add(factor);
    const answers: string[] = [];
    for (const step of [100, 101, 101, 99, 103, 102]) {
      answers.push(await stores.factors.advanceTotpStep(factor.account, factor.id, step, at));
    }
    deepEqual(answers, ['replayed', 'advanced', 'replayed', 'replayed', 'advanced', 'replayed']);
    const expected: TotpFactor = { ...factor, lastStep: 103, lastUsedAt: at };
    deepEqual(await kept(stores, factor), expected);
  }),
  single('a signature counter must rise, or be zero for ever', async (stores, clock) => {
    const factor = keyOf(freshAccount(), clock.now());
    const at = later(clock.now(), 5000);
    await stores.factors.add(factor);
    const answers: string[] = [];
    for (const count of [0, 0, 7, 7, 6, 0, 8]) {
      answers.push(await stores.factors.advanceSignCount(factor.account, factor.id, count, true, at));
    }
    const [up, back] = ['advanced', 'went-back'];
    deepEqual(answers, [up, up, up, back, back, back, up]);
    const expected: WebAuthnFactor = { ...factor, signCount: 8, backedUp: true, lastUsedAt: at };
    deepEqual(await kept(stores, factor), expected);
  }),
  single('a counter that went back stores nothing of its assertion', async (stores, clock) => {
    const factor = keyOf(freshAccount(), clock.now(), { signCount: 7 });
    await stores.factors.add(factor);
    await stores.factors.advanceSignCount(factor.account, factor.id, 6, true, later(clock.now(), 5000));
    deepEqual(await kept(stores, factor), factor);
  }),
  single('a recovery code is redeemed once, and the last one leaves an empty set', async (stores, clock) => {
    const factor = recoverySetOf(freshAccount(), clock.now(), ['one', 'two']);
    const at = later(clock.now(), 5000);
    await stores.factors.add(factor);
    const answers: string[] = [];
    for (const code of ['three', 'one', 'one', 'two', '', 'two']) {
      answers.push(await stores.factors.redeemRecoveryCode(factor.account, factor.id, code, at));
    }
    deepEqual(answers, ['unknown', 'redeemed', 'unknown', 'redeemed', 'unknown', 'unknown']);
    const expected: RecoverySet = { ...factor, codes: [], lastUsedAt: at };
    deepEqual(await kept(stores, factor), expected);
  }),
  single(
    'a proof for another account, of another kind or for a removed factor wins nothing',
    async (stores, clock) => {
      const account = freshAccount();
      const at = clock.now();
      const [totp, key, set] = [
        totpOf(account, at),
        keyOf(account, at),
        recoverySetOf(account, at, ['code']),
      ];
      for (const factor of [totp, key, set]) await stores.factors.add(factor);
      await refusesAll(stores, freshAccount(), [totp.id, key.id, set.id]);
      await refusesAll(stores, account, [key.id, set.id, totp.id]);
      for (const factor of [totp, key, set]) deepEqual(await kept(stores, factor), factor);
      for (const factor of [totp, key, set]) await stores.factors.remove(account, factor.id);
      await refusesAll(stores, account, [totp.id, key.id, set.id]);
      deepEqual(await stores.factors.list(account), []);
    },
  ),
  single('odd account names are kept apart and whole', async (stores, clock) => {
    const mark = freshAccount();
    const factors = oddNames.map((name) => totpOf(`${name}${mark}` as typeof name, clock.now()));
    for (const factor of factors) equal(await stores.factors.add(factor), 'added');
    for (const factor of factors) deepEqual(await stores.factors.list(factor.account), [factor]);
  }),
];

type Three = [Factor, Factor, Factor];

async function refusesAll(
  stores: MfaStores,
  account: Factor['account'],
  [totp, key, set]: readonly [FactorId, FactorId, FactorId],
): Promise<void> {
  const at = 1 as Factor['addedAt'];
  equal(await stores.factors.advanceTotpStep(account, totp, 999, at), 'replayed');
  equal(await stores.factors.advanceSignCount(account, key, 999, true, at), 'went-back');
  equal(await stores.factors.redeemRecoveryCode(account, set, 'code', at), 'unknown');
}
