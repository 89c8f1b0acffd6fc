// One phished code binds the thief an app. That it takes nothing away from whoever was there before, that the owner takes
// it away, and what is not bound by a code, beside it. Several people of one account: takeover-team.test.ts.
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

async function keepsIts(desk: Desk, seat: Seat, { factor }: Pick<WithPhone, 'factor'>): Promise<void> {
  must(await desk.mfa.factors.remove(seat.session, factor.id), 'refused');
  expect(lastReason(desk)).toBe('not-by-code');
}

describe('an app that a phished code bound', () => {
  it('does not let the phished code take away the app that it came from', async () => {
    const desk = openDesk();
    const owner = await withPhone(desk, ana);
    const thief = await plant(desk, owner.phone);
    await keepsIts(desk, thief, owner);
  });

  it.each([0, 8, 400])('takes no older app away, %i days later', async (days) => {
    const desk = openDesk();
    const owner = await withPhone(desk, ana);
    const thief = await plant(desk, owner.phone);
    desk.clock.advance(days * day);
    await keepsIts(desk, await byCode(desk, thief.phone), owner);
  });

  it('would, if the one of the owner hung from it (negative control)', async () => {
    const desk = openDesk();
    const owner = await withPhone(desk, ana);
    const thief = await plant(desk, owner.phone);
    const after = await plant(desk, thief.phone);
    const seat = await byCode(desk, thief.phone);
    must(await desk.mfa.factors.remove(seat.session, after.factor.id), 'removed');
  });

  it('takes no other app away that a code of the owner bound, were it the newer one', async () => {
    const desk = openDesk();
    const owner = await withPhone(desk, ana);
    const thief = await plant(desk, owner.phone);
    const newer = await plant(desk, owner.phone);
    await keepsIts(desk, await byCode(desk, thief.phone), newer);
  });

  it('gains nothing by another one that it binds itself', async () => {
    const desk = openDesk();
    const owner = await withPhone(desk, ana);
    const thief = await plant(desk, (await plant(desk, owner.phone)).phone);
    await keepsIts(desk, await byCode(desk, thief.phone), owner);
  });

  it.each([0, 8, 400])(
    'is taken away by the owner with a code %i days later, and with it the browsers of the thief',
    async (days) => {
      const desk = openDesk();
      const owner = await withPhone(desk, ana);
      const thief = await plant(desk, owner.phone);
      desk.clock.advance(days * day);
      const atWork = await byCode(desk, thief.phone);
      const back = await byCode(desk, owner.phone);
      must(await desk.mfa.factors.remove(back.session, thief.factor.id), 'removed');
      for (const { token } of [thief, atWork]) expect(await desk.mfa.sessions.load(token)).toBeUndefined();
      expect(await desk.mfa.sessions.load(back.token)).toBeDefined();
      desk.clock.advance(60);
      const { token } = await signIn(desk, ana);
      must(await desk.mfa.stepUp.complete(token, { kind: 'totp', code: thief.phone.code() }), 'refused');
    },
  );

  it('is not all that is left where two are removed at the same moment with a ticket', async () => {
    const { desk, one, other } = await ticketAfterThief();
    const both = [one, other].map(({ factor }) => desk.mfa.factors.remove(other.session, factor.id));
    await Promise.all(both);
    const left = (await desk.mfa.factors.list(ana)).map(({ id }) => id);
    expect([one, other].some(({ factor }) => left.includes(factor.id))).toBe(true);
  });

  it('is all that would be left, one after the other, and the second is refused', async () => {
    const { desk, one, other } = await ticketAfterThief();
    must(await desk.mfa.factors.remove(other.session, one.factor.id), 'removed');
    must(await desk.mfa.factors.remove(other.session, other.factor.id), 'refused');
    expect(lastReason(desk)).toBe('last-factor');
  });

  it('takes no recovery codes away that came by a ticket; the code makes new ones in their place', async () => {
    const desk = openDesk();
    const owner = await withPhone(desk, ana);
    const seat = await byCode(desk, owner.phone);
    const set = (await desk.mfa.factors.list(ana)).find(({ kind }) => kind === 'recovery-code');
    if (set === undefined) throw new Error('no recovery codes');
    await keepsIts(desk, seat, { factor: set });
    must(await desk.mfa.factors.replaceRecoveryCodes(seat.session), 'replaced');
  });
});

