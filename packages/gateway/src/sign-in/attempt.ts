// A sign-in under way: counted before the portal is asked, judged by its answer.

import type { Instant } from '@palier/mfa-core';
import type { SignInRule } from '../policy/route.ts';
import type { Refusal } from '../request/request.ts';
import type { KnownBrowser } from './browser-cookie.ts';

export interface SignInAttempt {
  readonly rule: SignInRule;
  /** As typed; undefined when nothing was. */
  readonly typed: string | undefined;
  /** Lanes that a right guess clears, and those where it takes itself back. */
  readonly clear: readonly string[];
  readonly giveBack: readonly string[];
  readonly browser: KnownBrowser | undefined;
  /** The browser signed this login in before. */
  readonly isKnown: boolean;
  /** `performance.now()` when the guess was counted. */
  readonly startedAt: number;
}

export type Attempted = {
  /** The body that was read; the proxy sends these bytes. */
  readonly bytes: Uint8Array | undefined;
} & (
  | { readonly outcome: 'counted'; readonly attempt: SignInAttempt }
  /** A page that asks for the login: nothing is typed yet. */
  | { readonly outcome: 'none' }
  | { readonly outcome: 'wait'; readonly until: Instant }
  | { readonly outcome: 'refused'; readonly refusal: Refusal }
);
