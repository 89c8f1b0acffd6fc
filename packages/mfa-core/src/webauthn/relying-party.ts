// Who asks, and what an authenticator must be like to be accepted. Only words of the operator, nothing of a request:
// the origin a browser claims is compared with these, never taken from a Host header (A167).
import type { Metadata } from './metadata.ts';

/** Who asks for keys (WebAuthn L3 section 4, relying party). */
export interface RelyingParty {
  /** A registrable domain: `portail.example`. */
  readonly id: string;
  /** Shown by the browser. */
  readonly name: string;
  /** Exact origins, compared byte for byte. More than one needs the related-origins file (WebAuthn L3 section 5.11). */
  readonly origins: readonly [string, ...string[]];
}

/** Which authenticators are accepted. */
export interface AuthenticatorPolicy {
  /** Models allowed, lower case with dashes; undefined allows all. Meaningless without `attestation: 'trusted'`, where the AAGUID is only the browser's word, and refused then. */
  readonly aaguids?: readonly string[];
  /** `trusted`: an attestation statement must chain to a root that `metadata` has for the model. */
  readonly attestation: 'none' | 'trusted';
  /** `refused`: passkeys that may be copied between devices are not accepted. */
  readonly backupEligible: 'allowed' | 'refused';
  /** Where trusted roots come from: `readMetadata` or `pinnedRoots`. With `trusted` and without it nothing is accepted. */
  readonly metadata?: Metadata;
  /** Attested, device-bound models the operator counts as a card. */
  readonly cardClassAaguids?: readonly string[];
}

export const defaultAuthenticatorPolicy: AuthenticatorPolicy = {
  attestation: 'none',
  backupEligible: 'allowed',
};
