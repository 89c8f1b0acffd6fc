// What an account holds to prove itself with. A pending factor is a challenge, not a factor: its secret cannot be used
// to step up before it was confirmed (A155).
import type { AccountId, FactorId } from './ids.ts';
import { type Instant, instantOf } from './time.ts';

/** Bytes sealed by `sealing.ts`: `v1.<key id>.<nonce>.<ciphertext and tag>`, bound to account and factor. */
export type Sealed = string & { readonly [sealedBrand]: true };
declare const sealedBrand: unique symbol;

/** The HMAC of RFC 6238 section 1.2; SHA-1 is what every app can do. */
export type TotpHash = 'sha1' | 'sha256' | 'sha512';

/** How an app makes its codes. */
export interface TotpSettings {
  readonly hash: TotpHash;
  readonly digits: 6 | 8;
  /** Seconds of one time step (RFC 6238 section 4.1). */
  readonly period: number;
}

/** What earned the right a factor was bound by; `code` may have been phished. */
export type BoundBy = 'ticket' | 'card' | 'phishing-resistant' | 'code' | 'operator';

interface FactorBase {
  readonly id: FactorId;
  readonly account: AccountId;
  /** Given by the person, at most 60 characters, shown escaped: "key of the night team". */
  readonly name: string;
  readonly addedAt: Instant;
  /** Of a recovery set: what earned the right to make it. Absent where it was bound before this was kept. */
  readonly boundBy?: BoundBy;
  /**
   * The factors it hangs from, the one shown when it was bound last (line.ts). Some may be gone. Absent where none was shown
   * (ticket, card, operator), of recovery sets, and where it was bound before this was kept.
   */
  readonly line?: readonly FactorId[];
  /** Before this instant the factor proves nothing (waiting period of a factor bound with less than its own tier). */
  readonly activeFrom: Instant;
  /** Set when 100 consecutive failures disabled it (NIST SP 800-63B-4 section 3.2.2); it must be bound anew. */
  readonly disabledAt?: Instant;
  readonly lastUsedAt?: Instant;
}

/** An authenticator app (RFC 6238). */
export interface TotpFactor extends FactorBase {
  readonly kind: 'totp';
  readonly secret: Sealed;
  readonly settings: TotpSettings;
  /** The last accepted time step; a code of this step or an earlier one is a replay (RFC 6238 section 5.2). */
  readonly lastStep: number;
}

/** A passkey or security key (WebAuthn L3 section 4, credential record). */
export interface WebAuthnFactor extends FactorBase {
  readonly kind: 'webauthn';
  /** Base64url; unique over all accounts (WebAuthn L3 section 7.1 step 26). */
  readonly credentialId: string;
  /** COSE key, base64url. */
  readonly publicKey: string;
  /** Random per account, base64url; tells whose assertion this is without naming anyone. */
  readonly userHandle: string;
  readonly signCount: number;
  readonly transports: readonly string[];
  /** Lower-case hexadecimal with dashes; all zero when the authenticator does not say. */
  readonly aaguid: string;
  readonly backupEligible: boolean;
  readonly backedUp: boolean;
  /** True when an attestation statement chained to a trusted root at registration. */
  readonly attested: boolean;
}

/** A set of one-time codes. `codes` are keyed digests of the ones not used yet. */
export interface RecoverySet extends FactorBase {
  readonly kind: 'recovery-code';
  readonly codes: readonly string[];
}

/** Anything an account holds to prove itself with. */
export type Factor = TotpFactor | WebAuthnFactor | RecoverySet;

/** The last instant a date can name. A factor waits until then from when it has its place until it counts (keep-factor.ts). */
export const never: Instant = instantOf(8.64e15);

/** Whether its binding broke off before it counted: a crash at the wrong moment. It proves nothing and never will. */
export function isUnfinished({ activeFrom }: Pick<Factor, 'activeFrom'>): boolean {
  return activeFrom >= never;
}

/** Whether a factor may be used at `now`. At exactly `activeFrom` it may. */
export function isUsable(factor: Factor, now: Instant): boolean {
  return factor.disabledAt === undefined && now >= factor.activeFrom;
}
