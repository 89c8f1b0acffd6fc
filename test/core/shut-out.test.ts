// A thief with one phished code binds an app, and has fresh codes for ever. With them he ends no session of those who could
// come and take it away: a change of his, and the button that ends the others, reach what rests on his app and nothing else.
import type { Factor, MfaStores, Seconds } from '@palier/mfa-core';
import { memoryStores } from '@palier/mfa-core/stores/memory';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  bindKey,
  bindPhone,
  type Desk,
  must,
  openDesk,
  type Seat,
  signIn,
  ticketRight,
  type WithPhone,
  withPhone,
} from './desk.ts';
import { ana, byCode, plant, plantFrom } from './thief.ts';

let desk: Desk;
let owner: WithPhone;
let colleague: WithPhone;
let thief: WithPhone;
beforeEach(async () => {
  desk = openDesk();
  owner = await withPhone(desk, ana);
  desk.clock.advance(60);
  colleague = await bindPhone(desk, await signIn(desk, ana), undefined);
  thief = await plant(desk, owner.phone);
});

const lives = async ({ token }: Pick<Seat, 'token'>): Promise<boolean> =>
  (await desk.mfa.sessions.load(token)) !== undefined;

/** What the thief does, as often as he likes. */
const acts: Readonly<Record<string, (seat: Seat) => Promise<unknown>>> = {
  'binds an app': (seat) => plantFrom(desk, seat),
  'removes an app': async (seat) => {
    const { factor } = await plantFrom(desk, seat);
    must(await desk.mfa.factors.remove(seat.session, factor.id), 'removed');
  },
  'makes recovery codes': async (seat) =>
    must(await desk.mfa.factors.replaceRecoveryCodes(seat.session), 'replaced'),
  'ends the others': (seat) => desk.mfa.sessions.endOthers(seat.session),
};

describe.each(Object.keys(acts))('who %s with a code of what a code bound', (what) => {
  const act = async (seat: Seat): Promise<unknown> => acts[what]?.(seat);

  it('leaves the gesture of the owner and of a colleague, and what they are about to do', async () => {
    const proved = await byCode(desk, owner.phone);
    const other = await byCode(desk, colleague.phone);
    const seat = await byCode(desk, thief.phone);
    const begun = await signIn(desk, ana);
    const spent = await signIn(desk, ana);
    const right = await ticketRight(desk, spent);
    await act(seat);
    for (const one of [proved, other, begun]) expect(await lives(one)).toBe(true);
    await bindPhone(desk, spent, right);
    const again = await byCode(desk, owner.phone);
    must(await desk.mfa.factors.remove(again.session, thief.factor.id), 'removed');
  });

  it('would end them all, if a ticket had bound it (negative control)', async () => {
    const held = (await desk.stores.factors.list(ana)).find(({ id }) => id === thief.factor.id);
    const { line: _line, ...rest } = held as Factor;
    await desk.stores.factors.remove(ana, thief.factor.id);
    await desk.stores.factors.add({ ...rest, boundBy: 'ticket' } as Factor);
    const proved = await byCode(desk, owner.phone);
    const seat = await byCode(desk, thief.phone);
    const spent = await signIn(desk, ana);
    await act(seat);
    for (const one of [proved, spent]) expect(await lives(one)).toBe(false);
  });

  it('ends what rests on it and on what hangs from it', async () => {
    const next = await plant(desk, thief.phone);
    const [same, below] = [await byCode(desk, thief.phone), await byCode(desk, next.phone)];
    const seat = await byCode(desk, thief.phone);
    await act(seat);
    for (const one of [same, below]) expect(await lives(one)).toBe(false);
  });

  it('ends what rests on what is gone', async () => {
    const next = await plant(desk, thief.phone);
    const below = await byCode(desk, next.phone);
    const seat = await byCode(desk, thief.phone);
    await desk.stores.factors.remove(ana, next.factor.id);
    await act(seat);
    expect(await lives(below)).toBe(false);
  });

  it('is thrown out by the owner, whose app no code bound', async () => {
    const seat = await byCode(desk, thief.phone);
    await act(await byCode(desk, owner.phone));
    expect(await lives(seat)).toBe(false);
  });
});

