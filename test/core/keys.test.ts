// Passkeys and security keys through the whole library: binding to session, purpose and action, the tier rule, counters.
import { acceptWords, relatedOrigins, type Seconds, type StepUpAnswer } from '@palier/mfa-core';
import { describe, expect, it } from 'vitest';
import {
  accountOf,
  aKey,
  assertion,
  atOnce,
  bindKey,
  bindPhone,
  lastReason,
  must,
  openDesk,
  origin,
  signIn,
  ticketRight,
  withPhone,
} from './desk.ts';

const ana = accountOf('ana');
const keyOnly = {
  kind: 'step-up',
  accept: acceptWords['phishing-resistant'],
  maxAge: 60 as Seconds,
} as const;
const cardOnly = { kind: 'step-up', accept: acceptWords.card, maxAge: 60 as Seconds } as const;

describe('a key', () => {
  it('is bound by a ticket, steps up at once by that, and again later', async () => {
    const desk = openDesk();
    const seat = await bindKey(desk, await signIn(desk, ana));
    expect(seat.recoveryCodes).toHaveLength(10);
    expect(desk.mfa.assess(seat.session, keyOnly)).toBeUndefined();
    desk.clock.advance(61);
    const done = must(
      await desk.mfa.stepUp.complete(seat.token, await assertion(desk, seat.session, seat.key)),
      'stepped-up',
    );
    expect(desk.mfa.assess(done.session, keyOnly)).toBeUndefined();
    expect(done.proof).toMatchObject({ kind: 'webauthn', deviceBound: true, cardClass: false });
  });

  it('answers a challenge once of 100 at once', async () => {
    const desk = openDesk();
    const seat = await bindKey(desk, await signIn(desk, ana));
    const answer = await assertion(desk, seat.session, seat.key);
    const answers = await atOnce(100, () => desk.mfa.stepUp.complete(seat.token, answer));
    expect(answers.filter(({ outcome }) => outcome === 'stepped-up')).toHaveLength(1);
  });

  it('does not finish in session B what began in session A of the same account (A185)', async () => {
    const desk = openDesk();
    const a = await bindKey(desk, await signIn(desk, ana));
    const b = await signIn(desk, ana);
    const answer = await assertion(desk, a.session, a.key);
    must(await desk.mfa.stepUp.complete(b.token, answer), 'refused');
    expect(lastReason(desk)).toBe('challenge-gone');
    must(await desk.mfa.stepUp.complete(a.token, answer), 'stepped-up');
  });

  it('has five minutes', async () => {
    const desk = openDesk();
    const seat = await bindKey(desk, await signIn(desk, ana));
    const answer = await assertion(desk, seat.session, seat.key);
    desk.clock.advance(300);
    must(await desk.mfa.stepUp.complete(seat.token, answer), 'refused');
  });

  it('of another account is unknown here (A172)', async () => {
    const desk = openDesk();
    const ours = await bindKey(desk, await signIn(desk, ana));
    const theirs = await bindKey(desk, await signIn(desk, accountOf('bea')));
    const begun = await desk.mfa.stepUp.begin(ours.session);
    if (begun.webauthn === undefined) throw new Error('no options');
    const { allowCredentials: _any, ...options } = begun.webauthn;
    const response = await theirs.key.get(options, origin);
    must(
      await desk.mfa.stepUp.complete(ours.token, { kind: 'webauthn', challenge: begun.challenge, response }),
      'refused',
    );
    expect(lastReason(desk)).toBe('unknown-factor');
  });

  it('without the person verified is refused (A170)', async () => {
    const desk = openDesk();
    const seat = await bindKey(desk, await signIn(desk, ana));
    seat.key.set({ userVerified: false });
    must(
      await desk.mfa.stepUp.complete(seat.token, await assertion(desk, seat.session, seat.key)),
      'refused',
    );
    seat.key.set({ userVerified: true });
    must(
      await desk.mfa.stepUp.complete(seat.token, await assertion(desk, seat.session, seat.key)),
      'stepped-up',
    );
  });

  it('whose counter goes back is refused and told of, after the signature held', async () => {
    const desk = openDesk();
    const seat = await bindKey(desk, await signIn(desk, ana), undefined, aKey({ counter: 50 }));
    seat.key.set({ counter: 7 });
    must(
      await desk.mfa.stepUp.complete(seat.token, await assertion(desk, seat.session, seat.key)),
      'refused',
    );
    expect(desk.events.filter(({ type }) => type === 'counter-went-back')).toHaveLength(1);
  });

  it('that another account holds is not bound again, and the right is not lost for it (A173)', async () => {
    const desk = openDesk();
    const key = aKey({ random: (length) => new Uint8Array(length).fill(5) });
    const twin = aKey({ random: (length) => new Uint8Array(length).fill(5) });
    await bindKey(desk, await signIn(desk, ana), undefined, key);
    const seat = await signIn(desk, accountOf('bea'));
    const right = await ticketRight(desk, seat);
    await expect(bindKey(desk, seat, right, twin)).rejects.toThrow('duplicate');
    await bindPhone(desk, seat, right);
  });

  it('is never disabled by wrong answers, which only have to wait (A134)', async () => {
    const desk = openDesk();
    const seat = await bindKey(desk, await signIn(desk, ana));
    for (let round = 0; round < 150; round += 1) {
      desk.clock.advance(30);
      await desk.mfa.stepUp.complete(seat.token, { kind: 'webauthn', challenge: 'chl_no', response: {} });
    }
    desk.clock.advance(30);
    must(
      await desk.mfa.stepUp.complete(seat.token, await assertion(desk, seat.session, seat.key)),
      'stepped-up',
    );
  });

  it('is listed for the browser, and no longer after it is removed', async () => {
    const desk = openDesk();
    const first = await bindKey(desk, await signIn(desk, ana));
    const { right } = must(await desk.mfa.enrol.rightFromProof(first.session), 'granted');
    const second = await bindKey(desk, first, right);
    expect((await desk.mfa.factors.accepted(ana))?.allAcceptedCredentialIds).toHaveLength(2);
    must(await desk.mfa.factors.remove(second.session, second.factor.id), 'removed');
    expect((await desk.mfa.factors.accepted(ana))?.allAcceptedCredentialIds).toHaveLength(1);
  });
});

