// ChallengeStore: a ceremony is taken once, by its session, for its purpose, before it expires (A165, A200).
import { deepEqual, equal } from 'node:assert/strict';
import type { Challenge, EnrolRight } from '../challenge.ts';
import type { Sealed } from '../factor.ts';
import { makeChallengeId, makeFactorId } from '../ids.ts';
import { systemRandom } from '../random.ts';
import type { MfaStores } from '../stores.ts';
import { type Instant, secondsOf } from '../time.ts';
import { hundred, later, oddNames, race, type StoreCase, single } from './case.ts';
import { challengeOf, freshSessionId, stepUpOf, unique } from './material.ts';

export const challengeCases: readonly StoreCase[] = [
  single('a challenge is read without being spent, taken once, and then gone', async (stores, clock) => {
    const now = clock.now();
    const challenge = stepUpOf(now);
    const { id, purpose, session } = challenge;
    await stores.challenges.put(challenge);
    deepEqual(await stores.challenges.peek(id, purpose, session, now), challenge);
    deepEqual(await stores.challenges.take(id, purpose, session, now), challenge);
    equal(await stores.challenges.take(id, purpose, session, now), undefined);
    equal(await stores.challenges.peek(id, purpose, session, now), undefined);
  }),
  single('the payload of each purpose comes back whole', async (stores, clock) => {
    const now = clock.now();
    for (const challenge of onePerPurpose(now)) {
      await stores.challenges.put(challenge);
      const { id, purpose, session } = challenge;
      deepEqual(await stores.challenges.take(id, purpose, session, now), challenge);
    }
  }),
  race('of a hundred callers exactly one takes a challenge', async (stores, clock) => {
    const challenge = stepUpOf(clock.now());
    await stores.challenges.put(challenge);
    const { id, purpose, session } = challenge;
    const answers = await hundred(() => stores.challenges.take(id, purpose, session, clock.now()));
    equal(answers.filter((answer) => answer !== undefined).length, 1);
  }),
  single(
    'a challenge lives until the instant before it expires, and at that instant no more',
    async (stores, clock) => {
      const [first, second] = [stepUpOf(clock.now()), stepUpOf(clock.now())];
      for (const challenge of [first, second]) await stores.challenges.put(challenge);
      const end = first.expiresAt;
      deepEqual(await stores.challenges.peek(first.id, 'step-up', first.session, later(end, -1)), first);
      equal(await stores.challenges.peek(first.id, 'step-up', first.session, end), undefined);
      deepEqual(await stores.challenges.take(second.id, 'step-up', second.session, later(end, -1)), second);
      equal(await stores.challenges.take(first.id, 'step-up', first.session, end), undefined);
    },
  ),
  single('another session or purpose gets nothing, and takes nothing away', async (stores, clock) => {
    const now = clock.now();
    const challenge = stepUpOf(now);
    const { id, session } = challenge;
    await stores.challenges.put(challenge);
    for (const verb of ['peek', 'take'] as const) {
      equal(await stores.challenges[verb](id, 'step-up', freshSessionId(), now), undefined);
      equal(await stores.challenges[verb](id, 'enrol-webauthn', session, now), undefined);
      equal(await stores.challenges[verb](makeChallengeId(systemRandom), 'step-up', session, now), undefined);
    }
    deepEqual(await stores.challenges.take(id, 'step-up', session, now), challenge);
  }),
  single(
    "the thirty-third challenge of a session drives out its oldest, and nobody else's",
    async (stores, clock) => {
      const now = clock.now();
      const session = freshSessionId();
      const stranger = stepUpOf(now);
      const own = Array.from({ length: 33 }, () => stepUpOf(now, session));
      for (const challenge of [stranger, ...own]) await stores.challenges.put(challenge);
      deepEqual(await alive(stores, own, now), own.slice(1));
      deepEqual(await alive(stores, [stranger], now), [stranger]);
    },
  ),
  single('a challenge that was taken makes room for another', async (stores, clock) => {
    const now = clock.now();
    const session = freshSessionId();
    const own = Array.from({ length: 32 }, () => stepUpOf(now, session));
    for (const challenge of own) await stores.challenges.put(challenge);
    const last = stepUpOf(now, session);
    await stores.challenges.take(own[5]?.id ?? last.id, 'step-up', session, now);
    await stores.challenges.put(last);
    deepEqual(await alive(stores, [...own, last], now), [...own.slice(0, 5), ...own.slice(6), last]);
  }),
  race('a hundred challenges begun at once leave thirty-two', async (stores, clock) => {
    const session = freshSessionId();
    const own = Array.from({ length: 100 }, () => stepUpOf(clock.now(), session));
    await Promise.all(own.map((challenge) => stores.challenges.put(challenge)));
    equal((await alive(stores, own, clock.now())).length, 32);
  }),
  single('taking a challenge leaves every other live one alone', async (stores, clock) => {
    const [first, second] = [stepUpOf(clock.now()), stepUpOf(later(clock.now(), 1))];
    for (const challenge of [first, second]) await stores.challenges.put(challenge);
    const now = first.expiresAt;
    equal(await stores.challenges.take(first.id, 'step-up', first.session, now), undefined);
    deepEqual(await stores.challenges.peek(second.id, 'step-up', second.session, now), second);
  }),
  single('challenges of odd accounts come back whole', async (stores, clock) => {
    for (const account of oddNames) {
      const challenge: Challenge<'step-up'> = { ...stepUpOf(clock.now()), account };
      await stores.challenges.put(challenge);
      const { id, session } = challenge;
      deepEqual(await stores.challenges.take(id, 'step-up', session, clock.now()), challenge);
    }
  }),
];

async function alive(
  stores: MfaStores,
  all: readonly Challenge[],
  now: Instant,
): Promise<readonly Challenge[]> {
  const found = await Promise.all(
    all.map(({ id, purpose, session }) => stores.challenges.peek(id, purpose, session, now)),
  );
  return found.filter((one) => one !== undefined);
}

function onePerPurpose(now: Instant): readonly Challenge[] {
  const right: EnrolRight = { source: 'factor', proof: 'prf', tier: 'code' };
  const enrolment = { right: makeChallengeId(systemRandom), factor: makeFactorId(systemRandom) };
  return [
    challengeOf('step-up', { challenge: unique('c'), action: unique('digest') }, now),
    challengeOf('enrol-right', right, now),
    challengeOf(
      'enrol-totp',
      { ...enrolment, secret: unique('v1') as Sealed, settings: { hash: 'sha256', digits: 6, period: 30 } },
      now,
    ),
    challengeOf('enrol-webauthn', { ...enrolment, challenge: unique('c'), userHandle: unique('h') }, now),
    challengeOf(
      'resume',
      {
        target: `/patients?name=O'Neil&x="\u{1f469}"` as Sealed,
        requirement: { kind: 'step-up', accept: ['webauthn', 'card'], maxAge: secondsOf(900) },
        because: 'too-old',
        form: 'v1.'.padEnd(90_000, 'x') as Sealed,
      },
      now,
    ),
    challengeOf('step-up-away', { sealed: unique('v1') as Sealed }, now),
    challengeOf('signed-in-away', { sealed: unique('v1') as Sealed }, now),
    challengeOf('card-asked', { sealed: unique('v1') as Sealed }, now),
    challengeOf('card-shown', { sealed: unique('v1') as Sealed }, now),
  ];
}
