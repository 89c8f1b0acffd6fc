// Binding factors: who may, exactly once, and what the other sessions of the account keep.
import { memoryStores } from '@palier/mfa-core/stores/memory';
import { describe, expect, it } from 'vitest';
import {
  accountOf,
  atOnce,
  bindPhone,
  lastReason,
  must,
  openDesk,
  phoneOf,
  relyingParty,
  signIn,
  ticketRight,
  withPhone,
} from './desk.ts';

const ana = accountOf('ana');

describe('the first factor', () => {
  it('cannot be bound with a password alone (A187)', async () => {
    const desk = openDesk();
    const seat = await signIn(desk, ana);
    must(await desk.mfa.enrol.rightFromProof(seat.session), 'refused');
    must(await desk.mfa.enrol.begin(seat.session, 'chl_nothing', { kind: 'totp' }), 'refused');
    expect(lastReason(desk)).toBe('right-missing');
  });

  it('is bound by a ticket, comes with ten recovery codes, and has stepped up by being confirmed', async () => {
    const desk = openDesk();
    const seat = await withPhone(desk, ana);
    expect(seat.recoveryCodes).toHaveLength(10);
    expect(new Set(seat.recoveryCodes).size).toBe(10);
    expect(seat.session.proofs).toMatchObject([{ kind: 'totp', factor: seat.factor.id }]);
    const held = await desk.mfa.factors.list(ana);
    expect(held.map(({ kind, remaining }) => [kind, remaining])).toEqual([
      ['totp', undefined],
      ['recovery-code', 10],
    ]);
    expect(JSON.stringify(held)).not.toMatch(/secret|digest|v1\./);
  });

  it('is bound by a card that was just shown', async () => {
    const desk = openDesk();
    const seat = await signIn(desk, ana);
    const card = must(await desk.mfa.card.prove(seat.token, 'certificate:00'), 'stepped-up');
    const { right } = must(await desk.mfa.enrol.rightFromProof(card.session), 'granted');
    const bound = await bindPhone(desk, card, right);
    expect(bound.session.proofs.map(({ kind }) => kind)).toEqual(['card', 'totp']);
  });

  it('gives no right once the card was shown more than five minutes ago', async () => {
    const desk = openDesk();
    const seat = await signIn(desk, ana);
    const card = must(await desk.mfa.card.prove(seat.token, 'certificate:00'), 'stepped-up');
    desk.clock.advance(301);
    must(await desk.mfa.enrol.rightFromProof(card.session), 'refused');
  });
});

describe('a ticket', () => {
  it('is good once, for its own account, until it expires', async () => {
    const desk = openDesk();
    const ours = await signIn(desk, ana);
    const theirs = await signIn(desk, accountOf('bea'));
    const { code } = await desk.mfa.tickets.issue(ana, 'desk', 600 as never);
    must(await desk.mfa.enrol.redeemTicket(theirs.session, code), 'refused');
    const answers = await atOnce(4, () =>
      desk.mfa.enrol.redeemTicket(ours.session, code.toLowerCase().replaceAll('-', ' ')),
    );
    expect(answers.filter(({ outcome }) => outcome === 'granted')).toHaveLength(1);
    const late = await desk.mfa.tickets.issue(ana, 'desk', 600 as never);
    desk.clock.advance(600);
    must(await desk.mfa.enrol.redeemTicket(ours.session, late.code), 'refused');
  });

  it('can be listed without its code and revoked', async () => {
    const desk = openDesk();
    const seat = await signIn(desk, ana);
    const { ticket, code } = await desk.mfa.tickets.issue(ana, 'desk', 600 as never);
    expect(JSON.stringify(await desk.mfa.tickets.list())).not.toMatch(/digest|tkt-/);
    expect(await desk.mfa.tickets.revoke(accountOf('bea'), ticket.id)).toBe('absent');
    expect(await desk.mfa.tickets.revoke(ana, ticket.id)).toBe('revoked');
    must(await desk.mfa.enrol.redeemTicket(seat.session, code), 'refused');
  });
});

