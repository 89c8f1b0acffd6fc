// The log hears of a factor that was bound and of no other one, and no factor counts before the log has heard of it.
import { MfaError, type MfaEvent, type MfaStores } from '@palier/mfa-core';
import { memoryStores } from '@palier/mfa-core/stores/memory';
import type { SoftwareAuthenticator } from '@palier/mfa-core/testing';
import { describe, expect, it } from 'vitest';
import {
  accountOf,
  aKey,
  atOnce,
  bindKey,
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

describe('an app that the operator imports', () => {
  const app = {
    secret: new Uint8Array(20).fill(5),
    settings: { hash: 'sha1', digits: 6, period: 30 },
  } as const;

  it('is told of only where it has its place: a wrong clock gives it none', async () => {
    const { factors, ...stores } = memoryStores();
    const add = (): Promise<never> => Promise.reject(new MfaError('ERR_MFA_CLOCK'));
    const desk = openDesk({ stores: { ...stores, factors: { ...factors, add } } });
    await expect(desk.mfa.factors.importTotp(ana, app)).rejects.toMatchObject({ code: 'ERR_MFA_CLOCK' });
    expect(desk.events).toEqual([]);
  });

  it('proves nothing while the log is told of it, and counts then', async () => {
    const stores = memoryStores();
    const usable: boolean[] = [];
    const look = async (): Promise<void> => {
      for (const { activeFrom } of await stores.factors.list(ana))
        usable.push(activeFrom <= desk.clock.now());
    };
    const desk = deskTold(look, { stores });
    await desk.mfa.factors.importTotp(ana, app);
    await look();
    expect(usable).toEqual([false, true]);
  });

  it('is not kept where the log refuses', async () => {
    const desk = deskTold(() => Promise.reject(new Error('the log is full')));
    await expect(desk.mfa.factors.importTotp(ana, app)).rejects.toThrow('the log is full');
    expect(await desk.mfa.factors.list(ana)).toEqual([]);
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

describe('sessions that the store cannot find', () => {
  const brokenDesk = (): { desk: Desk; isBroken: (broken: boolean) => void } => {
    const stores = memoryStores();
    let broken = false;
    const away = (): Promise<never> => Promise.reject(new Error('the store is away'));
    const list: MfaStores['sessions']['list'] = (account) =>
      broken ? away() : stores.sessions.list(account);
    const end: MfaStores['sessions']['end'] = (account, which) =>
      broken ? away() : stores.sessions.end(account, which);
    const desk = openDesk({ stores: { ...stores, sessions: { ...stores.sessions, list, end } } });
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
