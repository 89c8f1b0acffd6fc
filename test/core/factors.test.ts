// Changing what an account holds: the strongest factor, fresh; never the last one; the operator's acts beside it.
import { keyIdOf, Secret, sealingKeys, type TotpFactor } from '@palier/mfa-core';
import { memoryStores } from '@palier/mfa-core/stores/memory';
import { describe, expect, it } from 'vitest';
import {
  accountOf,
  atOnce,
  bindPhone,
  type Desk,
  lastReason,
  must,
  openDesk,
  phoneOf,
  relyingParty,
  signIn,
  type WithPhone,
  withPhone,
} from './desk.ts';

const ana = accountOf('ana');

async function withTwoPhones(desk: Desk): Promise<readonly [WithPhone, WithPhone]> {
  const first = await withPhone(desk, ana);
  const { right } = must(await desk.mfa.enrol.rightFromProof(first.session), 'granted');
  return [first, await bindPhone(desk, first, right)];
}

describe('removing a factor', () => {
  it('is refused for the last one that proves something (A191)', async () => {
    const desk = openDesk();
    const seat = await withPhone(desk, ana);
    must(await desk.mfa.factors.remove(seat.session, seat.factor.id), 'refused');
    expect(lastReason(desk)).toBe('last-factor');
    expect(await desk.mfa.factors.list(ana)).toHaveLength(2);
  });

  it('leaves one when two are removed at once', async () => {
    const desk = openDesk();
    const phones = await withTwoPhones(desk);
    // A card may remove either; a code could remove the second alone.
    const { session } = must(
      await desk.mfa.card.prove((await signIn(desk, ana)).token, 'card'),
      'stepped-up',
    );
    await Promise.all(phones.map(({ factor }) => desk.mfa.factors.remove(session, factor.id)));
    const left = (await desk.mfa.factors.list(ana)).filter(({ kind }) => kind === 'totp');
    expect(left.length).toBeGreaterThan(0);
  });

  it('needs a proof of the last five minutes (A188)', async () => {
    const desk = openDesk();
    const [first, second] = await withTwoPhones(desk);
    desk.clock.advance(301);
    must(await desk.mfa.factors.remove(first.session, second.factor.id), 'refused');
    must(await desk.mfa.factors.rename(first.session, second.factor.id, 'mine'), 'refused');
    must(await desk.mfa.factors.replaceRecoveryCodes(first.session), 'refused');
  });

  it('is refused to a session with a password only, and to another account', async () => {
    const desk = openDesk();
    const [, second] = await withTwoPhones(desk);
    const bare = await signIn(desk, ana);
    must(await desk.mfa.factors.remove(bare.session, second.factor.id), 'refused');
    const stranger = await withPhone(desk, accountOf('bea'));
    must(await desk.mfa.factors.remove(stranger.session, second.factor.id), 'refused');
    expect(lastReason(desk)).toBe('unknown-factor');
  });

  it('ends the other sessions, and this one too when it rests on what was removed (A203)', async () => {
    const desk = openDesk();
    const [first, second] = await withTwoPhones(desk);
    const other = await signIn(desk, ana);
    must(await desk.mfa.factors.remove(first.session, second.factor.id), 'removed');
    expect(await desk.mfa.sessions.load(other.token)).toBeUndefined();
    expect(await desk.mfa.sessions.load(first.token)).toBeDefined();
    const third = await bindPhone(desk, first, undefined);
    must(await desk.mfa.factors.remove(third.session, third.factor.id), 'removed');
    expect(await desk.mfa.sessions.load(third.token)).toBeUndefined();
  });
});

describe('a removal that the log was told of before the store refused it', () => {
  const taken = (desk: Desk): unknown => desk.events.findLast(({ type }) => type === 'refused');

  it('is taken back by name where another one was quicker', async () => {
    const desk = openDesk();
    const [first, second] = await withTwoPhones(desk);
    await atOnce(2, () => desk.mfa.factors.remove(first.session, second.factor.id));
    expect(taken(desk)).toMatchObject({ reason: 'unknown-factor', factor: { id: second.factor.id } });
  });

  it('is taken back by name where nothing would have stayed', async () => {
    const { factors, ...stores } = memoryStores();
    const remove: typeof factors.remove = async (account, id) => factors.remove(account, id, []);
    const desk = openDesk({ stores: { ...stores, factors: { ...factors, remove } } });
    const [first, second] = await withTwoPhones(desk);
    must(await desk.mfa.factors.remove(first.session, second.factor.id), 'refused');
    expect(taken(desk)).toMatchObject({ reason: 'last-factor', factor: { id: second.factor.id } });
  });
});

describe('new recovery codes', () => {
  it('kill the old ones (A161)', async () => {
    const desk = openDesk();
    const seat = await withPhone(desk, ana);
    const { codes } = must(await desk.mfa.factors.replaceRecoveryCodes(seat.session), 'replaced');
    must(
      await desk.mfa.stepUp.complete(seat.token, { kind: 'recovery-code', code: seat.recoveryCodes[0] }),
      'refused',
    );
    must(await desk.mfa.stepUp.complete(seat.token, { kind: 'recovery-code', code: codes[0] }), 'stepped-up');
  });
});