describe('a right', () => {
  it('binds one factor in 100 completions at once', async () => {
    const desk = openDesk({
      policy: { codeWaits: [0, 0, 0, 0, 30].map((n) => n as never), maxFactors: 100 },
    });
    const seat = await signIn(desk, ana);
    const right = await ticketRight(desk, seat);
    const offers = await atOnce(30, () => desk.mfa.enrol.begin(seat.session, right, { kind: 'totp' }));
    const completions = offers.map((offer) => {
      const begun = must(offer, 'begun');
      const code = phoneOf(desk, begun.totp?.uri ?? '').code();
      return () => desk.mfa.enrol.complete(seat.token, begun.challenge, { code });
    });
    const again = completions
      .flatMap((complete) => [complete, complete, complete])
      .concat(completions.slice(0, 10));
    const answers = await Promise.all(again.map((complete) => complete()));
    expect(answers).toHaveLength(100);
    expect(answers.filter(({ outcome }) => outcome === 'enrolled')).toHaveLength(1);
    expect((await desk.mfa.factors.list(ana)).filter(({ kind }) => kind === 'totp')).toHaveLength(1);
  });

  it('binds several when the store does not take it: the test above sees it', async () => {
    const stores = memoryStores();
    const lax = { ...stores, challenges: { ...stores.challenges, take: stores.challenges.peek } };
    const desk = openDesk({ stores: lax });
    const seat = await signIn(desk, ana);
    const right = await ticketRight(desk, seat);
    const first = await bindPhone(desk, seat, right);
    await bindPhone(desk, first, right);
  });

  it('is of one session: begun in A, it does not finish in B (A185)', async () => {
    const desk = openDesk();
    const a = await signIn(desk, ana);
    const b = await signIn(desk, ana);
    const right = await ticketRight(desk, a);
    must(await desk.mfa.enrol.begin(b.session, right, { kind: 'totp' }), 'refused');
    const begun = must(await desk.mfa.enrol.begin(a.session, right, { kind: 'totp' }), 'begun');
    const code = phoneOf(desk, begun.totp?.uri ?? '').code();
    must(await desk.mfa.enrol.complete(b.token, begun.challenge, { code }), 'refused');
    must(await desk.mfa.enrol.complete(a.token, begun.challenge, { code }), 'enrolled');
  });

  it('is gone after fifteen minutes', async () => {
    const desk = openDesk();
    const seat = await signIn(desk, ana);
    const right = await ticketRight(desk, seat);
    desk.clock.advance(900);
    must(await desk.mfa.enrol.begin(seat.session, right, { kind: 'totp' }), 'refused');
  });
});

describe('a mistyped code', () => {
  it('does not lose the secret that was scanned', async () => {
    const desk = openDesk();
    const seat = await signIn(desk, ana);
    const right = await ticketRight(desk, seat);
    const begun = must(await desk.mfa.enrol.begin(seat.session, right, { kind: 'totp' }), 'begun');
    const phone = phoneOf(desk, begun.totp?.uri ?? '');
    must(await desk.mfa.enrol.complete(seat.token, begun.challenge, { code: '000000' }), 'refused');
    must(await desk.mfa.enrol.complete(seat.token, begun.challenge, { code: '12 34' }), 'refused');
    expect((await desk.mfa.enrol.offered(seat.session, begun.challenge))?.uri).toBe(begun.totp?.uri);
    must(await desk.mfa.enrol.complete(seat.token, begun.challenge, { code: phone.code() }), 'enrolled');
    expect(await desk.mfa.enrol.offered(seat.session, begun.challenge)).toBeUndefined();
  });

  it('proves nothing before it is confirmed (A155)', async () => {
    const desk = openDesk();
    const seat = await signIn(desk, ana);
    const right = await ticketRight(desk, seat);
    const begun = must(await desk.mfa.enrol.begin(seat.session, right, { kind: 'totp' }), 'begun');
    const phone = phoneOf(desk, begun.totp?.uri ?? '');
    must(await desk.mfa.stepUp.complete(seat.token, { kind: 'totp', code: phone.code() }), 'refused');
    expect(lastReason(desk)).toBe('unknown-factor');
  });
});

