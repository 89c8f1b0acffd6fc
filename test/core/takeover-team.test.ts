// A team behind one account, each with an app of their own, and a thief who phished one code of one of them: whom of them he
// can shut out, which is nobody, and what the honest ones do among themselves.
import type { Factor, FactorView } from '@palier/mfa-core';
import { describe, expect, it } from 'vitest';
import {
  bindPhone,
  type Desk,
  lastReason,
  must,
  openDesk,
  signIn,
  type WithPhone,
  withPhone,
} from './desk.ts';
import { ana, byCode, plant } from './thief.ts';

/** Bound one after the other by ticket, but Dan's and Eve's, which came with a code of Ana's: before Bea's, and after all. */
interface Team {
  readonly desk: Desk;
  readonly ana: WithPhone;
  readonly dan: WithPhone;
  readonly bea: WithPhone;
  readonly cleo: WithPhone;
  readonly eve: WithPhone;
}

async function openTeam(): Promise<Team> {
  const desk = openDesk();
  const first = await withPhone(desk, ana);
  const dan = await plant(desk, first.phone);
  const later = async (): Promise<WithPhone> => {
    desk.clock.advance(60);
    return bindPhone(desk, await signIn(desk, ana), undefined);
  };
  const [bea, cleo] = [await later(), await later()];
  return { desk, ana: first, dan, bea, cleo, eve: await plant(desk, first.phone) };
}

/** Another fact about a factor, in the store. */
async function edit(
  desk: Desk,
  { factor }: WithPhone,
  change: Partial<Pick<Factor, 'boundBy' | 'line'>>,
): Promise<void> {
  const held = (await desk.stores.factors.list(ana)).find(({ id }) => id === factor.id);
  if (held === undefined) throw new Error('no such factor');
  await desk.stores.factors.remove(ana, held.id);
  await desk.stores.factors.add({ ...held, ...change });
}

describe("a phished code of Bea's", () => {
  it.each(['ana', 'dan', 'bea', 'cleo', 'eve'] as const)(
    'does not take the app of %s away',
    async (whose) => {
      const { desk, ...people } = await openTeam();
      const thief = await byCode(desk, people.bea.phone);
      must(await desk.mfa.factors.remove(thief.session, people[whose].factor.id), 'refused');
      expect(lastReason(desk)).toBe('not-by-code');
      desk.clock.advance(8 * 24 * 3600);
      const later = await byCode(desk, people.bea.phone);
      must(await desk.mfa.factors.remove(later.session, people[whose].factor.id), 'refused');
    },
  );

  it.each([
    ['dan', 'that came with a code of Ana’s', {}],
    ['eve', 'that came with a code of Ana’s', {}],
    ['cleo', 'that came by ticket', { boundBy: 'code' }],
  ] as const)(
    'would take that of %s, if it were not one %s (negative control)',
    async (whose, _what, change) => {
      const { desk, ...people } = await openTeam();
      await edit(desk, people[whose], { ...change, line: [people.bea.factor.id] });
      const thief = await byCode(desk, people.bea.phone);
      must(await desk.mfa.factors.remove(thief.session, people[whose].factor.id), 'removed');
    },
  );

  it('takes none away of which it is not kept by what it was bound', async () => {
    const { desk, bea, cleo } = await openTeam();
    const held = (await desk.stores.factors.list(ana)).find(({ id }) => id === cleo.factor.id);
    if (held === undefined) throw new Error('no such factor');
    const { boundBy: _boundBy, ...unknown } = held;
    await desk.stores.factors.remove(ana, held.id);
    await desk.stores.factors.add(unknown);
    const thief = await byCode(desk, bea.phone);
    must(await desk.mfa.factors.remove(thief.session, held.id), 'refused');
  });

  it('takes none away that is not active yet, and came by ticket', async () => {
    const desk = openDesk({ policy: { newFactorDelay: 3600 as never } });
    const bea = await withPhone(desk, ana);
    desk.clock.advance(3600);
    const waiting = await bindPhone(desk, await signIn(desk, ana), undefined);
    const thief = await byCode(desk, bea.phone);
    must(await desk.mfa.factors.remove(thief.session, waiting.factor.id), 'refused');
  });

  it('binds an app that takes away none of theirs', async () => {
    const { desk, ...people } = await openTeam();
    const planted = await plant(desk, people.bea.phone);
    for (const { factor } of Object.values(people)) {
      const thief = await byCode(desk, planted.phone);
      must(await desk.mfa.factors.remove(thief.session, factor.id), 'refused');
    }
  });

  it('calls nobody’s app by another name but the one it came from', async () => {
    const { desk, ...people } = await openTeam();
    for (const who of ['ana', 'dan', 'cleo', 'eve'] as const) {
      const thief = await byCode(desk, people.bea.phone);
      must(await desk.mfa.factors.rename(thief.session, people[who].factor.id, 'old one'), 'refused');
      expect(lastReason(desk)).toBe('not-by-code');
    }
    const { session } = await byCode(desk, people.bea.phone);
    must(await desk.mfa.factors.rename(session, people.bea.factor.id, 'Bea'), 'renamed');
  });
});

