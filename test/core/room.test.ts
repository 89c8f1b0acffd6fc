// How many factors an account may hold: said before anything is spent, kept also of many bindings at once, and no weapon
// against the owner.
import { memoryStores } from '@palier/mfa-core/stores/memory';
import { describe, expect, it } from 'vitest';
import {
  accountOf,
  atOnce,
  bindKey,
  bindPhone,
  type Desk,
  lastReason,
  must,
  openDesk,
  phoneOf,
  type Seat,
  signIn,
  ticketRight,
  withPhone,
} from './desk.ts';

const ana = accountOf('ana');

type Completion = ReturnType<Desk['mfa']['enrol']['complete']>;

interface Begun {
  readonly right: string;
  readonly complete: () => Completion;
}

async function begunWith(desk: Desk, seat: Seat, right: string): Promise<Begun> {
  const { challenge, totp } = must(
    await desk.mfa.enrol.begin(seat.session, right, { kind: 'totp' }),
    'begun',
  );
  const code = phoneOf(desk, totp?.uri ?? '').code();
  return { right, complete: () => desk.mfa.enrol.complete(seat.token, challenge, { code }) };
}

/** An account with an app and its recovery codes, and six more apps begun while there was room. */
async function sixBegun(desk: Desk): Promise<{ readonly seat: Seat; readonly bindings: readonly Begun[] }> {
  const seat = await withPhone(desk, ana);
  const bindings = await atOnce(6, async () => {
    const { right } = must(await desk.mfa.enrol.rightFromProof(seat.session), 'granted');
    return begunWith(desk, seat, right);
  });
  return { seat, bindings };
}

describe('one more factor', () => {
  it('is refused beyond the number an account may hold (A178)', async () => {
    const desk = openDesk({ policy: { maxFactors: 2 } });
    const seat = await withPhone(desk, ana);
    const { right } = must(await desk.mfa.enrol.rightFromProof(seat.session), 'granted');
    must(await desk.mfa.enrol.begin(seat.session, right, { kind: 'totp' }), 'refused');
    expect(lastReason(desk)).toBe('too-many-factors');
  });

  it('is refused beyond it also where many were begun while there was room for one', async () => {
    const desk = openDesk({ policy: { maxFactors: 4 } });
    const { bindings } = await sixBegun(desk);
    const outcomes: string[] = [];
    for (const { complete } of bindings) outcomes.push((await complete()).outcome);
    expect(outcomes).toEqual(['enrolled', 'enrolled', 'refused', 'refused', 'refused', 'refused']);
    expect(lastReason(desk)).toBe('too-many-factors');
    expect(await desk.mfa.factors.list(ana)).toHaveLength(4);
  });

  it('is refused beyond it also where all are completed at once, and the rights of the others stay good', async () => {
    const desk = openDesk({ policy: { maxFactors: 4 } });
    const { seat, bindings } = await sixBegun(desk);
    const answers = await Promise.all(bindings.map(({ complete }) => complete()));
    expect(answers.filter(({ outcome }) => outcome === 'enrolled')).toHaveLength(2);
    expect(lastReason(desk)).toBe('too-many-factors');
    expect(await desk.mfa.factors.list(ana)).toHaveLength(4);
    const lost = bindings[answers.findIndex(({ outcome }) => outcome === 'refused')];
    const won = answers.flatMap((answer) => (answer.outcome === 'enrolled' ? [answer.factor] : []));
    for (const { id } of won) must(await desk.mfa.factors.remove(seat.session, id), 'removed');
    must(await desk.mfa.enrol.begin(seat.session, lost?.right, { kind: 'totp' }), 'begun');
  });

  it('passes the number where a store looks and then adds: the test above sees it', async () => {
    const stores = memoryStores();
    const add: typeof stores.factors.add = async (factor, room) => {
      const held = await stores.factors.list(factor.account);
      return room !== undefined && held.length >= room.most ? 'full' : stores.factors.add(factor);
    };
    const desk = openDesk({
      policy: { maxFactors: 4 },
      stores: { ...stores, factors: { ...stores.factors, add } },
    });
    const { bindings } = await sixBegun(desk);
    await Promise.all(bindings.map(({ complete }) => complete()));
    expect((await desk.mfa.factors.list(ana)).length).toBeGreaterThan(4);
  });

  it('keeps a place for the recovery codes that a first factor brings, also of several first ones at once', async () => {
    const desk = openDesk({ policy: { maxFactors: 2 } });
    const bindings = await atOnce(3, async () => {
      const seat = await signIn(desk, ana);
      return begunWith(desk, seat, await ticketRight(desk, seat));
    });
    const answers = await Promise.all(bindings.map(({ complete }) => complete()));
    expect(answers.filter(({ outcome }) => outcome === 'enrolled')).toHaveLength(1);
    expect(await desk.mfa.factors.list(ana)).toHaveLength(2);
  });

  it('forgets no wrong guess where it is refused for want of room: who holds a right could guess on for ever', async () => {
    const desk = openDesk({ policy: { maxFactors: 3 } });
    const seat = await withPhone(desk, ana);
    const [first, second] = await atOnce(2, async () => {
      const { right } = must(await desk.mfa.enrol.rightFromProof(seat.session), 'granted');
      return must(await desk.mfa.enrol.begin(seat.session, right, { kind: 'totp' }), 'begun');
    });
    const complete = (offer: typeof first): ReturnType<typeof desk.mfa.enrol.complete> => {
      const code = phoneOf(desk, offer?.totp?.uri ?? '').code();
      return desk.mfa.enrol.complete(seat.token, offer?.challenge, { code });
    };
    must(await complete(first), 'enrolled');
    const guess = (): Promise<unknown> =>
      desk.mfa.stepUp.complete(seat.token, { kind: 'totp', code: '000000' });
    for (let wrong = 0; wrong < 3; wrong += 1) await guess();
    must(await complete(second), 'refused');
    expect(lastReason(desk)).toBe('too-many-factors');
    await guess();
    desk.clock.advance(29);
    must(await desk.mfa.stepUp.complete(seat.token, { kind: 'totp', code: seat.phone.code() }), 'refused');
    expect(lastReason(desk)).toBe('too-many-attempts');
  });

  it('is not refused to a ticket or a key because codes have filled the account, disabled or not', async () => {
    for (const disabled of [false, true]) {
      const desk = openDesk({ policy: { maxFactors: 4 } });
      const seat = await withPhone(desk, ana);
      for (const _ of [1, 2]) {
        const { right } = must(await desk.mfa.enrol.rightFromProof(seat.session), 'granted');
        await bindPhone(desk, seat, right);
      }
      if (disabled) await desk.mfa.factors.disableByOperator(ana, ['totp', 'recovery-code']);
      const byTicket = await bindKey(desk, await signIn(desk, ana));
      const byKey = must(await desk.mfa.enrol.rightFromProof(byTicket.session), 'granted');
      await bindKey(desk, byTicket, byKey.right);
    }
  });

  it('is refused to a ticket where as many are there as an account may hold, whatever bound them', async () => {
    const desk = openDesk({ policy: { maxFactors: 4 } });
    const seat = await withPhone(desk, ana);
    await bindKey(desk, await bindKey(desk, seat));
    const fourth = await signIn(desk, ana);
    const right = await ticketRight(desk, fourth);
    must(await desk.mfa.enrol.begin(fourth.session, right, { kind: 'webauthn' }), 'refused');
    expect(lastReason(desk)).toBe('too-many-factors');
  });
});
