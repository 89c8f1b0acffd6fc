// Puts the use cases together and checks what they are made of. Nothing is decided here.
import { assess, type Requirement, type Shortfall } from './assurance.ts';
import { createEnrol, type Enrol } from './enrolment.ts';
import { MfaError } from './errors.ts';
import type { EventSink } from './events.ts';
import type { TotpFactor } from './factor.ts';
import { createFactors, type Factors } from './factors.ts';
import { type AccountId, makeFactorId } from './ids.ts';
import type { MfaKeys, Parts } from './parts.ts';
import { completePolicy, type MfaPolicy } from './policy.ts';
import { type Random, systemRandom } from './random.ts';
import { createResume, type Resume } from './resume.ts';
import type { Session } from './session.ts';
import { createSessions, type Sessions } from './session-lifecycle.ts';
import { type Card, createCard, createStepUp, type StepUp } from './step-up.ts';
import type { MfaStores } from './stores.ts';
import { createTickets, type Tickets } from './ticket-lifecycle.ts';
import { type Clock, instantOf, systemClock } from './time.ts';
import { makeTotpSecret } from './totp/totp.ts';
import { type RotationProgress, rotateKeys, sealTotpSecret } from './totp-secrets.ts';
import type { RelyingParty } from './webauthn/relying-party.ts';

/** What the library is made of. */
export interface MfaSetting {
  readonly stores: MfaStores;
  readonly keys: MfaKeys;
  /** Whose passkeys they are, the name people read, and the exact origins of the pages. */
  readonly relyingParty: RelyingParty;
  /** What differs from `defaultPolicy`. */
  readonly policy?: Partial<MfaPolicy>;
  /** Takes every event in order; when it rejects, the act it tells of does not happen. Default: nothing listens. */
  readonly events?: EventSink;
  readonly clock?: Clock;
  readonly random?: Random;
}

/** The library: few verbs, none of which needs HTTP. */
export interface Mfa {
  readonly sessions: Sessions;
  readonly stepUp: StepUp;
  readonly card: Card;
  readonly enrol: Enrol;
  readonly factors: Factors;
  readonly tickets: Tickets;
  readonly resume: Resume;
  readonly relyingParty: RelyingParty;
  /** Why a session has not proved enough for a requirement now; undefined when it has. No session has proved nothing. */
  assess(session: Session | undefined, requirement: Requirement): Shortfall | undefined;
  /** Reseals what is under an older key, in pages, while everything goes on; can be run again at any time. */
  rotateKeys(onProgress?: (progress: RotationProgress) => void): Promise<RotationProgress>;
}

/**
 * Makes the library. Keys that are missing or short and policies that make no sense are an MfaError here, at start.
 * Afterwards the verbs answer values; they throw only when a store, the sink or a sealed secret is broken.
 */
export function createMfa(setting: MfaSetting): Mfa {
  const parts = partsOf(setting);
  const sessions = createSessions(parts);
  return {
    sessions,
    stepUp: createStepUp(parts, sessions),
    card: createCard(parts, sessions),
    enrol: createEnrol(parts, sessions),
    factors: createFactors(parts, sessions),
    tickets: createTickets(parts),
    resume: createResume(parts),
    relyingParty: parts.relyingParty,
    assess: (session, requirement) => assess(session?.proofs ?? [], requirement, parts.clock.now()),
    rotateKeys: (onProgress) => rotateKeys(parts, onProgress),
  };
}

const nobodyListens: EventSink = () => Promise.resolve();

function partsOf({ stores, keys, relyingParty, policy, events, clock, random }: MfaSetting): Parts {
  if (keys.digests.length < 32)
    throw new MfaError('ERR_MFA_KEYS', { detail: 'the digest key has fewer than 32 bytes' });
  const made = {
    stores,
    keys,
    relyingParty,
    policy: completePolicy(policy),
    events: events ?? nobodyListens,
    clock: clock ?? systemClock,
    random: random ?? systemRandom,
  };
  return { ...made, dummy: dummyOf(made) };
}

function dummyOf(parts: Omit<Parts, 'dummy'>): TotpFactor {
  const owner = { account: 'nobody' as AccountId, id: makeFactorId(parts.random) };
  const never = instantOf(0);
  const secret = sealTotpSecret(parts, owner, makeTotpSecret(parts.random, parts.policy.totp));
  return {
    kind: 'totp',
    ...owner,
    name: '',
    addedAt: never,
    activeFrom: never,
    secret,
    settings: parts.policy.totp,
    lastStep: -1,
  };
}
