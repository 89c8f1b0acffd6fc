// Secrets the asker made up: confirming one is no proof of the account, and must not buy guesses at the real ones.
import { expect, it } from 'vitest';
import { accountOf, must, openDesk, phoneOf, withPhone } from './desk.ts';

const ana = accountOf('ana');
const wrong = { kind: 'recovery-code', code: '0000-0000-0000-0000' } as const;

/** One right, two pending apps; the first may be confirmed, then come guesses, then the second is confirmed. */
async function failuresAfterPending(spendRightFirst: boolean): Promise<number> {
  const desk = openDesk();
  const { mfa } = desk;
  const seat = await withPhone(desk, ana);
  desk.clock.advance(30);
  const shown = must(
    await mfa.stepUp.complete(seat.token, { kind: 'totp', code: seat.phone.code() }),
    'stepped-up',
  );
  const { right } = must(await mfa.enrol.rightFromProof(shown.session), 'granted');
  const pending = async () => {
    const begun = must(await mfa.enrol.begin(shown.session, right, { kind: 'totp' }), 'begun');
    const phone = phoneOf(desk, begun.totp?.uri ?? '');
    return () => mfa.enrol.complete(shown.token, begun.challenge, { code: phone.code() });
  };
  const [first, second] = [await pending(), await pending()];
  if (spendRightFirst) must(await first(), 'enrolled');
  for (let guess = 0; guess < 3; guess += 1) must(await mfa.stepUp.complete(shown.token, wrong), 'refused');
  must(await second(), spendRightFirst ? 'refused' : 'enrolled');
  return desk.stores.attempts.count({ account: ana, kind: 'code' });
}

it('a pending app whose right is spent does not set the count of wrong guesses back (A137)', async () => {
  expect(await failuresAfterPending(true)).toBe(4);
});

it('an app that spends its right does set it back: the count is what the first case protects', async () => {
  expect(await failuresAfterPending(false)).toBe(0);
});
