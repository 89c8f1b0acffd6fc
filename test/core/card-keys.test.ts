// Keys that count as cards: attested, of a model on the list, and not to be copied; judged at the binding and again at
// every use. Each rule is taken away once, and the key then passes.
import {
  type AuthenticatorPolicy,
  acceptWords,
  type Metadata,
  pinnedRoots,
  type StepUpRequirement,
  secondsOf,
} from '@palier/mfa-core';
import {
  attestationAuthority,
  fakeRandom,
  type SoftwareAuthenticatorSetting,
  softwareAuthenticator,
} from '@palier/mfa-core/testing';
import { describe, expect, it } from 'vitest';
import { createMovingClock } from '../support/moving-clock.ts';
import { accountOf, type Desk, must, openDesk, type Seat, signIn, ticketRight } from './desk.ts';

const origin = 'https://portail.example';
const model = '11111111-2222-3333-4444-555555555555';
const otherModel = '99999999-2222-3333-4444-555555555555';
const clock = createMovingClock();
const random = fakeRandom('card keys');
const maker = attestationAuthority(random, clock.now());
const ana = accountOf('pharmacie-01');
const cardOnly: StepUpRequirement = { kind: 'step-up', accept: acceptWords.card, maxAge: secondsOf(900) };

const policy: AuthenticatorPolicy = {
  attestation: 'none',
  backupEligible: 'allowed',
  cardClassAaguids: [model],
  metadata: pinnedRoots({ [model]: [maker.root] }, clock),
};

const desk = (authenticators: AuthenticatorPolicy = policy): Desk =>
  openDesk({ clock, policy: { authenticators } });

const attested = (differs: Partial<SoftwareAuthenticatorSetting> = {}): SoftwareAuthenticatorSetting => ({
  random,
  aaguid: model,
  attestation: maker.issue({ aaguid: model }),
  ...differs,
});

interface Bound extends Seat {
  readonly key: ReturnType<typeof softwareAuthenticator>;
}

/** Binds a key with a ticket; the reason where it is refused. */
async function bind(at: Desk, setting: SoftwareAuthenticatorSetting, asCard = true): Promise<Bound | string> {
  const seat = await signIn(at, ana);
  const right = await ticketRight(at, seat);
  const begun = must(await at.mfa.enrol.begin(seat.session, right, { kind: 'webauthn', asCard }), 'begun');
  if (begun.webauthn === undefined) throw new Error('no options');
  expect(begun.webauthn.attestation).toBe(asCard ? 'direct' : 'none');
  const key = softwareAuthenticator(setting);
  const response = await key.create(begun.webauthn, origin);
  const done = await at.mfa.enrol.complete(seat.token, begun.challenge, { response });
  if (done.outcome === 'refused') return done.reason;
  return { session: done.session ?? seat.session, token: done.token ?? seat.token, key };
}

const shortfall = (at: Desk, bound: Bound | string): string | undefined =>
  typeof bound === 'string' ? bound : (at.mfa.assess(bound.session, cardOnly)?.reason ?? 'enough');

describe('a key that is to count as a card', () => {
  it('counts when its maker says that it is of a model on the list', async () => {
    const at = desk();
    expect(shortfall(at, await bind(at, attested()))).toBe('enough');
  });

  it('is a key like any other when nobody asked what it is', async () => {
    const at = desk();
    const ordinary = await bind(at, { random, aaguid: model }, false);
    expect(shortfall(at, ordinary)).toBe('not-accepted');
  });

  it.each([
    ['says nothing of its make', { attestation: 'none' }],
    ['vouches for itself', { attestation: 'self' }],
    [
      'is of a model that is not on the list',
      { aaguid: otherModel, attestation: maker.issue({ aaguid: otherModel }) },
    ],
    [
      'says another model than its maker does',
      { aaguid: model, attestation: maker.issue({ aaguid: otherModel }) },
    ],
    [
      'comes from another maker',
      { attestation: attestationAuthority(fakeRandom('b'), clock.now()).issue({ aaguid: model }) },
    ],
    ['can be copied to other devices', { backupEligible: true }],
  ] as const)('is refused when it %s (A176)', async (_why, differs) => {
    const reason = await bind(desk(), attested(differs as Partial<SoftwareAuthenticatorSetting>));
    expect(['attestation-refused', 'bad-assertion']).toContain(reason);
  });

  it('would count with the model, or the maker, on the list', async () => {
    const both = { [model]: [maker.root], [otherModel]: [maker.root] };
    const wider = desk({
      ...policy,
      cardClassAaguids: [model, otherModel],
      metadata: pinnedRoots(both, clock),
    });
    const other = attested({ aaguid: otherModel, attestation: maker.issue({ aaguid: otherModel }) });
    expect(shortfall(wider, await bind(wider, other))).toBe('enough');
    const stranger = attestationAuthority(fakeRandom('b'), clock.now());
    const trusting = desk({ ...policy, metadata: pinnedRoots({ [model]: [stranger.root] }, clock) });
    const theirs = attested({ attestation: stranger.issue({ aaguid: model }) });
    expect(shortfall(trusting, await bind(trusting, theirs))).toBe('enough');
  });

  it('counts as an ordinary key from the day its model is found broken, or nobody renews the metadata', async () => {
    let outcome: 'trusted' | 'compromised' | 'stale' = 'trusted';
    const pinned = pinnedRoots({ [model]: [maker.root] }, clock);
    const metadata: Metadata = {
      now: pinned.now,
      model: (aaguid, now) =>
        outcome === 'trusted' ? pinned.model(aaguid, now) : { outcome: 'refused', reason: outcome },
    };
    const at = desk({ ...policy, metadata });
    const bound = await bind(at, attested());
    if (typeof bound === 'string') throw new Error(bound);
    const again = async (): Promise<string | undefined> => {
      clock.advance(1);
      const seat = await signIn(at, ana);
      const begun = await at.mfa.stepUp.begin(seat.session);
      if (begun.webauthn === undefined) throw new Error('no options');
      const response = await bound.key.get(begun.webauthn, origin);
      const answer = { kind: 'webauthn', challenge: begun.challenge, response } as const;
      const done = must(await at.mfa.stepUp.complete(seat.token, answer), 'stepped-up');
      return at.mfa.assess(done.session, cardOnly)?.reason ?? 'enough';
    };
    expect(await again()).toBe('enough');
    outcome = 'compromised';
    expect(await again()).toBe('not-accepted');
    outcome = 'stale';
    expect(await again()).toBe('not-accepted');
    outcome = 'trusted';
    expect(await again()).toBe('enough');
  });
});