describe('of the honest ones', () => {
  it.each(['ana', 'dan'] as const)('%s takes away the app that a code of Dan’s added', async (who) => {
    const { desk, ...people } = await openTeam();
    const planted = await plant(desk, people.dan.phone);
    const { session } = await byCode(desk, people[who].phone);
    must(await desk.mfa.factors.rename(session, planted.factor.id, 'whose?'), 'renamed');
    must(await desk.mfa.factors.remove(session, planted.factor.id), 'removed');
  });

  it.each(['bea', 'cleo', 'eve'] as const)('%s does not: it may be a colleague’s', async (who) => {
    const { desk, ...people } = await openTeam();
    const added = await plant(desk, people.dan.phone);
    const { session } = await byCode(desk, people[who].phone);
    must(await desk.mfa.factors.rename(session, added.factor.id, 'whose?'), 'refused');
    must(await desk.mfa.factors.remove(session, added.factor.id), 'refused');
    expect(lastReason(desk)).toBe('not-by-code');
  });

  it('whoever has a ticket, a card, or is the operator takes away the app of one who left', async () => {
    const { desk, ana: first, bea, cleo } = await openTeam();
    const ticket = await bindPhone(desk, await signIn(desk, ana), undefined);
    must(await desk.mfa.factors.rename(ticket.session, bea.factor.id, 'left in May'), 'renamed');
    must(await desk.mfa.factors.remove(ticket.session, bea.factor.id), 'removed');
    const { token } = await signIn(desk, ana);
    const card = must(await desk.mfa.card.prove(token, 'certificate:00'), 'stepped-up');
    must(await desk.mfa.factors.remove(card.session, cleo.factor.id), 'removed');
    expect(await desk.mfa.factors.removeByOperator(ana, first.factor.id)).toBe('removed');
  });
});

describe('what a page offers', () => {
  const removable = async (desk: Desk, session?: WithPhone['session']): Promise<readonly string[]> => {
    const changes = await desk.mfa.factors.changes(ana, session);
    return [...changes].filter(([, { remove }]) => remove === 'allowed').map(([id]) => id);
  };
  const ids = (...factors: readonly { readonly factor: FactorView }[]): readonly string[] =>
    factors.map(({ factor }) => factor.id);

  it('is what the gesture just made removes, and says of the rest that a code does not', async () => {
    const { desk, bea, cleo } = await openTeam();
    const planted = await plant(desk, bea.phone);
    const hers = await plant(desk, cleo.phone);
    const seat = await byCode(desk, bea.phone);
    expect(await removable(desk, seat.session)).toEqual(ids(planted));
    const changes = await desk.mfa.factors.changes(ana, seat.session);
    expect(changes.get(bea.factor.id)).toEqual({ rename: 'allowed', remove: 'not-by-code' });
    for (const { factor } of [cleo, hers])
      expect(changes.get(factor.id)).toEqual({ rename: 'not-by-code', remove: 'not-by-code' });
  });

  it('is before a gesture, and after it is too old, what a gesture of any of them would remove', async () => {
    const { desk, dan, bea, eve } = await openTeam();
    const planted = await plant(desk, bea.phone);
    const seat = await byCode(desk, bea.phone);
    expect(await removable(desk)).toEqual(ids(dan, eve, planted));
    desk.clock.advance(301);
    expect(await removable(desk, seat.session)).toEqual(ids(dan, eve, planted));
  });

  it('is everything where a ticket was just spent, and nothing of an account with one app', async () => {
    const { desk } = await openTeam();
    const ticket = await bindPhone(desk, await signIn(desk, ana), undefined);
    expect(await removable(desk, ticket.session)).toHaveLength(7);
    const alone = openDesk();
    const only = await withPhone(alone, ana);
    desk.clock.advance(60);
    const { session } = await byCode(alone, only.phone);
    expect((await alone.mfa.factors.changes(ana, session)).get(only.factor.id)?.remove).toBe('last-factor');
    expect(await removable(alone, session)).toEqual([]);
  });

  it('is what is then done, and nothing else is', async () => {
    const team = await openTeam();
    for (const { phone } of [team.bea, team.cleo]) await plant(team.desk, phone);
    const { desk } = team;
    for (const { id } of await desk.mfa.factors.list(ana)) {
      const seat = await byCode(desk, team.bea.phone);
      const offered = (await desk.mfa.factors.changes(ana, seat.session)).get(id);
      const renamed = await desk.mfa.factors.rename(seat.session, id, 'x');
      expect(renamed.outcome === 'renamed').toBe(offered?.rename === 'allowed');
      const removed = await desk.mfa.factors.remove(seat.session, id);
      expect(removed.outcome === 'removed').toBe(offered?.remove === 'allowed');
    }
  });
});
