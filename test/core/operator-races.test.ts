// What the operator takes away from an account where a thief goes on without a pause: types codes, opens sessions, binds apps.
import type { MfaStores } from '@palier/mfa-core';
import { memoryStores } from '@palier/mfa-core/stores/memory';
import { describe, expect, it } from 'vitest';
import {
  bindPhone,
  type Desk,
  must,
  openDesk,
  phoneOf,
  type Seat,
  signIn,
  ticketRight,
  withPhone,
} from './desk.ts';
import { ana, byCode, plantFrom } from './thief.ts';

type Complete = () => ReturnType<Desk['mfa']['enrol']['complete']>;

async function begun(desk: Desk, seat: Seat, given?: string): Promise<Complete> {
  const right = given ?? (await ticketRight(desk, seat));
  const offer = must(await desk.mfa.enrol.begin(seat.session, right, { kind: 'totp' }), 'begun');
  const code = phoneOf(desk, offer.totp?.uri ?? '').code();
  return () => desk.mfa.enrol.complete(seat.token, offer.challenge, { code });
}

interface Hooked {
  readonly stores: MfaStores;
  /** Done once, before the store does what it was asked. */
  before: () => Promise<unknown>;
}

/** Stores that do something of the test's in the middle of a binding: before it takes its place, or before its codes do. */
function storesWith(stores: MfaStores, when: 'place' | 'codes' = 'place'): Hooked {
  const nothing = async (): Promise<unknown> => undefined;
  const once = async (at: typeof when): Promise<void> => {
    if (at !== when) return;
    const { before } = hooked;
    hooked.before = nothing;
    await before();
  };
  const { factors, upkeep } = stores;
  const add: typeof factors.add = async (...words) => {
    await once('place');
    return factors.add(...words);
  };
  const replaceRecoverySet: typeof upkeep.replaceRecoverySet = async (...words) => {
    await once('codes');
    return upkeep.replaceRecoverySet(...words);
  };
  const hooked: Hooked = {
    stores: { ...stores, factors: { ...factors, add }, upkeep: { ...upkeep, replaceRecoverySet } },
    before: nothing,
  };
  return hooked;
}

describe('what the operator does while a thief binds an app', () => {
  const takeAway = {
    reset: (desk: Desk) => desk.mfa.factors.resetByOperator(ana),
    disable: (desk: Desk) => desk.mfa.factors.disableByOperator(ana),
  };
  const usable = async (desk: Desk): Promise<number> =>
    (await desk.mfa.factors.list(ana)).filter(({ disabledAt }) => disabledAt === undefined).length;

  it.each(['reset', 'disable'] as const)('is not outlived by it: %s', async (act) => {
    const hooked = storesWith(memoryStores());
    const desk = openDesk({ stores: hooked.stores });
    const complete = await begun(desk, await withPhone(desk, ana));
    hooked.before = () => takeAway[act](desk);
    expect((await complete()).outcome).toBe('refused');
    expect(await usable(desk)).toBe(0);
    expect(desk.events.filter(({ type }) => type === 'factor-enrolled')).toHaveLength(1);
  });

  it('is not outlived either where the app comes between the disabling and the end of the sessions', async () => {
    const stores = memoryStores();
    const [hasDisabled, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const disable: MfaStores['upkeep']['disable'] = async (...words) => {
      const count = await stores.upkeep.disable(...words);
      hasDisabled.resolve();
      await goOn.promise;
      return count;
    };
    const hooked = storesWith({ ...stores, upkeep: { ...stores.upkeep, disable } });
    const desk = openDesk({ stores: hooked.stores });
    const complete = await begun(desk, await withPhone(desk, ana));
    let disabling: Promise<unknown> = Promise.resolve();
    hooked.before = () => {
      disabling = takeAway.disable(desk);
      return hasDisabled.promise;
    };
    expect((await complete()).outcome).toBe('refused');
    goOn.resolve();
    await disabling;
    expect(await usable(desk)).toBe(0);
  });

  it.each(['a session', 'an app'] as const)(
    'leaves no code that opens, while others are taken away, %s',
    async (what) => {
      const stores = memoryStores();
      let before = async (): Promise<unknown> => undefined;
      const remove: MfaStores['factors']['remove'] = async (...words) => {
        const act = before;
        before = async () => undefined;
        await act();
        return stores.factors.remove(...words);
      };
      const desk = openDesk({ stores: { ...stores, factors: { ...stores.factors, remove } } });
      const { phone } = await withPhone(desk, ana);
      let seat: Seat | undefined;
      before = async () => {
        seat = await byCode(desk, phone);
        if (what === 'an app') await plantFrom(desk, seat);
      };
      await desk.mfa.factors.resetByOperator(ana);
      expect(seat && (await desk.mfa.sessions.load(seat.token))).toBeUndefined();
      expect([seat === undefined, await desk.mfa.factors.list(ana)]).toEqual([false, []]);
    },
  );

  it('disables also what a session bound that a code opened meanwhile', async () => {
    const stores = memoryStores();
    let during: (() => Promise<Complete>) | undefined;
    const disable: MfaStores['upkeep']['disable'] = async (...words) => {
      const act = during;
      during = undefined;
      const complete = await act?.();
      const count = await stores.upkeep.disable(...words);
      await complete?.();
      return count;
    };
    const desk = openDesk({ stores: { ...stores, upkeep: { ...stores.upkeep, disable } } });
    const { phone } = await withPhone(desk, ana);
    during = async () => {
      const seat = await byCode(desk, phone);
      const { right } = must(await desk.mfa.enrol.rightFromProof(seat.session), 'granted');
      return begun(desk, seat, right);
    };
    // The two that there were, the app, and the codes that came with it.
    expect(await desk.mfa.factors.disableByOperator(ana)).toBe(4);
    expect(await usable(desk)).toBe(0);
  });

  it('leaves no recovery codes either, where the app had its place already', async () => {
    const hooked = storesWith(memoryStores(), 'codes');
    const desk = openDesk({ stores: hooked.stores });
    const complete = await begun(desk, await signIn(desk, ana));
    hooked.before = () => takeAway.reset(desk);
    expect(await complete()).not.toHaveProperty('recoveryCodes');
    expect(await desk.mfa.factors.list(ana)).toEqual([]);
  });

  it.each(['reset', 'disable'] as const)(
    'would be, if ended sessions still stood in the list (negative control): %s',
    async (act) => {
      const stores = memoryStores();
      let seat: Seat | undefined;
      const list: MfaStores['sessions']['list'] = async () => (seat === undefined ? [] : [seat.session]);
      const hooked = storesWith({ ...stores, sessions: { ...stores.sessions, list } });
      const desk = openDesk({ stores: hooked.stores });
      seat = await signIn(desk, ana);
      seat = await bindPhone(desk, seat, undefined);
      const complete = await begun(desk, seat);
      hooked.before = () => takeAway[act](desk);
      await complete();
      expect(await usable(desk)).toBeGreaterThan(0);
    },
  );
});
