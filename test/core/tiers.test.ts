// The tier rule: a code, which can be phished, binds no factor that cannot. And what the weaker choice is, beside it.
import type { MfaStores, Seconds } from '@palier/mfa-core';
import { memoryStores } from '@palier/mfa-core/stores/memory';
import { describe, expect, it } from 'vitest';
import { createMovingClock, type MovingClock } from '../support/moving-clock.ts';
import {
  accountOf,
  aKey,
  assertion,
  bindKey,
  bindPhone,
  type Desk,
  lastReason,
  must,
  openDesk,
  origin,
  signIn,
  withPhone,
} from './desk.ts';

const ana = accountOf('ana');

/** A weaker house: a code binds a key that counts after three days. */
const inThreeDays = { policy: { keyAfterCode: (72 * 3600) as Seconds } };

describe('the tier rule', () => {
  it('keeps a code from binding a key, at the beginning of the ceremony', async () => {
    const desk = openDesk();
    const seat = await withPhone(desk, ana);
    const granted = must(await desk.mfa.enrol.rightFromProof(seat.session), 'granted');
    expect(granted.kinds).toEqual(['totp']);
    for (const asCard of [false, true]) {
      const wanted = { kind: 'webauthn', asCard } as const;
      must(await desk.mfa.enrol.begin(seat.session, granted.right, wanted), 'refused');
      expect(lastReason(desk)).toBe('right-too-weak');
    }
    await bindPhone(desk, seat, granted.right);
  });

  it('keeps it from binding one that was begun under a weaker policy, and leaves the right to an app', async () => {
    const { stores, clock, before, after } = twoDesks();
    const seat = await withPhone(before, ana);
    const { right } = must(await before.mfa.enrol.rightFromProof(seat.session), 'granted');
    const begun = must(await before.mfa.enrol.begin(seat.session, right, { kind: 'webauthn' }), 'begun');
    const key = aKey();
    if (begun.webauthn === undefined) throw new Error('no options');
    const response = await key.create(begun.webauthn, origin);
    must(await after.mfa.enrol.complete(seat.token, begun.challenge, { response }), 'refused');
    expect(lastReason(after)).toBe('right-too-weak');
    expect((await stores.factors.list(ana)).map(({ kind }) => kind)).not.toContain('webauthn');
    clock.advance(30);
    await bindPhone(after, seat, right);
  });

  it('lets a ticket, a card and a key bind a key at once, beside an app', async () => {
    const desk = openDesk();
    const seat = await withPhone(desk, ana);
    const byTicket = await bindKey(desk, seat);
    expect(byTicket.factor.activeFrom).toBe(byTicket.factor.addedAt);
    const granted = must(await desk.mfa.enrol.rightFromProof(byTicket.session), 'granted');
    expect(granted.kinds).toEqual(['totp', 'webauthn']);
    const byKey = await bindKey(desk, byTicket, granted.right);
    expect(byKey.factor.activeFrom).toBe(byKey.factor.addedAt);
    const phone = await withPhone(desk, accountOf('bea'));
    const card = must(await desk.mfa.card.prove(phone.token, 'certificate:00'), 'stepped-up');
    const byCard = must(await desk.mfa.enrol.rightFromProof(card.session), 'granted');
    await bindKey(desk, card, byCard.right);
  });

  it('says beforehand what a gesture can add', async () => {
    const [desk, weak] = [openDesk(), openDesk(inThreeDays)];
    expect(await desk.mfa.enrol.addableByProof(ana)).toEqual([]);
    const phone = await withPhone(desk, ana);
    expect(await desk.mfa.enrol.addableByProof(ana)).toEqual(['totp']);
    await bindKey(desk, phone);
    expect(await desk.mfa.enrol.addableByProof(ana)).toEqual(['totp', 'webauthn']);
    await withPhone(weak, ana);
    expect(await weak.mfa.enrol.addableByProof(ana)).toEqual(['totp', 'webauthn']);
  });

  it('lets a code bind a key after 72 hours where the policy says so, and says so to the log at once', async () => {
    const desk = openDesk({
      policy: { ...inThreeDays.policy, sessions: { idle: 400_000 as Seconds, lifetime: 400_000 as Seconds } },
    });
    const seat = await withPhone(desk, ana);
    const { right } = must(await desk.mfa.enrol.rightFromProof(seat.session), 'granted');
    const bound = await bindKey(desk, seat, right);
    expect(bound.factor.activeFrom - bound.factor.addedAt).toBe(72 * 3_600_000);
    expect(desk.events.filter(({ type }) => type === 'factor-enrolled').at(-1)).toMatchObject({
      activeFrom: bound.factor.activeFrom,
    });
    expect((await desk.mfa.stepUp.begin(bound.session)).webauthn).toBeUndefined();
    desk.clock.advance(72 * 3600 - 1);
    expect((await desk.mfa.stepUp.begin(bound.session)).webauthn).toBeUndefined();
    desk.clock.advance(1);
    must(
      await desk.mfa.stepUp.complete(bound.token, await assertion(desk, bound.session, bound.key)),
      'stepped-up',
    );
  });

  it('keeps the phished code from removing the key that the person holds', async () => {
    const desk = openDesk();
    const phone = await withPhone(desk, ana);
    const seat = await bindKey(desk, phone);
    const bare = await signIn(desk, ana);
    desk.clock.advance(60);
    const phished = must(
      await desk.mfa.stepUp.complete(bare.token, { kind: 'totp', code: phone.phone.code() }),
      'stepped-up',
    );
    must(await desk.mfa.factors.remove(phished.session, seat.factor.id), 'refused');
    must(await desk.mfa.enrol.rightFromProof(phished.session), 'refused');
    expect(lastReason(desk)).toBe('right-too-weak');
  });

  it('lets the person take a waiting key away with a code: they read the notice, the key was not theirs', async () => {
    const desk = openDesk(inThreeDays);
    const seat = await withPhone(desk, ana);
    const { right } = must(await desk.mfa.enrol.rightFromProof(seat.session), 'granted');
    desk.clock.advance(60);
    const planted = await bindKey(desk, seat, right);
    desk.clock.advance(60);
    const mine = await signIn(desk, ana);
    const proved = must(
      await desk.mfa.stepUp.complete(mine.token, { kind: 'totp', code: seat.phone.code() }),
      'stepped-up',
    );
    must(await desk.mfa.factors.remove(proved.session, planted.factor.id), 'removed');
  });

  it('does not wait where the policy says no time at all: the tests above rest on it', async () => {
    const desk = openDesk({ policy: { keyAfterCode: 0 as Seconds } });
    const seat = await withPhone(desk, ana);
    const { right } = must(await desk.mfa.enrol.rightFromProof(seat.session), 'granted');
    const bound = await bindKey(desk, seat, right);
    must(
      await desk.mfa.stepUp.complete(bound.token, await assertion(desk, bound.session, bound.key)),
      'stepped-up',
    );
  });

  it('lets a new factor wait no shorter than all new factors do', async () => {
    const policy = { keyAfterCode: 60 as Seconds, newFactorDelay: 3600 as Seconds };
    const desk = openDesk({ policy });
    const phone = await withPhone(desk, ana);
    desk.clock.advance(3600);
    const code = { kind: 'totp', code: phone.phone.code() } as const;
    const seat = must(await desk.mfa.stepUp.complete(phone.token, code), 'stepped-up');
    const { right } = must(await desk.mfa.enrol.rightFromProof(seat.session), 'granted');
    const { factor } = await bindKey(desk, seat, right);
    expect(factor.activeFrom - factor.addedAt).toBe(3_600_000);
  });
});

/** Two desks over the same stores: one as it was set up before, one with the default. */
function twoDesks(): {
  readonly stores: MfaStores;
  readonly clock: MovingClock;
  readonly before: Desk;
  readonly after: Desk;
} {
  const shared = { stores: memoryStores(), clock: createMovingClock() };
  return { ...shared, before: openDesk({ ...shared, ...inThreeDays }), after: openDesk(shared) };
}
