// The port to whatever knows whether a card was revoked: lists, responders, or both. Everything but `good` closes the
// card class; a promise that rejects does too.
import type { Instant } from '@palier/mfa-core';
import type { CertificateChain } from './certificate.ts';

export type RevocationVerdict =
  /** Every certificate of the chain below the anchor is known not to be revoked. */
  | {
      readonly status: 'good';
      /** Until when this may be relied upon, where the source says. */
      readonly until?: Instant;
    }
  | {
      readonly status: 'revoked';
      /** Fingerprint of the certificate that was revoked: the leaf's or an intermediate's. */
      readonly fingerprint: string;
      readonly since?: Instant;
    }
  /** Not known: a list is missing, too old or not signed as it must be; a responder does not answer. */
  | { readonly status: 'unknown'; readonly because: string };

export interface Revocation {
  /** Asked of chains whose signatures were verified. `because` goes to the log and holds no value of the certificate. */
  check(chain: CertificateChain, now: Instant): Promise<RevocationVerdict>;
}