describe('the operator', () => {
  it('removes the last factor, and nothing sensitive opens for lack of one (A191, A194)', async () => {
    const desk = openDesk();
    const seat = await withPhone(desk, ana);
    expect(await desk.mfa.factors.removeByOperator(ana, seat.factor.id)).toBe('removed');
    expect(await desk.mfa.sessions.load(seat.token)).toBeUndefined();
    const bare = await signIn(desk, ana);
    const requirement = { kind: 'step-up', accept: ['totp'], maxAge: 60 as never } as const;
    expect(desk.mfa.assess(bare.session, requirement)?.reason).toBe('no-proof');
    must(await desk.mfa.enrol.rightFromProof(bare.session), 'refused');
  });

  it('resets an account: factors, open tickets, waiting times and sessions', async () => {
    const desk = openDesk();
    const seat = await withPhone(desk, ana);
    const { code } = await desk.mfa.tickets.issue(ana, 'desk', 600 as never);
    expect(await desk.mfa.factors.resetByOperator(ana)).toBe(2);
    expect(await desk.mfa.factors.list(ana)).toEqual([]);
    expect(await desk.mfa.sessions.load(seat.token)).toBeUndefined();
    const bare = await signIn(desk, ana);
    must(await desk.mfa.enrol.redeemTicket(bare.session, code), 'refused');
    await withPhone(desk, ana);
  });

  it('disables factors: they stay listed and prove nothing', async () => {
    const desk = openDesk();
    const seat = await withPhone(desk, ana);
    expect(await desk.mfa.factors.disableByOperator(ana)).toBe(2);
    desk.clock.advance(60);
    const bare = await signIn(desk, ana);
    must(await desk.mfa.stepUp.complete(bare.token, { kind: 'totp', code: seat.phone.code() }), 'refused');
    expect(lastReason(desk)).toBe('disabled');
  });

  it('imports an existing secret, and codes the old system may have taken are used up', async () => {
    const desk = openDesk();
    const secret = new TextEncoder().encode('12345678901234567890');
    const settings = { hash: 'sha1', digits: 6, period: 30 } as const;
    await desk.mfa.factors.importTotp(ana, { secret, settings, name: 'old phone' });
    const phone = phoneOf(desk, 'otpauth://totp/x?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ');
    const seat = await signIn(desk, ana);
    must(await desk.mfa.stepUp.complete(seat.token, { kind: 'totp', code: phone.code() }), 'refused');
    desk.clock.advance(30);
    must(await desk.mfa.stepUp.complete(seat.token, { kind: 'totp', code: phone.code() }), 'stepped-up');
  });
});

describe('sealed secrets', () => {
  const keys = { k1: new Secret(new Uint8Array(32).fill(1)), k2: new Secret(new Uint8Array(32).fill(2)) };
  const totpOf = (factors: readonly { readonly kind: string }[]): TotpFactor =>
    factors.find(({ kind }) => kind === 'totp') as TotpFactor;

  it('move to the current key by rotation and in passing, while codes go on working', async () => {
    const stores = memoryStores();
    const before = openDesk({ stores, sealing: sealingKeys('k1', keys) });
    const seats = [];
    for (let index = 0; index < 120; index += 1) seats.push(await withPhone(before, accountOf(`a${index}`)));
    const now = openDesk({ stores, sealing: sealingKeys('k2', keys), clock: before.clock });
    before.clock.advance(60);
    const [first] = seats;
    if (first === undefined) throw new Error('no seat');
    must(
      await now.mfa.stepUp.complete(first.token, { kind: 'totp', code: first.phone.code() }),
      'stepped-up',
    );
    expect(keyIdOf(totpOf(await stores.factors.list(first.session.account)).secret)).toBe('k2');
    const seen: number[] = [];
    const done = await now.mfa.rotateKeys((progress) => seen.push(progress.seen));
    expect(done).toEqual({ seen: 240, resealed: 119 });
    expect(seen).toEqual([100, 200, 240]);
    const after = openDesk({ stores, sealing: sealingKeys('k2', { k2: keys.k2 }), clock: before.clock });
    before.clock.advance(60);
    const last = seats.at(-1);
    if (last === undefined) throw new Error('no seat');
    must(
      await after.mfa.stepUp.complete(last.token, { kind: 'totp', code: last.phone.code() }),
      'stepped-up',
    );
  });

  it('moved to another account do not open, and that is an error, not "no factor" (A152, A254)', async () => {
    const stores = memoryStores();
    const desk = openDesk({ stores });
    const seat = await withPhone(desk, ana);
    const stolen = totpOf(await stores.factors.list(ana));
    const bea = accountOf('bea');
    await stores.factors.add({ ...stolen, id: `fac_${'x'.repeat(32)}` as never, account: bea });
    desk.clock.advance(60);
    const { token } = await signIn(desk, bea);
    const answer = desk.mfa.stepUp.complete(token, { kind: 'totp', code: seat.phone.code() });
    await expect(answer).rejects.toMatchObject({ code: 'ERR_MFA_SEALING' });
  });
});

describe('the list for the browser', () => {
  it('is absent while the account has no key', async () => {
    const desk = openDesk();
    await withPhone(desk, ana);
    expect(await desk.mfa.factors.accepted(ana)).toBeUndefined();
    expect(relyingParty.id).toBe('portail.example');
  });
});
