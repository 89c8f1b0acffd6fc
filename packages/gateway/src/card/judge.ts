// Whether what was presented is a card that counts now, and whose: chain, use, holder, revocation, in this order. Used by
// the listener that sees the TLS handshake and by fronts that hand a certificate on. It knows no session.
import type { Instant } from '@palier/mfa-core';
import type { CertificateChain } from './certificate.ts';
import { type Holder, type HolderRefusal, type HolderRules, holderOf } from './holder.ts';
import type { Revocation } from './revocation.ts';
import { type UseRefusal, type UseRules, useRefusal } from './rules.ts';
import type { Trust } from './trust.ts';
import { type ChainRefusal, verifyChain } from './verify-chain.ts';

export interface CardRules {
  readonly trust: Trust;
  readonly use: UseRules;
  readonly holder: HolderRules;
  readonly revocation: Revocation;
}

export interface ShownCard {
  readonly chain: CertificateChain;
  readonly holder: Holder;
}

export type CardRefusal =
  | ChainRefusal
  | UseRefusal
  | HolderRefusal
  | 'revoked'
  /** Nobody can say: fails closed, and trying later may help. */
  | 'revocation-unknown';

export type CardVerdict =
  | { readonly outcome: 'accepted'; readonly card: ShownCard }
  | {
      readonly outcome: 'refused';
      readonly reason: CardRefusal;
      /** For the log: a fixed word of the source of revocation, no value of the certificate. */
      readonly because?: string;
      /** Fingerprint of the leaf, when there was one that could be read. */
      readonly fingerprint?: string;
    };

/** `presented` is DER, the leaf first. Never throws for bad input; a source of revocation that throws is `unknown`. */
export async function judgeCard(
  presented: readonly Uint8Array[],
  rules: CardRules,
  now: Instant,
): Promise<CardVerdict> {
  const verified = await verifyChain(presented, rules.trust, now);
  if (verified.outcome === 'refused') return verified;
  const { chain } = verified;
  const { fingerprint } = chain.leaf;
  const misuse = useRefusal(chain, rules.use, rules.trust);
  if (misuse !== undefined) return { outcome: 'refused', reason: misuse, fingerprint };
  const held = holderOf(chain, rules.holder);
  if (held.outcome === 'refused') return { ...held, fingerprint };
  const state = await rules.revocation.check(chain, now).catch(brokenSource);
  if (state.status === 'revoked') return { outcome: 'refused', reason: 'revoked', fingerprint };
  if (state.status !== 'good')
    return { outcome: 'refused', reason: 'revocation-unknown', because: state.because, fingerprint };
  return { outcome: 'accepted', card: { chain, holder: held.holder } };
}

function brokenSource(): { readonly status: 'unknown'; readonly because: string } {
  return { status: 'unknown', because: 'the source of revocation is broken' };
}
