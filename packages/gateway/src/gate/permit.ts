// The only thing that opens the way to the portal. A permit is minted by `decide` and redeemed once by the proxy.
// The brand guards against our own mistakes (a second path to the upstream, a permit kept for later), not against an
// attacker inside the process.
import type { Proof, Session } from '@palier/mfa-core';
import type { CountedRecord } from '../budget/record-rule.ts';
import type { Identity } from '../identity/identity.ts';
import type { Matched } from '../policy/route.ts';
import type { CanonicalRequest } from '../request/request.ts';
import type { SignInAttempt } from '../sign-in/attempt.ts';
import type { Denial } from './denial.ts';

declare const minted: unique symbol;

/** What was decided, and on which bytes. */
export interface PermitTerms {
  readonly request: CanonicalRequest;
  readonly matched: Matched;
  readonly identity: Identity;
  readonly session: Session | undefined;
  /** The proof that pays for what this request sees. */
  readonly proof: Proof | undefined;
  /** Records named by the request, already charged. Those named by the answer are charged before it is released. */
  readonly records: readonly CountedRecord[];
  /** A guess at the portal's own sign-in, already counted; judged by the answer. */
  readonly signIn?: SignInAttempt | undefined;
  /** Bytes of the body when it was read to decide; the proxy sends these. Undefined: the body is still on the socket. */
  readonly body: Uint8Array | undefined;
  /** In observe mode: what would have been answered instead, and what would have been asked once that was given. */
  readonly wouldBe: readonly Denial[];
  /** Why its records were granted although a bound was met, or not charged; for the ledger. */
  readonly exemption: string | undefined;
}

export type Permit = PermitTerms & { readonly [minted]: true };

/** The mark is a private field: a copy does not carry it, and nothing outside can make or clear it. */
class MintedTerms {
  #live = true;

  /** Whether this was minted here and not yet used; it is used from now on. */
  static spend(terms: object): boolean {
    const live = #live in terms && terms.#live;
    if (live) terms.#live = false;
    return live;
  }
}

/** Called by `decide` and by nothing else (test/architecture holds this). */
export function mintPermit(terms: PermitTerms): Permit {
  return Object.freeze(Object.assign(new MintedTerms(), terms)) as PermitTerms as Permit;
}

/** Spends a permit. A copy, a second use or a made-up object is a TypeError: a programming mistake, never a request. */
export function redeemPermit(permit: Permit): PermitTerms {
  if (!MintedTerms.spend(permit)) throw new TypeError('this permit was never minted or was already used');
  return permit;
}
