// The log hears of a factor that was bound and of no other one, and no factor counts before the log has heard of it.
import type { MfaEvent, MfaStores } from '@palier/mfa-core';
import { memoryStores } from '@palier/mfa-core/stores/memory';
import type { SoftwareAuthenticator } from '@palier/mfa-core/testing';
import { describe, expect, it } from 'vitest';
import {
  accountOf,
  aKey,
  atOnce,
  bindKey,
  bindPhone,
  type Desk,
  type DeskSetting,
  must,
  openDesk,
  phoneOf,
  type Seat,
  signIn,
  ticketRight,
  withPhone,
} from './desk.ts';

const [ana, bea] = [accountOf('ana'), accountOf('bea')];

const enrolled = (events: readonly MfaEvent[]): readonly string[] =>
  events.flatMap((event) => (event.type === 'factor-enrolled' ? [event.factor.id] : []));

type Complete = () => ReturnType<Desk['mfa']['enrol']['complete']>;

async function begun(desk: Desk, seat: Seat): Promise<Complete> {
  const right = await ticketRight(desk, seat);
  const offer = must(await desk.mfa.enrol.begin(seat.session, right, { kind: 'totp' }), 'begun');
  const code = phoneOf(desk, offer.totp?.uri ?? '').code();
  return () => desk.mfa.enrol.complete(seat.token, offer.challenge, { code });
}

/** A desk whose log does something of the test's when a factor is told. */
function deskTold(meanwhile: () => Promise<void>, setting: DeskSetting = {}): Desk {
  return openDesk({
    ...setting,
    sink: async ({ type }) => (type === 'factor-enrolled' ? meanwhile() : undefined),
  });
}

describe('the log', () => {
  it('is told of those that had room, of many bound at once, and of no other', async () => {
    const desk = openDesk({ policy: { maxFactors: 4 } });
    const seat = await withPhone(desk, ana);
    const bindings = await atOnce(6, () => begun(desk, seat));
    await Promise.all(bindings.map((complete) => complete()));
    const held = (await desk.mfa.factors.list(ana)).filter(({ kind }) => kind === 'totp');
    expect(held).toHaveLength(3);
    expect(enrolled(desk.events).toSorted()).toEqual(held.map(({ id }) => id).toSorted());
  });

  it('is told nothing of a key that another account holds already (A173)', async () => {
    const desk = openDesk();
    const twin = (): SoftwareAuthenticator => aKey({ random: (length) => new Uint8Array(length).fill(5) });
    await bindKey(desk, await signIn(desk, ana), undefined, twin());
    const told = enrolled(desk.events);
    await expect(bindKey(desk, await signIn(desk, bea), undefined, twin())).rejects.toThrow('duplicate');
    expect(enrolled(desk.events)).toEqual(told);
  });
});

describe('a factor', () => {
  it('proves nothing while the log is told of it', async () => {
    let during = (): Promise<void> => Promise.resolve();
    const desk = deskTold(() => during());
    const seat = await withPhone(desk, ana);
    const active: boolean[] = [];
    during = async () => {
      for (const { kind, activeFrom } of await desk.mfa.factors.list(ana))
        if (kind === 'totp') active.push(activeFrom <= desk.clock.now());
    };
    must(await (await begun(desk, seat))(), 'enrolled');
    expect(active).toEqual([true, false]);
    const now = (await desk.mfa.factors.list(ana)).map(({ activeFrom }) => activeFrom <= desk.clock.now());
    expect(now).toEqual([true, true, true]);
  });

  it('is not kept where the log refuses', async () => {
    let during = (): Promise<void> => Promise.resolve();
    const desk = deskTold(() => during());
    const seat = await withPhone(desk, ana);
    const complete = await begun(desk, seat);
    during = () => Promise.reject(new Error('the log is full'));
    await expect(complete()).rejects.toThrow('the log is full');
    expect((await desk.mfa.factors.list(ana)).filter(({ kind }) => kind === 'totp')).toHaveLength(1);
  });

  it('does not come back where the operator took everything away meanwhile', async () => {
    let during = (): Promise<void> => Promise.resolve();
    const desk = deskTold(() => during());
    const seat = await withPhone(desk, ana);
    const complete = await begun(desk, seat);
    during = async () => void (await desk.mfa.factors.resetByOperator(ana));
    expect((await complete()).outcome).toBe('refused');
    expect(await desk.mfa.factors.list(ana)).toEqual([]);
  });
});

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

describe('sessions that the store cannot find', () => {
  const brokenDesk = (): { desk: Desk; isBroken: (broken: boolean) => void } => {
    const stores = memoryStores();
    let broken = false;
    const list: MfaStores['sessions']['list'] = (account) =>
      broken ? Promise.reject(new Error('the store is away')) : stores.sessions.list(account);
    const desk = openDesk({ stores: { ...stores, sessions: { ...stores.sessions, list } } });
    return {
      desk,
      isBroken: (now) => {
        broken = now;
      },
    };
  };

  it('leave nothing of a binding behind, and the log is told nothing', async () => {
    const { desk, isBroken } = brokenDesk();
    const complete = await begun(desk, await signIn(desk, ana));
    isBroken(true);
    await expect(complete()).rejects.toThrow('the store is away');
    expect([await desk.mfa.factors.list(ana), enrolled(desk.events)]).toEqual([[], []]);
  });

  it('keep the operator from disabling nothing, and are said', async () => {
    const { desk, isBroken } = brokenDesk();
    await withPhone(desk, ana);
    isBroken(true);
    await expect(desk.mfa.factors.disableByOperator(ana)).rejects.toThrow('the store is away');
    for (const { disabledAt } of await desk.mfa.factors.list(ana)) expect(disabledAt).toBeDefined();
  });
});

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
    expect(enrolled(desk.events)).toHaveLength(1);
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
