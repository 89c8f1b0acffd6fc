// Who may change the factors of an account: every change is itself a step-up act (R8). Asks for the strongest tier the
// account holds, shown within minutes. A recovery code gives access and never this right; a code never binds a key
// by itself (it could have been phished; enrol-right.ts).
import type { Proof } from './assurance.ts';
import type { RefusalReason } from './events.ts';
import { type Factor, isUnfinished, isUsable } from './factor.ts';
import { currentSession } from './live-sessions.ts';
import type { Parts } from './parts.ts';
import type { Session } from './session.ts';
import { elapsed, type Instant } from './time.ts';

export type Tier = 'code' | 'phishing-resistant';

/** The right a session has earned by what it showed lately, or why it has none. */
export type ChangeRight =
  | {
      readonly outcome: 'granted';
      readonly session: Session;
      readonly proof: Proof;
      readonly tier: Tier | 'card';
      /** The factor behind the proof; a card has none here. */
      readonly shown?: Factor;
    }
  | { readonly outcome: 'no'; readonly reason: RefusalReason };

export type Granted = Extract<ChangeRight, { readonly outcome: 'granted' }>;

/** The tier of a factor; a recovery set has none. */
export function tierOf(kind: Factor['kind']): Tier | undefined {
  if (kind === 'recovery-code') return undefined;
  return kind === 'webauthn' ? 'phishing-resistant' : 'code';
}

/** Whether the next factor is the first: a recovery set that is left over, one disabled for good or one unfinished is none. */
export function holdsNone(factors: readonly Factor[]): boolean {
  return !factors.some(
    (factor) => tierOf(factor.kind) !== undefined && factor.disabledAt === undefined && !isUnfinished(factor),
  );
}

/** The strongest tier among factors usable at `now`; one that still waits does not count as held. */
export function strongestTier(factors: readonly Factor[], now: Instant): Tier | undefined {
  const tiers = factors.filter((factor) => isUsable(factor, now)).map(({ kind }) => tierOf(kind));
  if (tiers.includes('phishing-resistant')) return 'phishing-resistant';
  return tiers.includes('code') ? 'code' : undefined;
}

/** Reads the session and the factors anew: the caller's copy may be older than a revocation (A206). */
export async function changeRight(parts: Parts, given: Session): Promise<ChangeRight> {
  const session = await currentSession(parts, given);
  if (session === undefined) return { outcome: 'no', reason: 'session-gone' };
  const factors = await parts.stores.factors.list(session.account);
  return judge(parts, session, factors);
}

function judge(parts: Parts, session: Session, factors: readonly Factor[]): ChangeRight {
  const now = parts.clock.now();
  const fresh = session.proofs.filter((proof) => elapsed(proof.at, now) <= parts.policy.changeMaxAge);
  const card = fresh.find(({ kind }) => kind === 'card');
  const first = holdsNone(factors);
  if (card !== undefined && (!first || parts.policy.firstFactor.includes('card')))
    return { outcome: 'granted', session, proof: card, tier: 'card' };
  const tier = strongestTier(factors, now);
  if (tier === undefined) return { outcome: 'no', reason: 'right-missing' };
  const key = newest(fresh, 'webauthn', factors, now);
  if (key !== undefined) return { outcome: 'granted', session, ...key, tier: 'phishing-resistant' };
  const code = newest(fresh, 'totp', factors, now);
  if (code === undefined)
    return { outcome: 'no', reason: fresh.length > 0 ? 'right-too-weak' : 'right-missing' };
  return tier === 'code'
    ? { outcome: 'granted', session, ...code, tier }
    : { outcome: 'no', reason: 'right-too-weak' };
}

/** The newest proof of a kind whose factor is still held and usable: that one is who acts now. */
function newest(
  fresh: readonly Proof[],
  kind: 'totp' | 'webauthn',
  factors: readonly Factor[],
  now: Instant,
): { readonly proof: Proof; readonly shown: Factor } | undefined {
  for (const proof of fresh.toReversed()) {
    if (proof.kind !== kind) continue;
    const shown = factors.find((factor) => factor.id === proof.factor && isUsable(factor, now));
    if (shown !== undefined) return { proof, shown };
  }
  return undefined;
}
