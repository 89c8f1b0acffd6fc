// Whoever has the password alone keeps an account's guesses waiting: what cannot be guessed is taken all the same (A134).
import { describe, expect, it } from 'vitest';
import {
  accountOf,
  assertion,
  bindKey,
  type Desk,
  lastReason,
  must,
  openDesk,
  signIn,
  withPhone,
} from './desk.ts';

const ana = accountOf('ana');

/** Signs in with the password and answers wrongly until the next answer has to wait. */
async function keepWaiting(desk: Desk, kind: 'totp' | 'webauthn'): Promise<void> {
  const { token } = await signIn(desk, ana);
  for (let round = 0; round < 40; round += 1) {
    const rubbish = kind === 'totp' ? { kind, code: '000000' } : { kind, challenge: 'chl_no', response: {} };
    must(await desk.mfa.stepUp.complete(token, rubbish), 'refused');
  }
  expect(lastReason(desk)).toBe('too-many-attempts');
}

describe('while wrong answers have to wait', () => {
  it('a key is taken at a step-up, and another one is bound', async () => {
    const desk = openDesk();
    const seat = await bindKey(desk, await signIn(desk, ana));
    await keepWaiting(desk, 'webauthn');
    const answer = await assertion(desk, seat.session, seat.key);
    const proved = must(await desk.mfa.stepUp.complete(seat.token, answer), 'stepped-up');
    const { right } = must(await desk.mfa.enrol.rightFromProof(proved.session), 'granted');
    await keepWaiting(desk, 'webauthn');
    await bindKey(desk, proved, right);
  });

  it('a wrong signature waits on', async () => {
    const desk = openDesk();
    const seat = await bindKey(desk, await signIn(desk, ana));
    await keepWaiting(desk, 'webauthn');
    const answer = await assertion(desk, seat.session, seat.key);
    const other = await assertion(desk, seat.session, seat.key);
    const refused = await desk.mfa.stepUp.complete(seat.token, { ...answer, response: other.response });
    expect(must(refused, 'refused').retryAt).toBeGreaterThan(desk.clock.now());
  });

  it('a ticket is taken and binds a key, a wrong one waits, and so does the code of an app, which can be guessed', async () => {
    const desk = openDesk();
    const owner = await withPhone(desk, ana);
    await keepWaiting(desk, 'totp');
    const seat = await signIn(desk, ana);
    const code = { kind: 'totp', code: owner.phone.code() } as const;
    for (const refused of [
      await desk.mfa.stepUp.complete(seat.token, code),
      await desk.mfa.enrol.redeemTicket(seat.session, 'tkt-00000000000000000000'),
    ])
      expect(must(refused, 'refused').reason).toBe('too-many-attempts');
    await bindKey(desk, seat);
  });
});
