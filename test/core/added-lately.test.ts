// What the page of the gesture says was added: everything of the last seven days but the account's own first enrolment.
import type { Seconds } from '@palier/mfa-core';
import { ceremonies } from '@palier/mfa-core/web';
import { describe, expect, it } from 'vitest';
import {
  accountOf,
  bindKey,
  bindPhone,
  type Desk,
  must,
  openDesk,
  origin,
  signIn,
  withPhone,
} from './desk.ts';

const ana = accountOf('ana');
const day = 24 * 3600;

async function told(desk: Desk): Promise<readonly string[]> {
  const { session } = await signIn(desk, ana);
  const { addedLately } = await desk.mfa.stepUp.begin(session);
  expect(await desk.mfa.factors.addedLately(ana)).toEqual(addedLately);
  return addedLately.map(({ kind }) => kind);
}

describe('what was added lately', () => {
  it('is not the first enrolment of the account, nor the recovery codes that came with it', async () => {
    const desk = openDesk();
    expect(await told(desk)).toEqual([]);
    await withPhone(desk, ana);
    expect(await told(desk)).toEqual([]);
  });

  it('is another app, by its name and its instant, for seven days and not a moment longer', async () => {
    const desk = openDesk();
    const owner = await withPhone(desk, ana);
    desk.clock.advance(60);
    const { right } = must(await desk.mfa.enrol.rightFromProof(owner.session), 'granted');
    const { factor } = await bindPhone(desk, owner, right);
    const { id, kind, name, addedAt } = factor;
    expect(await desk.mfa.factors.addedLately(ana)).toEqual([{ id, kind, name, addedAt }]);
    expect(name).toBe('phone');
    desk.clock.advance(7 * day - 1);
    expect(await told(desk)).toEqual(['totp']);
    desk.clock.advance(1);
    expect(await told(desk)).toEqual([]);
  });

  it('is the newest first, with recovery codes that were made anew', async () => {
    const desk = openDesk();
    const owner = await withPhone(desk, ana);
    desk.clock.advance(day);
    const seat = await bindKey(desk, await signIn(desk, ana));
    desk.clock.advance(60);
    must(await desk.mfa.factors.replaceRecoveryCodes(seat.session), 'replaced');
    expect(await told(desk)).toEqual(['recovery-code', 'webauthn']);
    expect((await desk.mfa.factors.list(ana)).map(({ id }) => id)).toContain(owner.factor.id);
  });

  it('is what a code bound, also where nothing else is left of the account', async () => {
    const desk = openDesk();
    const owner = await withPhone(desk, ana);
    const { right } = must(await desk.mfa.enrol.rightFromProof(owner.session), 'granted');
    await bindPhone(desk, owner, right);
    await desk.mfa.factors.removeByOperator(ana, owner.factor.id);
    expect(await told(desk)).toContain('totp');
  });

  it('is a key that still waits, and nothing that is disabled', async () => {
    const desk = openDesk({ policy: { keyAfterCode: (3 * day) as Seconds } });
    const owner = await withPhone(desk, ana);
    const { right } = must(await desk.mfa.enrol.rightFromProof(owner.session), 'granted');
    await bindKey(desk, owner, right);
    expect(await told(desk)).toEqual(['webauthn']);
    await desk.mfa.factors.disableByOperator(ana, ['webauthn']);
    expect(await told(desk)).toEqual([]);
  });
});

describe('the call that begins a step-up', () => {
  it('says what was added lately to whoever is signed in, and nothing to anybody else', async () => {
    const desk = openDesk();
    const owner = await withPhone(desk, ana);
    const { right } = must(await desk.mfa.enrol.rightFromProof(owner.session), 'granted');
    await bindPhone(desk, owner, right);
    const ask = async (account: string | undefined): Promise<readonly [number, Record<string, unknown>]> => {
      const answer = ceremonies({ mfa: desk.mfa, account: () => account, path: '/mfa' });
      const headers = { origin, 'content-type': 'application/json' };
      const response = await answer(
        new Request(`${origin}/mfa/step-up`, { method: 'POST', headers, body: '{}' }),
      );
      return [response.status, (await response.json()) as Record<string, unknown>];
    };
    expect(await ask('ana')).toMatchObject([200, { addedLately: [{ kind: 'totp', name: 'phone' }] }]);
    const [status, body] = await ask(undefined);
    expect([status, 'addedLately' in body]).toEqual([401, false]);
    expect(await ask('bea')).toMatchObject([200, { addedLately: [] }]);
  });
});