/** An app of the owner, one of the thief, and a second one of the owner, in the session where its ticket was spent. */
async function ticketAfterThief(): Promise<{
  readonly desk: Desk;
  readonly one: WithPhone;
  readonly other: WithPhone;
}> {
  const desk = openDesk();
  const one = await withPhone(desk, ana);
  await plant(desk, one.phone);
  return { desk, one, other: await bindPhone(desk, await signIn(desk, ana), undefined) };
}

describe('what came by more than a code', () => {
  it('stays, also where it came after the app of the thief: the phone is lost, the new one came by ticket', async () => {
    const desk = openDesk();
    const lost = await withPhone(desk, ana);
    const thief = await plant(desk, lost.phone);
    desk.clock.advance(3600);
    const found = await bindPhone(desk, await signIn(desk, ana), undefined);
    must(await desk.mfa.factors.remove(found.session, lost.factor.id), 'removed');
    await keepsIts(desk, await byCode(desk, thief.phone), found);
  });

  it('takes the place of a lost phone at once, and the app of the thief away: an app by ticket', async () => {
    const desk = openDesk();
    const lost = await withPhone(desk, ana);
    const thief = await plant(desk, lost.phone);
    const found = await bindPhone(desk, await signIn(desk, ana), undefined);
    expect(found.factor.boundBy).toBe('ticket');
    for (const { factor } of [lost, thief])
      must(await desk.mfa.factors.remove(found.session, factor.id), 'removed');
  });

  it('takes it only in the session where the ticket was spent: a code of that app, phished, takes nothing', async () => {
    const desk = openDesk();
    const lost = await withPhone(desk, ana);
    const found = await bindPhone(desk, await signIn(desk, ana), undefined);
    desk.clock.advance(60);
    await keepsIts(desk, await byCode(desk, found.phone), lost);
    desk.clock.advance(60);
    const typed = { kind: 'totp', code: found.phone.code() } as const;
    const { session } = must(await desk.mfa.stepUp.complete(found.token, typed), 'stepped-up');
    await keepsIts(desk, { ...found, session }, lost);
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
    const offered = await desk.mfa.factors.changes(ana, withKey.session);
    expect(offered.get(withKey.factor.id)?.remove).toBe('last-factor');
    must(await desk.mfa.factors.remove(withKey.session, withKey.factor.id), 'refused');
    expect(lastReason(desk)).toBe('last-factor');
  });
});

describe('a house where a code binds a key after 72 hours', () => {
  const weaker = { policy: { keyAfterCode: (3 * day) as Seconds } };

  async function byKey(desk: Desk, { key }: WithKey): Promise<Seat> {
    const { session, token } = await signIn(desk, ana);
    return must(await desk.mfa.stepUp.complete(token, await assertion(desk, session, key)), 'stepped-up');
  }

  it('keeps the app of the owner, from that key and from the next, at any age', async () => {
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
    desk.clock.advance(8 * day);
    await keepsIts(desk, await byKey(desk, next), owner);
    // A page offers nothing either: no code may change anything beside a key.
    expect([...(await desk.mfa.factors.changes(ana)).values()].map(({ remove }) => remove)).toEqual([
      'not-by-code',
      'not-by-code',
      'not-by-code',
      'allowed',
    ]);
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

  it('lets the owner take the waiting key away, with the app that was there before it', async () => {
    const desk = openDesk(weaker);
    const owner = await withPhone(desk, ana);
    const phished = await byCode(desk, owner.phone);
    const { right } = must(await desk.mfa.enrol.rightFromProof(phished.session), 'granted');
    const thief = await bindKey(desk, phished, right);
    const next = await plant(desk, owner.phone);
    await keepsIts(desk, await byCode(desk, next.phone), thief);
    const seat = await byCode(desk, owner.phone);
    must(await desk.mfa.factors.remove(seat.session, thief.factor.id), 'removed');
  });
});
