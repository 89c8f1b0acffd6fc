// With one phished code a thief binds an app and makes new recovery codes. The codes must not outlive the app: whoever
// takes it away takes them too, and what the owner made by more than a code stays.
import { describe, expect, it } from 'vitest';
import { bindPhone, type Desk, must, openDesk, type Seat, signIn, withPhone } from './desk.ts';
import { ana, byCode, plant, plantFrom } from './thief.ts';

const day = 24 * 3600;

async function makeCodes(desk: Desk, seat: Seat): Promise<string> {
  const [code = ''] = must(await desk.mfa.factors.replaceRecoveryCodes(seat.session), 'replaced').codes;
  return code;
}

async function opens(desk: Desk, code: string): Promise<boolean> {
  desk.clock.advance(60);
  const { token } = await signIn(desk, ana);
  const done = await desk.mfa.stepUp.complete(token, { kind: 'recovery-code', code });
  return done.outcome === 'stepped-up';
}

const sets = async (desk: Desk): Promise<number> =>
  (await desk.mfa.factors.list(ana)).filter(({ kind }) => kind === 'recovery-code').length;

describe('recovery codes that a code made', () => {
  it.each(['before', 'after'] as const)(
    'go with the app that a code bound, made %s it, and whoever removed it is told',
    async (when) => {
      const desk = openDesk();
      const owner = await withPhone(desk, ana);
      const seat = await byCode(desk, owner.phone);
      let code = when === 'before' ? await makeCodes(desk, seat) : '';
      const thief = await plantFrom(desk, seat);
      if (when === 'after') code = await makeCodes(desk, await byCode(desk, thief.phone));
      const back = await byCode(desk, owner.phone);
      const done = await desk.mfa.factors.remove(back.session, thief.factor.id);
      expect(done).toEqual({ outcome: 'removed', recoveryCodes: 'removed' });
      expect(desk.events).toContainEqual(
        expect.objectContaining({
          type: 'factor-removed',
          factor: expect.objectContaining({ kind: 'recovery-code' }),
        }),
      );
      expect([await sets(desk), await opens(desk, code)]).toEqual([0, false]);
      // The owner makes new ones, and these work.
      expect(await opens(desk, await makeCodes(desk, await byCode(desk, owner.phone)))).toBe(true);
    },
  );

  it('work while the app is there (negative control)', async () => {
    const desk = openDesk();
    const owner = await withPhone(desk, ana);
    const seat = await byCode(desk, owner.phone);
    const code = await makeCodes(desk, seat);
    await plantFrom(desk, seat);
    expect(await opens(desk, code)).toBe(true);
  });

  it('go where the operator removes the app, too', async () => {
    const desk = openDesk();
    const owner = await withPhone(desk, ana);
    const seat = await byCode(desk, owner.phone);
    const code = await makeCodes(desk, seat);
    const thief = await plantFrom(desk, seat);
    expect(await desk.mfa.factors.removeByOperator(ana, thief.factor.id)).toBe('removed');
    expect([await sets(desk), await opens(desk, code)]).toEqual([0, false]);
  });

  it('go where the operator disables the apps alone, and nobody is let in by one', async () => {
    const desk = openDesk();
    const owner = await withPhone(desk, ana);
    const seat = await byCode(desk, owner.phone);
    const code = await makeCodes(desk, seat);
    await plantFrom(desk, seat);
    expect(await desk.mfa.factors.disableByOperator(ana, ['totp'])).toBe(2);
    expect(desk.events).toContainEqual(
      expect.objectContaining({
        type: 'factor-removed',
        by: 'operator',
        factor: expect.objectContaining({ kind: 'recovery-code' }),
      }),
    );
    expect([await sets(desk), await opens(desk, code)]).toEqual([0, false]);
  });

  it('are disabled with the rest, and not removed, where the operator says so', async () => {
    const desk = openDesk();
    const owner = await withPhone(desk, ana);
    const seat = await byCode(desk, owner.phone);
    const code = await makeCodes(desk, seat);
    await plantFrom(desk, seat);
    expect(await desk.mfa.factors.disableByOperator(ana)).toBe(3);
    expect([await sets(desk), await opens(desk, code)]).toEqual([1, false]);
  });

  it('go with the app also where it is older than a week by then', async () => {
    const desk = openDesk();
    const owner = await withPhone(desk, ana);
    const thief = await plant(desk, owner.phone);
    desk.clock.advance(8 * day);
    const code = await makeCodes(desk, await byCode(desk, thief.phone));
    const back = await byCode(desk, owner.phone);
    must(await desk.mfa.factors.remove(back.session, thief.factor.id), 'removed');
    expect(await opens(desk, code)).toBe(false);
  });

  it('leave no session that one of them opened while they went', async () => {
    let meanwhile = async (): Promise<void> => undefined;
    const desk = openDesk({
      sink: async (event) => {
        if (event.type === 'factor-removed' && event.factor.kind === 'recovery-code') await meanwhile();
      },
    });
    const owner = await withPhone(desk, ana);
    const seat = await byCode(desk, owner.phone);
    const code = await makeCodes(desk, seat);
    const thief = await plantFrom(desk, seat);
    const back = await byCode(desk, owner.phone);
    let token = '';
    meanwhile = async () => {
      const again = await signIn(desk, ana);
      const done = await desk.mfa.stepUp.complete(again.token, { kind: 'recovery-code', code });
      token = must(done, 'stepped-up').token;
    };
    must(await desk.mfa.factors.remove(back.session, thief.factor.id), 'removed');
    expect(await desk.mfa.sessions.load(token)).toBeUndefined();
  });

  it('are not kept where the app and their session go while they are made', async () => {
    let meanwhile = async (): Promise<void> => undefined;
    const desk = openDesk({
      sink: async ({ type }) => {
        if (type === 'recovery-codes-replaced') await meanwhile();
      },
    });
    const owner = await withPhone(desk, ana);
    const seat = await byCode(desk, owner.phone);
    const thief = await plantFrom(desk, seat);
    const back = await byCode(desk, owner.phone);
    meanwhile = async () =>
      void must(await desk.mfa.factors.remove(back.session, thief.factor.id), 'removed');
    must(await desk.mfa.factors.replaceRecoveryCodes(thief.session), 'refused');
    expect(await sets(desk)).toBe(0);
  });
});

