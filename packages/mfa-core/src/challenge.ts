// A ceremony under way, bound to the session that began it and to one purpose. Stores keep the payload as text they do
// not read; this file alone gives it a type again.
import type { StepUpRequirement } from './assurance.ts';
import type { Sealed, TotpSettings } from './factor.ts';
import type { AccountId, ChallengeId, FactorId, SessionId, TicketId } from './ids.ts';
import type { Instant, Seconds } from './time.ts';

/** What each purpose carries. All byte strings are base64url. */
export interface ChallengePayloads {
  /** An assertion asked for; `action` is the digest of what is being approved, when something is. */
  readonly 'step-up': { readonly challenge: string; readonly action?: string };
  /** The right to bind one factor, however it was earned. Spent by the factor it binds. */
  readonly 'enrol-right': EnrolRight;
  readonly 'enrol-totp': {
    readonly right: ChallengeId;
    readonly factor: FactorId;
    readonly secret: Sealed;
    readonly settings: TotpSettings;
  };
  readonly 'enrol-webauthn': {
    readonly right: ChallengeId;
    readonly factor: FactorId;
    readonly challenge: string;
    readonly userHandle: string;
    /** The key is to count as a card: its attestation is judged. */
    readonly asCard?: boolean;
  };
  /** Where a page goes on after the step-up: opaque to the browser (A234). `form` is a held form post, sealed. */
  readonly resume: {
    readonly target: Sealed;
    readonly requirement: StepUpRequirement;
    readonly because: string;
    readonly again?: Instant;
    readonly form?: Sealed;
  };
  /**
   * A ceremony that goes through another site (an identity provider). What it needs on the way back is sealed by whoever
   * began it and no business of this package.
   */
  readonly 'step-up-away': { readonly sealed: Sealed };
  /** What another site's sign-out needs to find the session it opened. */
  readonly 'signed-in-away': { readonly sealed: Sealed };
  /** A card asked for at another listener; sealed by whoever asks, and read by that listener only. */
  readonly 'card-asked': { readonly sealed: Sealed };
  /** What that listener saw, to be redeemed once by the session that asked. */
  readonly 'card-shown': { readonly sealed: Sealed };
}

/** Where the right to bind a factor came from, and what it allows. */
export type EnrolRight =
  | { readonly source: 'ticket'; readonly ticket: TicketId }
  | { readonly source: 'card'; readonly proof: string }
  /** A step-up with a factor held; `tier` is the strongest tier that may be bound at once. */
  | {
      readonly source: 'factor';
      readonly proof: string;
      readonly tier: 'code' | 'phishing-resistant';
      /** The factor shown: what it binds hangs from that one (line.ts). */
      readonly factor?: FactorId;
    };

/** What a ceremony is for; an id of one purpose is nothing for another. */
export type Purpose = keyof ChallengePayloads;

/** A ceremony under way: single use, of one session, until `expiresAt` (at that instant it is gone). */
export interface Challenge<P extends Purpose = Purpose> {
  readonly id: ChallengeId;
  readonly purpose: P;
  readonly session: SessionId;
  readonly account: AccountId;
  readonly expiresAt: Instant;
  readonly payload: ChallengePayloads[P];
}

/** How long each ceremony may take. A ticket's right outlives a mistyped code, a challenge does not outlive a coffee. */
export const challengeLifetimes: Readonly<Record<Purpose, Seconds>> = {
  'step-up': 300 as Seconds,
  'enrol-right': 900 as Seconds,
  'enrol-totp': 900 as Seconds,
  'enrol-webauthn': 300 as Seconds,
  resume: 900 as Seconds,
  'step-up-away': 600 as Seconds,
  'signed-in-away': (12 * 3600) as Seconds,
  'card-asked': 300 as Seconds,
  'card-shown': 60 as Seconds,
};