describe('another factor', () => {
  it('is not bound by a recovery code, however fresh', async () => {
    const desk = openDesk();
    const seat = await withPhone(desk, ana);
    desk.clock.advance(400);
    const done = must(
      await desk.mfa.stepUp.complete(seat.token, { kind: 'recovery-code', code: seat.recoveryCodes[0] }),
      'stepped-up',
    );
    must(await desk.mfa.enrol.rightFromProof(done.session), 'refused');
    expect(lastReason(desk)).toBe('right-too-weak');
  });

  it('of the same tier is bound by a fresh code, and leaves the recovery codes alone', async () => {
    const desk = openDesk();
    const seat = await withPhone(desk, ana);
    const { right } = must(await desk.mfa.enrol.rightFromProof(seat.session), 'granted');
    const second = await bindPhone(desk, seat, right);
    expect(second.recoveryCodes).toEqual([]);
    expect(second.factor.activeFrom).toBe(second.factor.addedAt);
    expect(second.token).toBe(seat.token);
    desk.clock.advance(30);
    must(
      await desk.mfa.stepUp.complete(second.token, { kind: 'totp', code: second.phone.code() }),
      'stepped-up',
    );
  });

  it('is not bound by a session object read before that session was ended (A206)', async () => {
    const desk = openDesk();
    const seat = await withPhone(desk, ana);
    await desk.mfa.sessions.end(seat.session, 'operator');
    must(await desk.mfa.enrol.rightFromProof(seat.session), 'refused');
  });

  it('ends the other sessions of the account (A197)', async () => {
    const desk = openDesk();
    const seat = await withPhone(desk, ana);
    const other = await signIn(desk, ana);
    const stranger = await signIn(desk, accountOf('bea'));
    const { right } = must(await desk.mfa.enrol.rightFromProof(seat.session), 'granted');
    await bindPhone(desk, seat, right);
    expect(await desk.mfa.sessions.load(other.token)).toBeUndefined();
    expect(await desk.mfa.sessions.load(seat.token)).toBeDefined();
    expect(await desk.mfa.sessions.load(stranger.token)).toBeDefined();
  });

  it('waits when the policy says that every new factor waits, and the ceremony is then no proof', async () => {
    const desk = openDesk({ policy: { newFactorDelay: 3600 as never } });
    const seat = await withPhone(desk, ana);
    expect(seat.session.proofs).toEqual([]);
    desk.clock.advance(60);
    must(await desk.mfa.stepUp.complete(seat.token, { kind: 'totp', code: seat.phone.code() }), 'refused');
    expect(lastReason(desk)).toBe('not-active-yet');
    expect((await desk.mfa.stepUp.begin(seat.session)).kinds).toEqual([]);
    desk.clock.advance(3540);
    must(await desk.mfa.stepUp.complete(seat.token, { kind: 'totp', code: seat.phone.code() }), 'stepped-up');
  });
});

describe('what is shown', () => {
  it('names issuer and account, and no sign of either can change the address (A154)', async () => {
    const desk = openDesk();
    const seat = await signIn(desk, accountOf('ana?secret=AAAA&issuer=evil'));
    const right = await ticketRight(desk, seat);
    const begun = must(await desk.mfa.enrol.begin(seat.session, right, { kind: 'totp' }), 'begun');
    const uri = new URL(begun.totp?.uri ?? '');
    expect(uri.searchParams.getAll('issuer')).toEqual([relyingParty.name]);
    expect(uri.searchParams.getAll('secret')).toHaveLength(1);
    expect(begun.totp?.qr).toMatch(/^<svg [^>]*role="img"/);
  });

  it('keeps a name clean of control and direction signs, and never fails for it', async () => {
    const desk = openDesk();
    const seat = await signIn(desk, ana);
    const right = await ticketRight(desk, seat);
    const begun = must(await desk.mfa.enrol.begin(seat.session, right, { kind: 'totp' }), 'begun');
    const code = phoneOf(desk, begun.totp?.uri ?? '').code();
    const odd = `\u202eevil\r\nBcc: x ${'y'.repeat(1_000_000)}`;
    const done = must(await desk.mfa.enrol.complete(seat.token, begun.challenge, { code }, odd), 'enrolled');
    expect(done.factor.name).toBe(`evilBcc: x ${'y'.repeat(49)}`);
  });
});
