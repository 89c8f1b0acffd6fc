// One phished code binds the thief an app. That it takes nothing away from whoever was there before, that the owner takes
// it away, and what is not bound by a code, beside it.
import type { Seconds } from '@palier/mfa-core';
import { describe, expect, it } from 'vitest';
import {
  assertion,
  bindKey,
  bindPhone,
  type Desk,
  lastReason,
  must,
  openDesk,
  type Seat,
  signIn,
  type WithKey,
  type WithPhone,
  withPhone,
} from './desk.ts';
import { ana, byCode, plant } from './thief.ts';

const day = 24 * 3600;

async function keepsIts(desk: Desk, seat: Seat, { factor }: WithPhone): Promise<void> {
  must(await desk.mfa.factors.remove(seat.session, factor.id), 'refused');
  expect(lastReason(desk)).toBe('right-too-new');
}

describe('an app that a phished code bound', () => {
  it('does not let the phished code take away the app that it came from', async () => {
    const desk = openDesk();
    const owner = await withPhone(desk, ana);
    const thief = await plant(desk, owner.phone);
    await keepsIts(desk, thief, owner);
  });

  it('takes no older app away for seven days; then it would: the days are what holds it', async () => {
    const desk = openDesk();
    const owner = await withPhone(desk, ana);
    const thief = await plant(desk, owner.phone);
    await keepsIts(desk, await byCode(desk, thief.phone), owner);
    desk.clock.advance(7 * day - 121);
    await keepsIts(desk, await byCode(desk, thief.phone), owner);
    const later = await byCode(desk, thief.phone);
    must(await desk.mfa.factors.remove(later.session, owner.factor.id), 'removed');
  });

  it('gains nothing by another one that it binds itself', async () => {
    const desk = openDesk();
    const owner = await withPhone(desk, ana);
    const thief = await plant(desk, (await plant(desk, owner.phone)).phone);
    await keepsIts(desk, await byCode(desk, thief.phone), owner);
  });

  it('is taken away by the owner with a code, and with it the browsers of the thief', async () => {
    const desk = openDesk();
    const owner = await withPhone(desk, ana);
    const thief = await plant(desk, owner.phone);
    const atWork = await byCode(desk, thief.phone);
    const back = await byCode(desk, owner.phone);
    must(await desk.mfa.factors.remove(back.session, thief.factor.id), 'removed');
    for (const { token } of [thief, atWork]) expect(await desk.mfa.sessions.load(token)).toBeUndefined();
    expect(await desk.mfa.sessions.load(back.token)).toBeDefined();
    desk.clock.advance(60);
    const { token } = await signIn(desk, ana);
    must(await desk.mfa.stepUp.complete(token, { kind: 'totp', code: thief.phone.code() }), 'refused');
  });

  it('is not all that is left where two older ones are removed at the same moment', async () => {
    const desk = openDesk();
    const one = await withPhone(desk, ana);
    const other = await bindPhone(desk, one, undefined);
    desk.clock.advance(8 * day);
    const thief = await plant(desk, one.phone);
    const both = [one, other].map(({ factor }) => desk.mfa.factors.remove(thief.session, factor.id));
    await Promise.all(both);
    const left = (await desk.mfa.factors.list(ana)).map(({ id }) => id);
    expect([one, other].some(({ factor }) => left.includes(factor.id))).toBe(true);
  });

  it('is all that would be left, one after the other, and the second is refused', async () => {
    const desk = openDesk();
    const one = await withPhone(desk, ana);
    const other = await bindPhone(desk, one, undefined);
    desk.clock.advance(8 * day);
    const thief = await plant(desk, one.phone);
    must(await desk.mfa.factors.remove(thief.session, other.factor.id), 'removed');
    await keepsIts(desk, thief, one);
  });
});

