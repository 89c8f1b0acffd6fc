// Which factor hangs from which: what is kept of it, however the links between come and go, and what holds for factors of
// before it was kept. What thieves and colleagues make of it is in takeover.test.ts and takeover-team.test.ts.
import type { Factor, FactorId, Seconds } from '@palier/mfa-core';
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
  type WithPhone,
  withPhone,
} from './desk.ts';
import { ana, byCode, plant, plantFrom } from './thief.ts';

type Bound = Pick<WithPhone, 'factor'>;

async function kept(desk: Desk, { factor }: Bound): Promise<Factor> {
  const held = (await desk.stores.factors.list(ana)).find(({ id }) => id === factor.id);
  if (held === undefined) throw new Error('no such factor');
  return held;
}

async function lineOf(desk: Desk, bound: Bound): Promise<readonly FactorId[] | undefined> {
  return (await kept(desk, bound)).line;
}

/** As a release kept it that knew no lines, or not even what bound a factor. */
async function age(desk: Desk, bound: Bound, unknown: 'line' | 'boundBy' = 'line'): Promise<void> {
  const { line: _line, boundBy, ...factor } = await kept(desk, bound);
  await desk.stores.factors.remove(ana, factor.id);
  const old = unknown === 'line' && boundBy !== undefined ? { ...factor, boundBy } : factor;
  await desk.stores.factors.add(old as Factor);
}

async function removes(desk: Desk, { phone }: Pick<WithPhone, 'phone'>, { factor }: Bound): Promise<boolean> {
  const { session } = await byCode(desk, phone);
  const { outcome } = await desk.mfa.factors.remove(session, factor.id);
  if (outcome === 'refused') expect(lastReason(desk)).toBe('not-by-code');
  return outcome === 'removed';
}

const ticketed = async (desk: Desk): Promise<WithPhone> => {
  desk.clock.advance(60);
  return bindPhone(desk, await signIn(desk, ana), undefined);
};

async function byCard(desk: Desk): Promise<Seat> {
  return must(await desk.mfa.card.prove((await signIn(desk, ana)).token, 'certificate:00'), 'stepped-up');
}

describe('what a code bound', () => {
  it('keeps the line of what it came from, the factor shown last, and tells that one', async () => {
    const desk = openDesk();
    const owner = await withPhone(desk, ana);
    const one = await plant(desk, owner.phone);
    const other = await plant(desk, one.phone);
    expect(await lineOf(desk, one)).toEqual([owner.factor.id]);
    expect(await lineOf(desk, other)).toEqual([owner.factor.id, one.factor.id]);
    expect(other.factor.boundWith).toBe(one.factor.id);
    expect(other.factor).not.toHaveProperty('line');
    const told = desk.events.findLast(({ type }) => type === 'factor-enrolled');
    expect(told).toMatchObject({ shown: { id: one.factor.id } });
  });

  it('is removed by the owner also where the thief took away the link between, and removes nothing of hers', async () => {
    const desk = openDesk();
    const owner = await withPhone(desk, ana);
    const hers = await plant(desk, owner.phone);
    const link = await plant(desk, owner.phone);
    const thief = await plant(desk, link.phone);
    expect(await removes(desk, owner, link)).toBe(true);
    for (const mine of [owner, hers]) expect(await removes(desk, thief, mine)).toBe(false);
    expect(await removes(desk, owner, thief)).toBe(true);
  });

  it('would not be, if it kept the factor shown alone (negative control)', async () => {
    const desk = openDesk();
    const owner = await withPhone(desk, ana);
    const link = await plant(desk, owner.phone);
    const thief = await plant(desk, link.phone);
    const factor = await kept(desk, thief);
    await desk.stores.factors.remove(ana, factor.id);
    await desk.stores.factors.add({ ...factor, line: [link.factor.id] });
    expect(await removes(desk, owner, link)).toBe(true);
    expect(await removes(desk, owner, thief)).toBe(false);
  });

  it('hangs from no more than is held, however long the chain grows whose links are taken away', async () => {
    const desk = openDesk();
    const owner = await withPhone(desk, ana);
    let last = await plant(desk, owner.phone);
    for (let link = 0; link < 12; link += 1) {
      const next = await plant(desk, last.phone);
      expect(await removes(desk, owner, last)).toBe(true);
      last = next;
    }
    expect(await lineOf(desk, last)).toHaveLength(2);
    expect((await lineOf(desk, last))?.[0]).toBe(owner.factor.id);
    expect(await removes(desk, owner, last)).toBe(true);
  });

  it('hangs from nothing that is not code by code above it: the line begins anew at what a ticket or a key bound', async () => {
    const desk = openDesk();
    const owner = await withPhone(desk, ana);
    const other = await ticketed(desk);
    const added = await plant(desk, other.phone);
    expect(await lineOf(desk, added)).toEqual([other.factor.id]);
    expect(await removes(desk, owner, added)).toBe(false);
    expect(await removes(desk, other, added)).toBe(true);
  });
});

