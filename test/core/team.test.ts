// Several persons behind one account, a pharmacy's team: each with a key and a name of their own, removable one by one,
// and every event says which.
import type { MfaEvent } from '@palier/mfa-core';
import { describe, expect, it } from 'vitest';
import {
  accountOf,
  assertion,
  bindKey,
  bindPhone,
  type Desk,
  lastReason,
  must,
  openDesk,
  signIn,
  type WithKey,
  withPhone,
} from './desk.ts';

const pharmacy = accountOf('pharmacie-01');

/** Ana binds the first key with the ticket; Bea's is bound beside her, with Ana's key just shown. */
async function team(desk: Desk): Promise<{ readonly ana: WithKey; readonly bea: WithKey }> {
  const ana = await bindKey(desk, await signIn(desk, pharmacy));
  const session = await nameOf(desk, ana, 'Ana');
  const { right } = must(await desk.mfa.enrol.rightFromProof(session.session), 'granted');
  const bea = await bindKey(desk, session, right);
  must(await desk.mfa.factors.rename(bea.session, bea.factor.id, 'Bea'), 'renamed');
  return { ana: { ...ana, ...session }, bea };
}

async function nameOf(desk: Desk, seat: WithKey, name: string): Promise<WithKey> {
  must(await desk.mfa.factors.rename(seat.session, seat.factor.id, name), 'renamed');
  return seat;
}

/** A browser of one of them: signed in with the shared password, stepped up with their own key. */
async function atWork(desk: Desk, person: WithKey): Promise<WithKey> {
  const seat = await signIn(desk, pharmacy);
  const done = must(
    await desk.mfa.stepUp.complete(seat.token, await assertion(desk, seat.session, person.key)),
    'stepped-up',
  );
  return { ...person, session: done.session, token: done.token };
}

function last<T extends MfaEvent['type']>(desk: Desk, type: T): Extract<MfaEvent, { type: T }> {
  const found = desk.events.filter((event) => event.type === type).at(-1);
  if (found === undefined) throw new Error(`no ${type}`);
  return found as Extract<MfaEvent, { type: T }>;
}

describe('several apps on one account', () => {
  it('each give their own codes, each once, and one can go without the other', async () => {
    const desk = openDesk();
    const first = await withPhone(desk, pharmacy);
    const { right } = must(await desk.mfa.enrol.rightFromProof(first.session), 'granted');
    const second = await bindPhone(desk, first, right);
    desk.clock.advance(60);
    const codes = [first.phone.code(), second.phone.code()];
    let { token } = second;
    for (const [index, code] of codes.entries()) {
      const done = must(await desk.mfa.stepUp.complete(token, { kind: 'totp', code }), 'stepped-up');
      expect(last(desk, 'stepped-up').factor?.id).toBe([first.factor.id, second.factor.id][index]);
      token = done.token;
    }
    for (const code of codes) must(await desk.mfa.stepUp.complete(token, { kind: 'totp', code }), 'refused');
    expect(last(desk, 'refused')).toMatchObject({ reason: 'replayed', factor: { id: second.factor.id } });
    // A code takes no older one's place (takeover-team.test.ts); a third one, by ticket, does.
    const third = await bindPhone(desk, await signIn(desk, pharmacy), undefined);
    must(await desk.mfa.factors.remove(third.session, first.factor.id), 'removed');
    desk.clock.advance(60);
    const seat = await signIn(desk, pharmacy);
    must(await desk.mfa.stepUp.complete(seat.token, { kind: 'totp', code: first.phone.code() }), 'refused');
    must(
      await desk.mfa.stepUp.complete(seat.token, { kind: 'totp', code: second.phone.code() }),
      'stepped-up',
    );
  });
});

describe('a team behind one account', () => {
  it('is told apart by each step-up and each refusal', async () => {
    const desk = openDesk();
    const { ana, bea } = await team(desk);
    await atWork(desk, bea);
    expect(last(desk, 'stepped-up').factor?.name).toBe('Bea');
    await atWork(desk, ana);
    expect(last(desk, 'stepped-up').factor?.name).toBe('Ana');
    bea.key.set({ userVerified: false });
    const seat = await signIn(desk, pharmacy);
    must(await desk.mfa.stepUp.complete(seat.token, await assertion(desk, seat.session, bea.key)), 'refused');
    expect(last(desk, 'refused').factor?.name).toBe('Bea');
  });

  it('has its changes signed by the one who made them', async () => {
    const desk = openDesk();
    const { bea } = await team(desk);
    expect(last(desk, 'factor-enrolled').shown?.name).toBe('Ana');
    const working = await atWork(desk, bea);
    must(await desk.mfa.factors.replaceRecoveryCodes(working.session), 'replaced');
    expect(last(desk, 'recovery-codes-replaced').shown?.name).toBe('Bea');
    must(await desk.mfa.factors.rename(working.session, bea.factor.id, 'Béatrice'), 'renamed');
    expect(last(desk, 'factor-renamed')).toMatchObject({
      factor: { name: 'Béatrice' },
      shown: { name: 'Bea' },
    });
  });

  it('loses one key without the others, and the one that left opens nothing', async () => {
    const desk = openDesk();
    const { ana, bea } = await team(desk);
    const working = await atWork(desk, ana);
    const removed = must(await desk.mfa.factors.remove(working.session, bea.factor.id), 'removed');
    expect(last(desk, 'factor-removed')).toMatchObject({ factor: { name: 'Bea' }, shown: { name: 'Ana' } });
    expect(removed.unknown?.rpId).toBe('portail.example');
    const accepted = await desk.mfa.factors.accepted(pharmacy);
    expect(accepted?.allAcceptedCredentialIds).toHaveLength(1);
    expect(accepted?.allAcceptedCredentialIds).not.toContain(removed.unknown?.credentialId);
    const seat = await signIn(desk, pharmacy);
    const begun = await desk.mfa.stepUp.begin(seat.session);
    if (begun.webauthn === undefined) throw new Error('no options');
    const { allowCredentials: _all, ...open } = begun.webauthn;
    const response = await bea.key.get(open, 'https://portail.example');
    must(
      await desk.mfa.stepUp.complete(seat.token, { kind: 'webauthn', challenge: begun.challenge, response }),
      'refused',
    );
    expect(lastReason(desk)).toBe('unknown-factor');
    await atWork(desk, ana);
  });

  it('shares one user handle, so that a browser hides what is gone and keeps what is not', async () => {
    const desk = openDesk();
    const { ana } = await team(desk);
    const accepted = await desk.mfa.factors.accepted(pharmacy);
    expect(accepted).toMatchObject({ rpId: 'portail.example', userId: expect.stringMatching(/^[\w-]{43}$/) });
    await desk.mfa.factors.disableByOperator(pharmacy, ['webauthn']);
    expect((await desk.mfa.factors.accepted(pharmacy))?.allAcceptedCredentialIds).toEqual([]);
    await desk.mfa.factors.removeByOperator(pharmacy, ana.factor.id);
  });
});