describe('an approved action', () => {
  it('passes for itself and for nothing else', async () => {
    const desk = openDesk();
    const seat = await bindKey(desk, await signIn(desk, ana));
    const answer = await assertion(desk, seat.session, seat.key, 'pay 10 to B');
    must(await desk.mfa.stepUp.complete(seat.token, { ...answer, action: 'pay 9999 to C' }), 'refused');
    const plain = await assertion(desk, seat.session, seat.key, 'pay 10 to B');
    must(await desk.mfa.stepUp.complete(seat.token, plain), 'refused');
    const right = await assertion(desk, seat.session, seat.key, 'pay 10 to B');
    must(await desk.mfa.stepUp.complete(seat.token, { ...right, action: 'pay 10 to B' }), 'stepped-up');
  });

  it('is offered to keys only: a code cannot carry it', async () => {
    const desk = openDesk();
    const seat = await bindKey(desk, await withPhone(desk, ana));
    expect((await desk.mfa.stepUp.begin(seat.session)).kinds).toEqual(['webauthn', 'totp', 'recovery-code']);
    expect((await desk.mfa.stepUp.begin(seat.session, { action: 'x' })).kinds).toEqual(['webauthn']);
  });
});

describe('card class', () => {
  it('is given to a card, and forgotten after a quarter of an hour of silence', async () => {
    const desk = openDesk();
    const seat = await signIn(desk, ana);
    const done = must(await desk.mfa.card.prove(seat.token, 'certificate:00'), 'stepped-up');
    const asked = { ...cardOnly, maxAge: 7200 as Seconds };
    desk.clock.advance(900);
    expect(desk.mfa.assess(await desk.mfa.sessions.load(done.token), asked)).toBeUndefined();
    desk.clock.advance(901);
    const later = await desk.mfa.sessions.load(done.token);
    expect(later).toBeDefined();
    expect(desk.mfa.assess(later, asked)?.reason).toBe('no-proof');
    expect(desk.mfa.assess(await desk.mfa.sessions.load(done.token), asked)?.reason).toBe('no-proof');
  });

  it('keeps the time the identity provider says the person acted, and never a later one (A226)', async () => {
    const desk = openDesk();
    const seat = await signIn(desk, ana);
    const early = (desk.clock.now() - 61_000) as typeof seat.session.openedAt;
    const old = must(await desk.mfa.card.prove(seat.token, 'oidc:https://op.example', early), 'stepped-up');
    expect(desk.mfa.assess(old.session, cardOnly)?.reason).toBe('too-old');
    const future = (desk.clock.now() + 3_600_000) as typeof early;
    const now = must(await desk.mfa.card.prove(old.token, 'oidc:https://op.example', future), 'stepped-up');
    expect(now.proof.at).toBe(desk.clock.now());
  });

  it('is not given to a key that only says which model it is', async () => {
    const aaguid = '11111111-2222-3333-4444-555555555555';
    const desk = openDesk({
      policy: {
        authenticators: { attestation: 'none', backupEligible: 'allowed', cardClassAaguids: [aaguid] },
      },
    });
    const seat = await bindKey(desk, await signIn(desk, ana), undefined, aKey({ aaguid }));
    expect(desk.mfa.assess(seat.session, cardOnly)?.reason).toBe('not-accepted');
  });
});

