// Why a request goes no further, and what would help.
import type { Instant, Seconds, Shortfall, StepUpRequirement } from '@palier/mfa-core';
import type { Identity } from '../identity/identity.ts';
import type { Route } from '../policy/route.ts';
import type { Refusal } from '../request/request.ts';

/** Why the request does not reach the portal, or its answer does not reach the client. */
export type Denial =
  | { readonly kind: 'refuse'; readonly refusal: Refusal; readonly route: Route | undefined }
  | { readonly kind: 'sign-in'; readonly route: Route }
  | {
      readonly kind: 'step-up';
      readonly route: Route;
      readonly identity: Identity & { readonly kind: 'account' };
      readonly requirement: StepUpRequirement;
      /** `presence-used-up`: the proof is good but has shown all the persons it buys; a fresh one helps. `stronger`: a detector or a canary asks for a phishing-resistant one. `codes-used-up`: codes have shown all they may in a day. `pays-nothing`: the class gives nothing for this kind of proof. */
      readonly because:
        | Shortfall['reason']
        | 'presence-used-up'
        | 'stronger'
        | 'codes-used-up'
        | 'pays-nothing';
      /** From when it would be enough again, where time helps too. */
      readonly again?: Instant;
    }
  | {
      readonly kind: 'slow-down';
      readonly route: Route;
      /** Whose cap it is; nobody's at a sign-in. */
      readonly identity?: Identity & { readonly kind: 'account' };
      readonly retryAfter: Seconds;
      readonly cap: 'account' | 'organisation' | 'fleet' | 'new-records' | 'misses' | 'sign-in';
    }
  /** `route`: whose answer is withheld, where the portal did answer. */
  | { readonly kind: 'unavailable'; readonly reason: string; readonly route?: Route };

/** One word for a denial, for logs and counts. */
export function nameOf(denial: Denial): string {
  if (denial.kind === 'step-up') return `step-up:${denial.because}`;
  if (denial.kind === 'slow-down') return `slow-down:${denial.cap}`;
  if (denial.kind === 'unavailable') return `unavailable:${denial.reason}`;
  return denial.kind === 'refuse' ? `refuse:${denial.refusal.reason}` : denial.kind;
}