describe('what came by more than a code', () => {
  it('has no line where nothing was shown: ticket, card, the operator', async () => {
    const desk = openDesk();
    const byTicket = await withPhone(desk, ana);
    const withCard = await plantFrom(desk, await byCard(desk));
    const secret = new Uint8Array(20).fill(5);
    const settings = { hash: 'sha1', digits: 6, period: 30 } as const;
    const imported = { factor: await desk.mfa.factors.importTotp(ana, { secret, settings }) };
    for (const bound of [byTicket, withCard, imported]) {
      expect(await kept(desk, bound)).not.toHaveProperty('line');
      expect(bound.factor).not.toHaveProperty('boundWith');
    }
  });

  it('tells the key that was shown, and the recovery codes made with it nothing', async () => {
    const desk = openDesk();
    const key = await bindKey(desk, await signIn(desk, ana));
    const { session, token } = await signIn(desk, ana);
    const seat = must(
      await desk.mfa.stepUp.complete(token, await assertion(desk, session, key.key)),
      'stepped-up',
    );
    const app = await plantFrom(desk, seat);
    expect([app.factor.boundBy, app.factor.boundWith]).toEqual(['phishing-resistant', key.factor.id]);
    const codes = must(await desk.mfa.factors.replaceRecoveryCodes(seat.session), 'replaced');
    expect(codes.codes).not.toHaveLength(0);
    for (const factor of await desk.stores.factors.list(ana))
      if (factor.kind === 'recovery-code') expect(factor).not.toHaveProperty('line');
  });

  it('is a key that a code bound: it hangs from that app, and what it binds from both', async () => {
    const desk = openDesk({ policy: { keyAfterCode: 0 as Seconds } });
    const owner = await withPhone(desk, ana);
    const phished = await byCode(desk, owner.phone);
    const { right } = must(await desk.mfa.enrol.rightFromProof(phished.session), 'granted');
    const key = await bindKey(desk, phished, right);
    const { session, token } = await signIn(desk, ana);
    const seat = must(
      await desk.mfa.stepUp.complete(token, await assertion(desk, session, key.key)),
      'stepped-up',
    );
    const next = await plantFrom(desk, seat);
    expect(await lineOf(desk, next)).toEqual([owner.factor.id, key.factor.id]);
  });
});

describe('what a code bound before lines were kept', () => {
  it('is removed by every older app, as it was then: it may be a thief’s', async () => {
    const desk = openDesk();
    const owner = await withPhone(desk, ana);
    const thief = await plant(desk, owner.phone);
    await age(desk, thief);
    const younger = await ticketed(desk);
    expect(await removes(desk, younger, thief)).toBe(false);
    expect(await removes(desk, owner, thief)).toBe(true);
  });

  it('passes on what it hangs from: what its code binds is removed by the same ones, also when it is gone', async () => {
    const desk = openDesk();
    const owner = await withPhone(desk, ana);
    const old = await plant(desk, owner.phone);
    await age(desk, old);
    const between = await ticketed(desk);
    const thief = await plant(desk, old.phone);
    expect(await lineOf(desk, thief)).toEqual([owner.factor.id, old.factor.id]);
    expect(await removes(desk, between, thief)).toBe(false);
    expect(await removes(desk, owner, old)).toBe(true);
    expect(await removes(desk, owner, thief)).toBe(true);
  });

  it('stays where it is not even known that a code bound it; what its code binds hangs from it alone', async () => {
    const desk = openDesk();
    const owner = await withPhone(desk, ana);
    const old = await ticketed(desk);
    await age(desk, old, 'boundBy');
    const added = await plant(desk, old.phone);
    expect(await lineOf(desk, added)).toEqual([old.factor.id]);
    for (const one of [old, added]) expect(await removes(desk, owner, one)).toBe(false);
    expect(await removes(desk, old, added)).toBe(true);
  });

  it('is as what is bound with an app that is gone at this moment: the owner removes it', async () => {
    const desk = openDesk();
    const owner = await withPhone(desk, ana);
    const link = await plant(desk, owner.phone);
    const seat = await byCode(desk, link.phone);
    const { right } = must(await desk.mfa.enrol.rightFromProof(seat.session), 'granted');
    await desk.stores.factors.remove(ana, link.factor.id);
    const thief = await bindPhone(desk, seat, right);
    expect(await kept(desk, thief)).not.toHaveProperty('line');
    expect(await removes(desk, owner, thief)).toBe(true);
  });
});