describe('the button that ends the others', () => {
  it('ends nothing that was proved for a gesture of half an hour ago, and everything for one just made', async () => {
    const old = await byCode(desk, owner.phone);
    desk.clock.advance(1800);
    const other = await byCode(desk, colleague.phone);
    expect(await desk.mfa.sessions.endOthers(old.session)).toMatchObject({ ended: 0 });
    expect(await lives(other)).toBe(true);
    expect(await desk.mfa.sessions.endOne(old.session, other.session.id)).toBe('stays');
    desk.clock.advance(60);
    const code = { kind: 'totp', code: owner.phone.code() } as const;
    const again = must(await desk.mfa.stepUp.complete(old.token, code), 'stepped-up');
    expect(await desk.mfa.sessions.endOthers(again.session)).toMatchObject({ stay: 0 });
    expect(await lives(other)).toBe(false);
  });

  it('ends, for a password, no session whose proof is of codes that were replaced since', async () => {
    const seat = await signIn(desk, ana);
    const code = { kind: 'recovery-code', code: owner.recoveryCodes[0] } as const;
    const proved = must(await desk.mfa.stepUp.complete(seat.token, code), 'stepped-up');
    const set = (await desk.stores.factors.list(ana)).find(({ kind }) => kind === 'recovery-code');
    if (set !== undefined) await desk.stores.factors.remove(ana, set.id);
    await desk.mfa.sessions.endOthers((await signIn(desk, ana)).session);
    expect(await lives(proved)).toBe(true);
  });

  it('ends nothing that was proved for a card that has been silent', async () => {
    desk = openDesk({ policy: { cardIdle: 60 as Seconds } });
    const first = await withPhone(desk, ana);
    const seat = await signIn(desk, ana);
    const card = must(await desk.mfa.card.prove(seat.token, 'certificate:00'), 'stepped-up');
    desk.clock.advance(61);
    expect(await desk.mfa.sessions.endOthers(card.session)).toEqual({ ended: 0, stay: 1 });
    expect(await lives(first)).toBe(true);
  });

  it('ends all for a key and for a card', async () => {
    const other = await byCode(desk, owner.phone);
    const card = must(
      await desk.mfa.card.prove((await signIn(desk, ana)).token, 'certificate:00'),
      'stepped-up',
    );
    expect(await desk.mfa.sessions.endOthers(card.session)).toMatchObject({ stay: 0 });
    expect(await lives(other)).toBe(false);
    const key = await bindKey(desk, await signIn(desk, ana));
    expect(await desk.mfa.sessions.endOthers(key.session)).toMatchObject({ stay: 0 });
  });
});

it('a code typed while its app is removed opens nothing, also where the session proved nothing before', async () => {
  const stores = memoryStores();
  let before = async (): Promise<unknown> => undefined;
  const replace: MfaStores['sessions']['replace'] = async (...words) => {
    const act = before;
    before = async () => undefined;
    await act();
    return stores.sessions.replace(...words);
  };
  desk = openDesk({ stores: { ...stores, sessions: { ...stores.sessions, replace } } });
  const first = await withPhone(desk, ana);
  const second = await plant(desk, first.phone);
  const planted = await plant(desk, second.phone);
  const here = await byCode(desk, second.phone);
  const late = await signIn(desk, ana);
  desk.clock.advance(30);
  before = async () => must(await desk.mfa.factors.remove(here.session, planted.factor.id), 'removed');
  const code = { kind: 'totp', code: planted.phone.code() } as const;
  must(await desk.mfa.stepUp.complete(late.token, code), 'refused');
  for (const { proofs } of await desk.mfa.sessions.list(ana))
    expect(proofs.some((proof) => proof.kind === 'totp' && proof.factor === planted.factor.id)).toBe(false);
});
