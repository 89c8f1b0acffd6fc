// FactorUpkeep: rare changes, alone and at once.
import { deepEqual, equal, rejects } from 'node:assert/strict';
import type { Factor, Sealed } from '../factor.ts';
import type { FactorId } from '../ids.ts';
import type { MfaStores } from '../stores.ts';
import { countOf, hundred, later, race, type StoreCase, single } from './case.ts';
import { kept } from './factors.ts';
import { freshAccount, freshLine, keyOf, recoverySetOf, tenCodes, totpOf, unique } from './material.ts';

const sealed = (text: string): Sealed => text as Sealed;

export const upkeepCases: readonly StoreCase[] = [
  single('a factor is renamed by its account only', async (stores, clock) => {
    const factor = keyOf(freshAccount(), clock.now());
    await stores.factors.add(factor);
    equal(await stores.upkeep.rename(freshAccount(), factor.id, 'mine now'), 'absent');
    equal(await stores.upkeep.rename(factor.account, factor.id, `l'autre "cl\u00e9" \u{1f511}`), 'renamed');
    deepEqual(await kept(stores, factor), { ...factor, name: `l'autre "cl\u00e9" \u{1f511}` });
  }),
  single(
    'a factor that waits is activated by its account only, and is otherwise as it was',
    async (stores, clock) => {
      const [account, at] = [freshAccount(), clock.now()];
      const never = later(at, 8e15 - at) as Factor['activeFrom'];
      const waiting = [
        totpOf(account, at, { activeFrom: never, name: `l'été "\u{1f511}" $.activeFrom` }),
        keyOf(account, later(at, 1), { activeFrom: never }),
      ] as const;
      for (const factor of waiting) await stores.factors.add(factor);
      equal(await stores.upkeep.activate(freshAccount(), waiting[0].id, at), 'absent');
      deepEqual(await stores.factors.list(account), waiting);
      for (const { id } of waiting) equal(await stores.upkeep.activate(account, id, later(at, 7)), 'active');
      const active = waiting.map((factor) => ({ ...factor, activeFrom: later(at, 7) }));
      deepEqual(await stores.factors.list(account), active);
      await stores.factors.remove(account, waiting[0].id);
      equal(await stores.upkeep.activate(account, waiting[0].id, at), 'absent');
      deepEqual(await stores.factors.list(account), active.slice(1));
    },
  ),
  single(
    'the line a factor hangs from stays with it, in its order, whatever changes',
    async (stores, clock) => {
      const [account, at] = [freshAccount(), clock.now()];
      const line = freshLine();
      const never = later(at, 8e15 - at) as Factor['activeFrom'];
      const [app, key] = [totpOf(account, at, { line, activeFrom: never }), keyOf(account, at, { line })];
      for (const factor of [app, key]) await stores.factors.add(factor);
      await stores.upkeep.activate(account, app.id, at);
      await stores.upkeep.rename(account, app.id, line.join());
      await stores.factors.advanceTotpStep(account, app.id, 7, at);
      await stores.factors.advanceSignCount(account, key.id, 7, true, at);
      await stores.upkeep.reseal(account, app.id, app.secret, sealed('v1.new'));
      await stores.upkeep.disable(account, ['totp', 'webauthn'], at);
      for (const factor of [app, key]) deepEqual((await kept(stores, factor)).line, line);
    },
  ),
  single('a secret is sealed anew only if it still is the one that was opened', async (stores, clock) => {
    const factor = totpOf(freshAccount(), clock.now(), { secret: sealed('v1.old') });
    await stores.factors.add(factor);
    const { account, id } = factor;
    equal(await stores.upkeep.reseal(account, id, sealed('v1.other'), sealed('v1.new')), 'changed');
    equal(await stores.upkeep.reseal(freshAccount(), id, sealed('v1.old'), sealed('v1.new')), 'changed');
    equal(await stores.upkeep.reseal(account, id, sealed('v1.old'), sealed('v1.new')), 'resealed');
    equal(await stores.upkeep.reseal(account, id, sealed('v1.old'), sealed('v1.newer')), 'changed');
    deepEqual(await kept(stores, factor), { ...factor, secret: sealed('v1.new') });
  }),
  race('of a hundred rotations of one secret exactly one is kept', async (stores, clock) => {
    const factor = totpOf(freshAccount(), clock.now());
    await stores.factors.add(factor);
    const { account, id, secret } = factor;
    const answers = await hundred((index) =>
      stores.upkeep.reseal(account, id, secret, sealed(`v1.${index}`)),
    );
    equal(countOf(answers, 'resealed'), 1);
    equal((await kept(stores, factor)).secret, `v1.${answers.indexOf('resealed')}`);
  }),
  single('disabling hits the kinds named, waiting ones too, and counts each once', async (stores, clock) => {
    const account = freshAccount();
    const at = clock.now();
    const [first, second] = [totpOf(account, at), totpOf(account, at, { activeFrom: later(at, 1e9) })];
    const [key, set] = [keyOf(account, at), recoverySetOf(account, at, ['code'])];
    const stranger = totpOf(freshAccount(), at);
    for (const factor of [first, second, key, set, stranger]) await stores.factors.add(factor);
    equal(await stores.upkeep.disable(account, ['totp', 'recovery-code'], later(at, 5)), 3);
    equal(await stores.upkeep.disable(account, ['totp', 'recovery-code'], later(at, 9)), 0);
    equal(await stores.upkeep.disable(account, [], later(at, 9)), 0);
    for (const factor of [first, second, set]) {
      deepEqual(await kept(stores, factor), { ...factor, disabledAt: later(at, 5) });
    }
    for (const factor of [key, stranger]) deepEqual(await kept(stores, factor), factor);
  }),
  race('a hundred callers who disable at once count each factor once', async (stores, clock) => {
    const account = freshAccount();
    for (let index = 0; index < 3; index += 1) await stores.factors.add(totpOf(account, clock.now()));
    const counts = await hundred(() => stores.upkeep.disable(account, ['totp'], clock.now()));
    equal(
      counts.reduce((sum, count) => sum + count, 0),
      3,
    );
  }),
  single('a new recovery set kills the old codes and nothing else (A161)', async (stores, clock) => {
    const account = freshAccount();
    const at = clock.now();
    const [old, next] = [recoverySetOf(account, at, ['old']), recoverySetOf(account, later(at, 1), ['new'])];
    const [key, stranger] = [keyOf(account, at), recoverySetOf(freshAccount(), at, ['old'])];
    for (const factor of [old, key, stranger]) await stores.factors.add(factor);
    equal(await stores.upkeep.replaceRecoverySet(next), 'replaced');
    equal(await stores.factors.redeemRecoveryCode(account, old.id, 'old', at), 'unknown');
    deepEqual(await stores.factors.list(account), [key, next]);
    deepEqual(await kept(stores, stranger), stranger);
    equal(await stores.factors.redeemRecoveryCode(account, next.id, 'new', at), 'redeemed');
  }),
  single('a first recovery set is kept only where no other one works', async (stores, clock) => {
    const account = freshAccount();
    const at = clock.now();
    const [first, second] = [recoverySetOf(account, at, ['1']), recoverySetOf(account, later(at, 1), ['2'])];
    const stranger = recoverySetOf(freshAccount(), at, ['3']);
    await stores.factors.add(stranger);
    equal(await stores.upkeep.replaceRecoverySet(first, 'none-works'), 'replaced');
    equal(await stores.upkeep.replaceRecoverySet(second, 'none-works'), 'held');
    deepEqual(await stores.factors.list(account), [first]);
    await stores.upkeep.disable(account, ['recovery-code'], at);
    equal(await stores.upkeep.replaceRecoverySet(second, 'none-works'), 'replaced');
    deepEqual(await stores.factors.list(account), [second]);
    deepEqual(await kept(stores, stranger), stranger);
  }),
  single(
    'a recovery set under the id of another factor is refused, and the old set stays',
    async (stores, clock) => {
      const account = freshAccount();
      const [old, stranger] = [
        recoverySetOf(account, clock.now(), ['old']),
        keyOf(freshAccount(), clock.now()),
      ];
      for (const factor of [old, stranger]) await stores.factors.add(factor);
      const clash = { ...recoverySetOf(account, clock.now(), ['new']), id: stranger.id };
      await rejects(stores.upkeep.replaceRecoverySet(clash), { code: 'ERR_MFA_STORE' });
      deepEqual(await stores.factors.list(account), [old]);
      deepEqual(await kept(stores, stranger), stranger);
    },
  ),
  race('a hundred new recovery sets at once leave exactly one', async (stores, clock) => {
    const account = freshAccount();
    await stores.upkeep.replaceRecoverySet(recoverySetOf(account, clock.now(), tenCodes()));
    await hundred((index) =>
      stores.upkeep.replaceRecoverySet(recoverySetOf(account, clock.now(), [`code ${index}`])),
    );
    equal((await stores.factors.list(account)).length, 1);
  }),
  race('of a hundred first recovery sets at once the one that is kept is told so', async (stores, clock) => {
    const account = freshAccount();
    const answers = await hundred((index) =>
      stores.upkeep.replaceRecoverySet(recoverySetOf(account, clock.now(), [`code ${index}`]), 'none-works'),
    );
    equal(countOf(answers, 'replaced'), 1);
    const [held, ...others] = await stores.factors.list(account);
    equal(others.length, 0);
    deepEqual(held?.kind === 'recovery-code' && held.codes, [`code ${answers.indexOf('replaced')}`]);
  }),
  single('pages walk over every factor once, in the order of their ids', async (stores, clock) => {
    const account = freshAccount();
    const own = Array.from({ length: 23 }, () => totpOf(account, clock.now(), { name: unique('n') }));
    for (const factor of own) await stores.factors.add(factor);
    const walked = await walk(stores, 5);
    equal(new Set(walked.map(({ id }) => id)).size, walked.length);
    const found = walked.filter((factor) => factor.account === account);
    deepEqual(
      found,
      own.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    );
  }),
];

async function walk(stores: MfaStores, limit: number): Promise<readonly Factor[]> {
  const walked: Factor[] = [];
  let after: FactorId | undefined;
  do {
    const page = await stores.upkeep.page(after, limit);
    equal(page.length <= limit, true, 'a page is not longer than its limit');
    walked.push(...page);
    after = page.at(-1)?.id;
  } while (after !== undefined);
  return walked;
}
