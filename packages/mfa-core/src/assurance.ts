// The heart: what a session has proved, what a route asks, and whether the one is enough for the other.
// Pure. It knows no factor list on purpose: "has no factor" can never turn into "needs none" (A191).
import type { FactorId, ProofId } from './ids.ts';
import { elapsed, type Instant, type Seconds } from './time.ts';

/** How a proof was given. `card` is a client certificate or a verified identity-provider token of card class. */
export type ProofKind = 'totp' | 'webauthn' | 'recovery-code' | 'card';

interface ProofBase {
  /** Names the proof, and the presence it bought. */
  readonly id: ProofId;
  /** When the person acted, not when the session began. */
  readonly at: Instant;
}

/** What was shown, and when. A kind without a time cannot be written. */
export type Proof =
  | (ProofBase & {
      readonly kind: 'totp';
      readonly factor: FactorId;
      /** The app was bound in the same act, with this; absent where a code was typed, which may have been phished. */
      readonly boundBy?: 'ticket' | 'card';
    })
  | (ProofBase & { readonly kind: 'recovery-code'; readonly factor: FactorId })
  | (ProofBase & {
      readonly kind: 'webauthn';
      readonly factor: FactorId;
      /** False when the passkey may be copied between devices (backup eligible, WebAuthn L3 section 6.1.3). */
      readonly deviceBound: boolean;
      /** True when the operator counts this attested, device-bound authenticator as a card. */
      readonly cardClass: boolean;
    })
  | (ProofBase & {
      readonly kind: 'card';
      /** What was presented, for the log: `certificate:<fingerprint>` or `oidc:<issuer>`. */
      readonly evidence: string;
    });

/** What a route asks. An empty `accept` does not compile; there are no levels to compare with >=. */
export type Requirement = { readonly kind: 'open' } | { readonly kind: 'signed-in' } | StepUpRequirement;

/** A fresh enough proof of one of some kinds. At exactly `maxAge` seconds it is still good. */
export interface StepUpRequirement {
  readonly kind: 'step-up';
  readonly accept: readonly [ProofKind, ...ProofKind[]];
  readonly maxAge: Seconds;
}

/** Why what was proved is not enough. */
export interface Shortfall {
  readonly reason: 'no-proof' | 'not-accepted' | 'too-old';
  readonly requirement: StepUpRequirement;
}

/** The proof kinds behind the three words of the configuration and of `acr` values. */
export const acceptWords: {
  readonly 'second-factor': readonly ['totp', 'webauthn', 'card', 'recovery-code'];
  readonly 'phishing-resistant': readonly ['webauthn', 'card'];
  readonly card: readonly ['card'];
} = {
  'second-factor': ['totp', 'webauthn', 'card', 'recovery-code'],
  'phishing-resistant': ['webauthn', 'card'],
  card: ['card'],
};

/** A word of the configuration; what it accepts is in `acceptWords`. */
export type AcceptWord = keyof typeof acceptWords;

/** Whether a proof is of a kind the list accepts; an authenticator of card class also counts where a card is asked. */
export function accepts(accept: readonly ProofKind[], proof: Proof): boolean {
  return (
    accept.includes(proof.kind) || (proof.kind === 'webauthn' && proof.cardClass && accept.includes('card'))
  );
}

/** The freshest accepted proof, or none: the one that pays for what the request sees. */
export function bestProof(proofs: readonly Proof[], requirement: StepUpRequirement): Proof | undefined {
  return proofs
    .filter((proof) => accepts(requirement.accept, proof))
    .reduce<Proof | undefined>(
      (best, proof) => (best === undefined || proof.at > best.at ? proof : best),
      undefined,
    );
}

/**
 * Judges whether what a session has proved is enough, at one instant. Undefined means enough.
 * A proof is too old when its age is *greater* than maxAge; equal is still good. Signing in is not judged here: the
 * caller has an account or it has not.
 */
export function assess(
  proofs: readonly Proof[],
  requirement: Requirement,
  now: Instant,
): Shortfall | undefined {
  if (requirement.kind !== 'step-up') return undefined;
  if (proofs.length === 0) return { reason: 'no-proof', requirement };
  const best = bestProof(proofs, requirement);
  if (best === undefined) return { reason: 'not-accepted', requirement };
  return elapsed(best.at, now) > requirement.maxAge ? { reason: 'too-old', requirement } : undefined;
}