describe('recovery codes that came by more', () => {
  it('stay when the app that a code bound goes: they came with the ticket', async () => {
    const desk = openDesk();
    const owner = await withPhone(desk, ana);
    const thief = await plant(desk, owner.phone);
    const back = await byCode(desk, owner.phone);
    expect(await desk.mfa.factors.remove(back.session, thief.factor.id)).toEqual({ outcome: 'removed' });
    expect(await sets(desk)).toBe(1);
  });

  it('stay where the operator disables the apps: they came with the ticket', async () => {
    const desk = openDesk();
    const owner = await withPhone(desk, ana);
    await plant(desk, owner.phone);
    expect(await desk.mfa.factors.disableByOperator(ana, ['totp'])).toBe(2);
    expect(await sets(desk)).toBe(1);
  });

  it('or made by a code, stay where what is disabled was bound by more', async () => {
    const desk = openDesk();
    const owner = await withPhone(desk, ana);
    const code = await makeCodes(desk, await byCode(desk, owner.phone));
    expect(await desk.mfa.factors.disableByOperator(ana, ['totp'])).toBe(1);
    expect(await opens(desk, code)).toBe(true);
  });

  it('or were made where a ticket was just spent, stay', async () => {
    const desk = openDesk();
    const owner = await withPhone(desk, ana);
    const thief = await plant(desk, owner.phone);
    const found = await bindPhone(desk, await signIn(desk, ana), undefined);
    const code = await makeCodes(desk, found);
    const done = await desk.mfa.factors.remove(found.session, thief.factor.id);
    expect(done).toEqual({ outcome: 'removed' });
    expect(await opens(desk, code)).toBe(true);
  });

  it('or were made longer ago than a week, stay', async () => {
    const desk = openDesk();
    const owner = await withPhone(desk, ana);
    const code = await makeCodes(desk, await byCode(desk, owner.phone));
    desk.clock.advance(7 * day);
    const thief = await plant(desk, owner.phone);
    const back = await byCode(desk, owner.phone);
    expect(await desk.mfa.factors.remove(back.session, thief.factor.id)).toEqual({ outcome: 'removed' });
    expect(await opens(desk, code)).toBe(true);
  });
});