describe('what came by more than a code', () => {
  it('stays, also where it came after the app of the thief: the phone is lost, the new one came by ticket', async () => {
    const desk = openDesk();
    const lost = await withPhone(desk, ana);
    const thief = await plant(desk, lost.phone);
    desk.clock.advance(3600);
    const found = await bindPhone(desk, await signIn(desk, ana), undefined);
    must(await desk.mfa.factors.remove(found.session, lost.factor.id), 'removed');
    await keepsIts(desk, await byCode(desk, thief.phone), found);
    const younger = await plant(desk, found.phone);
    const seat = await byCode(desk, thief.phone);
    must(await desk.mfa.factors.remove(seat.session, younger.factor.id), 'removed');
  });

  it('takes the place of a lost phone at once: an app by ticket', async () => {
    const desk = openDesk();
    const lost = await withPhone(desk, ana);
    desk.clock.advance(60);
    const found = await bindPhone(desk, await signIn(desk, ana), undefined);
    expect(found.factor.boundBy).toBe('ticket');
    must(await desk.mfa.factors.remove(found.session, lost.factor.id), 'removed');
  });

  it('takes the place of an app at once: a key, and a card', async () => {
    const desk = openDesk();
    const old = await withPhone(desk, ana);
    const planted = await plant(desk, old.phone);
    const withKey = await bindKey(desk, await signIn(desk, ana));
    must(await desk.mfa.factors.remove(withKey.session, old.factor.id), 'removed');
    const card = must(
      await desk.mfa.card.prove((await signIn(desk, ana)).token, 'certificate:00'),
      'stepped-up',
    );
    must(await desk.mfa.factors.remove(card.session, withKey.factor.id), 'removed');
    expect((await desk.mfa.factors.list(ana)).map(({ id }) => id)).toContain(planted.factor.id);
  });

  it('does not leave the account to what a code bound', async () => {
    const desk = openDesk();
    const old = await withPhone(desk, ana);
    await plant(desk, old.phone);
    const withKey = await bindKey(desk, await signIn(desk, ana));
    must(await desk.mfa.factors.remove(withKey.session, old.factor.id), 'removed');
    must(await desk.mfa.factors.remove(withKey.session, withKey.factor.id), 'refused');
    expect(lastReason(desk)).toBe('right-too-new');
  });
});

describe('a house where a code binds a key after 72 hours', () => {
  const weaker = { policy: { keyAfterCode: (3 * day) as Seconds } };

  async function byKey(desk: Desk, { key }: WithKey): Promise<Seat> {
    const { session, token } = await signIn(desk, ana);
    return must(await desk.mfa.stepUp.complete(token, await assertion(desk, session, key)), 'stepped-up');
  }

  it('keeps the app of the owner for the seven days, from that key and from the next', async () => {
    const desk = openDesk(weaker);
    const owner = await withPhone(desk, ana);
    const phished = await byCode(desk, owner.phone);
    const { right } = must(await desk.mfa.enrol.rightFromProof(phished.session), 'granted');
    const thief = await bindKey(desk, phished, right);
    desk.clock.advance(3 * day);
    const seat = await byKey(desk, thief);
    await keepsIts(desk, seat, owner);
    const more = must(await desk.mfa.enrol.rightFromProof(seat.session), 'granted');
    const next = await bindKey(desk, seat, more.right);
    await keepsIts(desk, await byKey(desk, next), owner);
  });

  it.each(['removed meanwhile', 'bound before it was kept by what'])(
    'keeps it also from what is bound with a key that was %s',
    async (what) => {
      const desk = openDesk({ policy: { keyAfterCode: 0 as Seconds } });
      const owner = await withPhone(desk, ana);
      const phished = await byCode(desk, owner.phone);
      const { right } = must(await desk.mfa.enrol.rightFromProof(phished.session), 'granted');
      const thief = await bindKey(desk, phished, right);
      const seat = await byKey(desk, thief);
      const more = must(await desk.mfa.enrol.rightFromProof(seat.session), 'granted');
      const key = (await desk.stores.factors.list(ana)).find(({ id }) => id === thief.factor.id);
      if (key === undefined) throw new Error('no key');
      await desk.stores.factors.remove(ana, key.id);
      const { boundBy: _boundBy, ...unknown } = key;
      if (what !== 'removed meanwhile') await desk.stores.factors.add(unknown);
      const next = await bindKey(desk, seat, more.right);
      expect(next.factor.boundBy).toBe('code');
      await keepsIts(desk, await byKey(desk, next), owner);
    },
  );

  it('lets a new app of the owner take the waiting key away, which proves nothing yet', async () => {
    const desk = openDesk(weaker);
    const owner = await withPhone(desk, ana);
    const phished = await byCode(desk, owner.phone);
    const { right } = must(await desk.mfa.enrol.rightFromProof(phished.session), 'granted');
    const thief = await bindKey(desk, phished, right);
    const next = await plant(desk, owner.phone);
    const seat = await byCode(desk, next.phone);
    must(await desk.mfa.factors.remove(seat.session, thief.factor.id), 'removed');
  });
});