describe('several origins of one relying party', () => {
  const sisters = ['https://portail.example', 'https://agenda.test'] as const;

  it('take a key bound on one at the other, and at no third (WebAuthn L3 section 5.11)', async () => {
    const desk = openDesk({ origins: sisters });
    const seat = await bindKey(desk, await signIn(desk, ana));
    // A browser that has read the file and lets the sister ask; here it lets everybody, so that we alone decide.
    seat.key.set({ browserChecksDomain: false });
    for (const [origin, outcome] of [
      [sisters[1], 'stepped-up'],
      ['https://portail.example', 'stepped-up'],
      ['https://evil.test', 'refused'],
    ] as const) {
      const here = await signIn(desk, ana);
      const begun = await desk.mfa.stepUp.begin(here.session);
      if (begun.webauthn === undefined) throw new Error('no options');
      const response = await seat.key.get(begun.webauthn, origin);
      must(
        await desk.mfa.stepUp.complete(here.token, {
          kind: 'webauthn',
          challenge: begun.challenge,
          response,
        }),
        outcome,
      );
    }
    expect(JSON.parse(relatedOrigins(desk.mfa.relyingParty))).toEqual({ origins: sisters });
  });
});

describe('an answer handed on unread', () => {
  it('does not name its own worth: a recovery code is no card', async () => {
    const desk = openDesk();
    const seat = await withPhone(desk, ana);
    const body = { kind: 'card', code: seat.recoveryCodes[0] };
    must(await desk.mfa.stepUp.complete(seat.token, body as never), 'refused');
    const honest = must(
      await desk.mfa.stepUp.complete(seat.token, { kind: 'recovery-code', code: body.code }),
      'stepped-up',
    );
    expect(honest.proof.kind).toBe('recovery-code');
  });

  it('does not approve an action with a code', async () => {
    const desk = openDesk();
    const seat = await withPhone(desk, ana);
    desk.clock.advance(60);
    const answer = { kind: 'totp', code: seat.phone.code() } as const;
    const bound: StepUpAnswer = { ...answer, ...{ action: 'pay 10 to B' } };
    must(await desk.mfa.stepUp.complete(seat.token, bound), 'refused');
    must(await desk.mfa.stepUp.complete(seat.token, answer), 'stepped-up');
  });
});
