// Who asks, and what an authenticator must be like to be accepted.

export interface RelyingParty {
  /** A registrable domain: `portail.example`. */
  readonly id: string;
  /** Shown by the browser. */
  readonly name: string;
  /** Exact origins, compared byte for byte. More than one needs the related-origins file (WebAuthn L3 section 5.11). */
  readonly origins: readonly [string, ...string[]];
}

export interface AuthenticatorPolicy {
  /** Models allowed; undefined allows all. Only meaningful with `attestation: 'trusted'`: without it the AAGUID is the browser's word. */
  readonly aaguids?: readonly string[];
  /** `trusted`: an attestation statement must chain to a root given here. */
  readonly attestation: 'none' | 'trusted';
  /** `refused`: passkeys that may be copied between devices are not accepted. */
  readonly backupEligible: 'allowed' | 'refused';
  /** PEM certificates of the attestation roots. */
  readonly attestationRoots?: readonly string[];
  /** Attested, device-bound models the operator counts as a card. */
  readonly cardClassAaguids?: readonly string[];
}

export const defaultAuthenticatorPolicy: AuthenticatorPolicy = { attestation: 'none', backupEligible: 'allowed' };

/** COSE algorithms: EdDSA, ES256, RS256. Pinned on both ceremonies, so that a mixed fleet accepts the same keys. */
export const algorithms: readonly [-8, -7, -257] = [-8, -7, -257];
