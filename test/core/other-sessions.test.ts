// What one session may end of its account's others. Who has the password alone must not be able to throw the owner out.
import type { Seconds } from '@palier/mfa-core';
import { ceremonies } from '@palier/mfa-core/web';
import { describe, expect, it } from 'vitest';
import { accountOf, type Desk, must, openDesk, origin, type Seat, signIn, withPhone } from './desk.ts';

const ana = accountOf('ana');
const quarter = 15 * 60;

async function lives(desk: Desk, { token }: Seat): Promise<boolean> {
  return (await desk.mfa.sessions.load(token)) !== undefined;
}

describe('a session that has proved nothing', () => {
  it('ends no other that has, all at once or by its name, and says so', async () => {
    const desk = openDesk();
    const owner = await withPhone(desk, ana);
    desk.clock.advance(2 * quarter);
    const thief = await signIn(desk, ana);
    expect(await desk.mfa.sessions.endOthers(thief.session)).toEqual({ ended: 0, stay: 1 });
    expect(await desk.mfa.sessions.endOne(thief.session, owner.session.id)).toBe('stays');
    expect(await lives(desk, owner)).toBe(true);
  });

  it('would end it by the verb that asks nothing: what holds it is the rule', async () => {
    const desk = openDesk();
    const owner = await withPhone(desk, ana);
    const thief = await signIn(desk, ana);
    expect(await desk.mfa.sessions.endAll(ana, 'person', thief.session.id)).toBe(1);
    expect(await lives(desk, owner)).toBe(false);
  });

  it('ends none that is at work: the gesture under way, and the ticket just spent, are the owner’s', async () => {
    const desk = openDesk();
    const owner = await signIn(desk, ana);
    const thief = await signIn(desk, ana);
    // As late as a right lives, and the minute to which the last use is kept.
    desk.clock.advance(quarter + 60);
    expect(await desk.mfa.sessions.endOthers(thief.session)).toEqual({ ended: 0, stay: 1 });
    expect(await desk.mfa.sessions.endOne(thief.session, owner.session.id)).toBe('stays');
    expect(await lives(desk, owner)).toBe(true);
  });

  it('ends those that proved nothing and were left alone, and itself', async () => {
    const desk = openDesk();
    const left = await signIn(desk, ana);
    desk.clock.advance(quarter + 61);
    const here = await signIn(desk, ana);
    expect(await desk.mfa.sessions.endOthers(here.session)).toEqual({ ended: 1, stay: 0 });
    expect(await lives(desk, left)).toBe(false);
    expect(await desk.mfa.sessions.endOne(here.session, here.session.id)).toBe('ended');
    expect(await desk.mfa.sessions.endOne(here.session, left.session.id)).toBe('absent');
  });

  it('ends nothing once it is over itself, whatever its copy says was proved', async () => {
    const desk = openDesk();
    const owner = await withPhone(desk, ana);
    const copy = owner.session;
    await desk.mfa.sessions.endAll(ana, 'operator');
    const other = await signIn(desk, ana);
    expect(await desk.mfa.sessions.endOthers(copy)).toEqual({ ended: 0, stay: 1 });
    expect(await lives(desk, other)).toBe(true);
  });
});

describe('a session that has proved something', () => {
  it('ends all others, the proved ones too', async () => {
    const desk = openDesk();
    const first = await withPhone(desk, ana);
    desk.clock.advance(60);
    const seat = await signIn(desk, ana);
    const here = must(
      await desk.mfa.stepUp.complete(seat.token, { kind: 'totp', code: first.phone.code() }),
      'stepped-up',
    );
    const plain = await signIn(desk, ana);
    expect(await desk.mfa.sessions.endOne(here.session, plain.session.id)).toBe('ended');
    expect(await desk.mfa.sessions.endOthers(here.session)).toEqual({ ended: 1, stay: 0 });
    expect([await lives(desk, first), await lives(desk, here)]).toEqual([false, true]);
    expect(desk.events.at(-1)).toMatchObject({ type: 'session-ended', count: 1, by: 'person' });
  });

  it('is none any more where it was a card that has been silent', async () => {
    const desk = openDesk({ policy: { cardIdle: 300 as Seconds } });
    const card = must(
      await desk.mfa.card.prove((await signIn(desk, ana)).token, 'certificate:00'),
      'stepped-up',
    );
    desk.clock.advance(quarter + 61);
    const here = await signIn(desk, ana);
    expect(await desk.mfa.sessions.endOthers(here.session)).toEqual({ ended: 1, stay: 0 });
    expect(await lives(desk, card)).toBe(false);
  });
});

describe('the calls that end sessions', () => {
  it('say how many ended and how many stay, and what to do first', async () => {
    const desk = openDesk();
    const owner = await withPhone(desk, ana);
    const answer = ceremonies({ mfa: desk.mfa, account: () => 'ana', path: '/mfa' });
    const thief = await signIn(desk, ana);
    const call = (path: string, body: object): Promise<Response> =>
      answer(
        new Request(`${origin}/mfa${path}`, {
          method: 'POST',
          headers: { origin, 'content-type': 'application/json', cookie: `__Host-palier-mfa=${thief.token}` },
          body: JSON.stringify(body),
        }),
      );
    expect(await (await call('/sessions/end-others', {})).json()).toEqual({ ended: 0, stay: 1 });
    const one = await call('/sessions/end', { session: owner.session.id });
    expect([one.status, await one.json()]).toMatchObject([403, { type: 'urn:palier:problem:proof-first' }]);
    expect(await lives(desk, owner)).toBe(true);
  });
});
