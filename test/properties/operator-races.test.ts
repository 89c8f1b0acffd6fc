// A thief who has codes goes on without a pause, in three browsers, while the operator takes everything away: whatever comes
// between two verbs of the store, nothing that he made works afterwards.
import type { MfaStores } from '@palier/mfa-core';
import { memoryStores } from '@palier/mfa-core/stores/memory';
import { describe, expect, it } from 'vitest';
import { type Desk, openDesk, type Phone, phoneOf, signIn, withPhone } from '../core/desk.ts';
import { ana } from '../core/thief.ts';
import { perform, storesOf } from '../support/store-calls.ts';

type Dice = (sides: number) => number;

/** The same throws in every run. */
function diceOf(seed: number): Dice {
  let state = seed;
  return (sides) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return (state >>> 16) % sides;
  };
}

async function pause(dice: Dice): Promise<void> {
  for (let turns = dice(6); turns > 0; turns -= 1) await new Promise(setImmediate);
}

/** Every verb takes its time, before it is done and after. */
function unhurried(dice: Dice): MfaStores {
  const stores = memoryStores();
  return storesOf(async (call) => {
    await pause(dice);
    const answer = await perform(stores, call);
    await pause(dice);
    return answer;
  });
}

interface Loot {
  readonly phones: Phone[];
  readonly codes: string[];
}

/** One session: a code, then what it makes. */
async function steal(desk: Desk, { phones, codes }: Loot, dice: Dice): Promise<void> {
  desk.clock.advance(31);
  const { token } = await signIn(desk, ana);
  const spare = dice(5) === 0 ? codes.pop() : undefined;
  const code = phones[dice(phones.length)]?.code();
  const shown = await desk.mfa.stepUp.complete(
    token,
    spare === undefined ? { kind: 'totp', code } : { kind: 'recovery-code', code: spare },
  );
  await desk.stores.attempts.clear({ account: ana, kind: 'code' });
  if (shown.outcome === 'refused') return;
  if (dice(3) === 0) {
    const made = await desk.mfa.factors.replaceRecoveryCodes(shown.session);
    if (made.outcome === 'replaced') codes.push(...made.codes);
  }
  for (let turn = 0; turn < 3; turn += 1) {
    const granted = await desk.mfa.enrol.rightFromProof(shown.session);
    if (granted.outcome === 'refused') return;
    const begun = await desk.mfa.enrol.begin(shown.session, granted.right, { kind: 'totp' });
    if (begun.outcome === 'refused') return;
    const phone = phoneOf(desk, begun.totp?.uri ?? '');
    const done = await desk.mfa.enrol.complete(shown.token, begun.challenge, { code: phone.code() });
    if (done.outcome === 'refused') return;
    phones.push(phone);
    codes.push(...(done.recoveryCodes ?? []));
    if (dice(2) === 0) await desk.mfa.factors.remove(shown.session, done.factor.id);
  }
}

type Act = (desk: Desk) => Promise<unknown>;

/** Whether anything was left that proves something. */
async function isOutlived(seed: number, act: Act): Promise<boolean> {
  const dice = diceOf(seed);
  const desk = openDesk({ stores: unhurried(dice) });
  const { phone, recoveryCodes } = await withPhone(desk, ana);
  const loot = { phones: [phone], codes: [...recoveryCodes] };
  let goesOn = true;
  const thief = async (): Promise<void> => {
    while (goesOn) await steal(desk, loot, dice);
  };
  const browsers = [thief(), thief(), thief()];
  for (let turns = 20 + dice(60); turns > 0; turns -= 1) await pause(dice);
  await act(desk);
  goesOn = false;
  await Promise.all(browsers);
  const held = await desk.mfa.factors.list(ana);
  const sessions = await desk.mfa.sessions.list(ana);
  return (
    held.some(({ disabledAt }) => disabledAt === undefined) ||
    sessions.some(({ proofs }) => proofs.length > 0)
  );
}

const seeds = Array.from({ length: 60 }, (_, index) => index + 1);

async function timesOutlived(act: Act): Promise<number> {
  let times = 0;
  for (const seed of seeds) if (await isOutlived(seed, act)) times += 1;
  return times;
}

describe('a thief who never pauses', () => {
  it.each([
    ['reset', (desk: Desk) => desk.mfa.factors.resetByOperator(ana)],
    ['disabling', (desk: Desk) => desk.mfa.factors.disableByOperator(ana)],
  ])('outlives no %s', async (_what, act) => {
    expect(await timesOutlived(act)).toBe(0);
  });

  it('outlives what goes through the list once (negative control)', async () => {
    const once: Act = async (desk) => {
      const held = await desk.stores.factors.list(ana);
      await desk.mfa.sessions.endAll(ana, 'operator');
      for (const { id } of held) await desk.stores.factors.remove(ana, id);
    };
    expect(await timesOutlived(once)).toBeGreaterThan(0);
  });
});
