// The numbers of mfa-core in one place, checked once at start. Safe defaults, each with its source; a policy that does
// not make sense stops the start and never a person.
import { MfaError } from './errors.ts';
import type { TotpSettings } from './factor.ts';
import type { SessionLimits } from './session.ts';
import { type Seconds, secondsOf } from './time.ts';
import { type DriftWindow, defaultDriftWindow, defaultTotpSettings } from './totp/totp.ts';
import { type AuthenticatorPolicy, defaultAuthenticatorPolicy } from './webauthn/relying-party.ts';

/** The numbers that may differ from house to house. Durations in seconds; `defaultPolicy` has them all. */
export interface MfaPolicy {
  readonly sessions: SessionLimits;
  /** Silence after which a session forgets a proof of card class (NIST SP 800-63B-4 section 2.3.3). */
  readonly cardIdle: Seconds;
  /** How fresh the proof must be that changes factors. */
  readonly changeMaxAge: Seconds;
  /**
   * Whether a code, which can be phished, earns the right to bind a key: never, or a key that proves nothing for so long.
   * The duration is the weaker choice, and the page on enrolment says its price.
   */
  readonly keyAfterCode: 'never' | Seconds;
  /** What earns the right to bind the first factor of an account. E-mail is not in the list and cannot be. */
  readonly firstFactor: readonly ('ticket' | 'card')[];
  /** How long every new factor proves nothing, however it was bound. */
  readonly newFactorDelay: Seconds;
  readonly totp: TotpSettings;
  readonly drift: DriftWindow;
  readonly authenticators: AuthenticatorPolicy;
  /** Codes of one recovery set. */
  readonly recoveryCodes: number;
  /**
   * Factors one account may hold, recovery set included (A178). A ticket, a card or a key adds as many again beside what
   * codes bound and what is disabled.
   */
  readonly maxFactors: number;
  /** Waiting after the n-th consecutive wrong code; the last entry for all beyond. The first entry is for none yet. */
  readonly codeWaits: readonly Seconds[];
  /** Consecutive wrong codes after which the code factors are disabled; at most 100. */
  readonly codeCeiling: number;
  /** The same waiting for wrong signatures. They cannot be guessed: a right one never waits, and nothing is disabled (A134). */
  readonly keyWaits: readonly Seconds[];
}

const seconds = (...values: readonly number[]): readonly Seconds[] => values.map(secondsOf);

/** NIST SP 800-63B-4 section 3.2.2 allows waits that grow from 30 s to an hour; four slips of the finger are free. */
export const defaultPolicy: MfaPolicy = {
  sessions: { idle: secondsOf(3600), lifetime: secondsOf(12 * 3600) },
  cardIdle: secondsOf(15 * 60),
  changeMaxAge: secondsOf(5 * 60),
  keyAfterCode: 'never',
  firstFactor: ['ticket', 'card'],
  newFactorDelay: secondsOf(0),
  totp: defaultTotpSettings,
  drift: defaultDriftWindow,
  authenticators: defaultAuthenticatorPolicy,
  recoveryCodes: 10,
  maxFactors: 20,
  codeWaits: seconds(0, 0, 0, 0, 0, 30, 60, 120, 300, 600, 1200, 1800, 3600),
  codeCeiling: 100,
  keyWaits: seconds(...Array.from({ length: 20 }, () => 0), 1, 2, 5, 10, 30),
};

/** Fills what is not given and checks the whole; an impossible number is an MfaError ERR_MFA_POLICY naming it. */
export function completePolicy(given: Partial<MfaPolicy> = {}): MfaPolicy {
  const policy = { ...defaultPolicy, ...given };
  const fault = faults(policy).find(([sound]) => !sound);
  if (fault !== undefined) throw new MfaError('ERR_MFA_POLICY', { detail: fault[1] });
  return policy;
}

type Check = readonly [sound: boolean, words: string];

function faults(policy: MfaPolicy): readonly Check[] {
  const whole = (value: number, from: number, to: number): boolean =>
    Number.isInteger(value) && value >= from && value <= to;
  return [
    [
      durations(policy).every((length) => Number.isFinite(length) && length >= 0),
      'a duration is negative or no number',
    ],
    [isKeyAfterCode(policy.keyAfterCode), 'keyAfterCode is neither never nor a duration'],
    [policy.firstFactor.length > 0, 'firstFactor names nothing: nobody could ever bind a factor'],
    [policy.sessions.idle <= policy.sessions.lifetime, 'sessions.idle is longer than sessions.lifetime'],
    [
      policy.changeMaxAge > 0 && policy.changeMaxAge <= 20 * 60,
      'changeMaxAge is more than 20 minutes, or nothing',
    ],
    [
      policy.authenticators.attestation === 'trusted' || policy.authenticators.aaguids === undefined,
      'authenticators.aaguids without attestation: trusted is only the browser\u2019s word',
    ],
    [
      policy.authenticators.attestation !== 'trusted' || policy.authenticators.metadata !== undefined,
      'authenticators.attestation: trusted without metadata accepts nothing',
    ],
    [whole(policy.recoveryCodes, 1, 20), 'recoveryCodes is not 1 to 20'],
    [whole(policy.maxFactors, 2, 100), 'maxFactors is not 2 to 100'],
    [whole(policy.codeCeiling, 1, 100), 'codeCeiling is not 1 to 100'],
    [policy.codeWaits[0] === 0 && policy.keyWaits[0] === 0, 'the first waiting time is not zero'],
    [policy.codeWaits.some((wait) => wait > 0), 'codeWaits never waits'],
    [policy.totp.digits === 6 || policy.totp.digits === 8, 'totp.digits is not 6 or 8'],
    [
      whole(policy.drift.past, 0, 2) && whole(policy.drift.future, 0, 2),
      'drift is more than two steps (A151)',
    ],
    [whole(policy.totp.period, 15, 120), 'totp.period is not 15 to 120 seconds'],
  ];
}

/** Also of a caller without types: what is absent or misspelt stops the start and opens nothing. */
function isKeyAfterCode(given: unknown): boolean {
  return given === 'never' || (typeof given === 'number' && Number.isFinite(given) && given >= 0);
}

function durations(policy: MfaPolicy): readonly number[] {
  const { sessions, cardIdle, changeMaxAge, newFactorDelay, codeWaits, keyWaits } = policy;
  return [
    sessions.idle,
    sessions.lifetime,
    cardIdle,
    changeMaxAge,
    newFactorDelay,
    ...codeWaits,
    ...keyWaits,
  ];
}
