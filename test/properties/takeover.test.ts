// Whatever a thief does with codes of one app of a team, phished as often as he likes, and with codes of all he bound
// himself: nobody's app is gone or called otherwise that he did not bind, and its owner can take all of his away.
import type { FactorId, FactorView } from '@palier/mfa-core';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { bindPhone, type Desk, openDesk, signIn, type WithPhone, withPhone } from '../core/desk.ts';
import { ana, byCode, plant, plantFrom } from '../core/thief.ts';

/** What he does with a code of which of his apps (the phished one is the first), to which of those on the list. */
interface Step {
  readonly act: 'bind' | 'remove' | 'rename' | 'new codes' | 'wait';
  readonly app: number;
  readonly target: number;
}

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.record({
    act: fc.constantFrom('bind', 'bind', 'remove', 'remove', 'remove', 'rename', 'new codes', 'wait'),
    app: fc.nat(5),
    target: fc.nat(9),
  }),
  { minLength: 3, maxLength: 14 },
);

const apps = async (desk: Desk): Promise<readonly FactorView[]> =>
  (await desk.mfa.factors.list(ana)).filter(({ kind }) => kind === 'totp');

/** Runs his steps; answers what is left of his own. A code of an app that is gone gives him nothing. */
async function play(desk: Desk, phished: WithPhone, trace: readonly Step[]): Promise<readonly FactorId[]> {
  const his = [phished];
  for (const { act, app, target } of trace) {
    const shown = his[app % his.length] ?? phished;
    if (act === 'wait') desk.clock.advance(target * 24 * 3600);
    const held = await apps(desk);
    if (!held.some(({ id }) => id === shown.factor.id)) continue;
    const seat = await byCode(desk, shown.phone);
    if (act === 'bind') his.push(await plantFrom(desk, seat));
    if (act === 'new codes') await desk.mfa.factors.replaceRecoveryCodes(seat.session);
    const aimed = held[target % held.length]?.id;
    if (act === 'remove' && aimed !== undefined) await desk.mfa.factors.remove(seat.session, aimed);
    if (act === 'rename' && aimed !== undefined && aimed !== shown.factor.id)
      await desk.mfa.factors.rename(seat.session, aimed, 'his');
  }
  const left = new Set((await apps(desk)).map(({ id }) => id));
  return his.slice(1).flatMap(({ factor }) => (left.has(factor.id) ? [factor.id] : []));
}

it('keeps every app of a team, by its name, and lets the owner take his away', async () => {
  await fc.assert(
    fc.asyncProperty(steps, fc.nat(4), async (trace, which) => {
      const desk = openDesk();
      const first = await withPhone(desk, ana);
      const early = await plant(desk, first.phone);
      desk.clock.advance(60);
      const last = await bindPhone(desk, await signIn(desk, ana), undefined);
      const team = [first, early, last, await plant(desk, first.phone), await plant(desk, last.phone)];
      const phished = team[which] ?? first;
      // What codes of the phished one bound a thief takes too: a colleague is added with a ticket.
      const owned = team.filter(({ factor }) => factor.boundWith !== phished.factor.id);
      const planted = await play(desk, phished, trace);
      const left = new Map((await apps(desk)).map(({ id, name }) => [id, name]));
      for (const { factor } of owned) expect(left.get(factor.id)).toBe('phone');
      for (const id of planted) {
        const { session } = await byCode(desk, phished.phone);
        expect((await desk.mfa.factors.remove(session, id)).outcome).toBe('removed');
      }
    }),
    { numRuns: 150 },
  );
});
