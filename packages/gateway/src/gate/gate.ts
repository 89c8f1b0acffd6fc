// What the stages need, gathered once by gateway.ts. No stage reaches for anything else.
import type { Clock, Mfa } from '@palier/mfa-core';
import type { Exemptions } from '../budget/exemptions.ts';
import type { RecordKeys } from '../budget/record-keys.ts';
import type { Budget } from '../budget/spend.ts';
import type { ForeignLinks } from '../config/config.ts';
import type { IdentitySource } from '../identity/identity.ts';
import type { Policy } from '../policy/policy.ts';
import type { SignInGuard } from '../sign-in/guard.ts';
import type { Stops } from '../stops/stops.ts';
import type { Observer } from './observer.ts';

export interface Gate {
  readonly policy: Policy;
  readonly identify: IdentitySource;
  /** The same for what streams: a portal is asked seldom, so that an open page does not look like a person at work. */
  readonly identifyStreaming: IdentitySource;
  readonly mfa: Mfa;
  readonly budget: Budget;
  readonly recordKeys: RecordKeys;
  /** The ways past a budget. */
  readonly exemptions: Exemptions;
  /** What the operator stopped. */
  readonly stops: Stops;
  readonly foreignLinks: ForeignLinks;
  /** Counts guesses at the portal's own sign-in. */
  readonly signIns: SignInGuard;
  readonly clock: Clock;
  /** Undefined when the gateway enforces; in observe mode, what takes note of every denial instead of answering with it. */
  readonly observer: Observer | undefined;
}
