// A crash between the place a factor takes and the moment it counts leaves one that never will: what can be done with the
// account then, and by whom.
import { instantOf } from '@palier/mfa-core';
import { memoryStores } from '@palier/mfa-core/stores/memory';
import { describe, expect, it } from 'vitest';
import {
  aKey,
  bindKey,
  bindPhone,
  type Desk,
  lastReason,
  must,
  openDesk,
  signIn,
  withPhone,
} from './desk.ts';
import { ana, byCode } from './thief.ts';

const never = instantOf(8.64e15);

/** As it is where the process was killed before it counted. */
async function breakOff(desk: Desk, { factor }: Pick<Awaited<ReturnType<typeof withPhone>>, 'factor'>) {
  await desk.stores.upkeep.activate(ana, factor.id, never);
}

describe('a factor whose binding broke off', () => {
  it('is what a killed process leaves, and is told as such', async () => {
    const stores = memoryStores();
    const activate = (): Promise<never> => Promise.reject(new Error('killed'));
    const desk = openDesk({ stores: { ...stores, upkeep: { ...stores.upkeep, activate } } });
    await expect(withPhone(desk, ana)).rejects.toThrow('killed');
    expect(await desk.mfa.factors.list(ana)).toMatchObject([{ activeFrom: never, unfinished: true }]);
    expect(await desk.mfa.enrol.addableByProof(ana)).toEqual([]);
  });

  it('is no other factor, also not one that waits (negative control)', async () => {
    const desk = openDesk({ policy: { newFactorDelay: 3600 as never } });
    await withPhone(desk, ana);
    for (const factor of await desk.mfa.factors.list(ana)) expect(factor).not.toHaveProperty('unfinished');
  });

  it('is removed by a code, as soon as no binding can be under way any more', async () => {
    const desk = openDesk();
    const owner = await withPhone(desk, ana);
    const left = await bindPhone(desk, await signIn(desk, ana), undefined);
    await breakOff(desk, left);
    desk.clock.advance(800);
    const early = await byCode(desk, owner.phone);
    must(await desk.mfa.factors.remove(early.session, left.factor.id), 'refused');
    expect(lastReason(desk)).toBe('not-by-code');
    desk.clock.advance(120);
    const { session } = await byCode(desk, owner.phone);
    expect((await desk.mfa.factors.changes(ana, session)).get(left.factor.id)?.remove).toBe('allowed');
    must(await desk.mfa.factors.remove(session, left.factor.id), 'removed');
  });

  it('would not be, if it counted (negative control)', async () => {
    const desk = openDesk();
    const owner = await withPhone(desk, ana);
    const other = await bindPhone(desk, await signIn(desk, ana), undefined);
    desk.clock.advance(1000);
    const { session } = await byCode(desk, owner.phone);
    must(await desk.mfa.factors.remove(session, other.factor.id), 'refused');
  });

  it('lets the same key be bound anew: its maker is not told to refuse it', async () => {
    const desk = openDesk();
    const key = aKey();
    const left = await bindKey(desk, await signIn(desk, ana), undefined, key);
    await expect(bindKey(desk, await signIn(desk, ana), undefined, key)).rejects.toThrow();
    await breakOff(desk, left);
    const bound = await bindKey(desk, await signIn(desk, ana), undefined, key);
    must(await desk.mfa.factors.remove(bound.session, left.factor.id), 'removed');
  });

  it('is none: where a card alone binds the first factor, no ticket does beside it', async () => {
    const first = openDesk();
    await breakOff(first, await withPhone(first, ana));
    const { clock, stores } = first;
    const desk = openDesk({ clock, stores, policy: { firstFactor: ['card'] } });
    await expect(withPhone(desk, ana)).rejects.toThrow('ticket-unknown');
  });

  it('leaves one that counts the ticket (negative control)', async () => {
    const first = openDesk();
    await withPhone(first, ana);
    const { clock, stores } = first;
    await withPhone(openDesk({ clock, stores, policy: { firstFactor: ['card'] } }), ana);
  });
});
