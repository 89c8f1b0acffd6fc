// TOTP secrets at rest: sealed under the account and the factor they belong to, so that a row moved to another account
// does not open (A152, A254); opened only to judge a code; resealed under the current key in passing and by rotation.
import type { Sealed, TotpFactor } from './factor.ts';
import type { AccountId, FactorId } from './ids.ts';
import type { Parts } from './parts.ts';
import { keyIdOf, open, seal } from './sealing.ts';

interface Owner {
  readonly account: AccountId;
  readonly id: FactorId;
}

const binding = (owner: Owner): readonly string[] => ['totp', owner.account, owner.id];

export function sealTotpSecret(
  parts: Pick<Parts, 'keys' | 'random'>,
  owner: Owner,
  secret: Uint8Array,
): Sealed {
  return seal(parts.keys.sealing, secret, binding(owner), parts.random);
}

/** The secret; MfaError ERR_MFA_SEALING when it does not open, which callers let pass: broken means no. */
export function openTotpSecret(parts: Parts, owner: Owner, sealed: Sealed): Uint8Array {
  return open(parts.keys.sealing, sealed, binding(owner));
}

/** Reseals under the current key if it is not yet; of two at once one wins and the other changes nothing. */
export async function resealInPassing(parts: Parts, factor: TotpFactor): Promise<'resealed' | 'kept'> {
  if (keyIdOf(factor.secret) === parts.keys.sealing.current) return 'kept';
  const to = sealTotpSecret(parts, factor, openTotpSecret(parts, factor, factor.secret));
  const answer = await parts.stores.upkeep.reseal(factor.account, factor.id, factor.secret, to);
  return answer === 'resealed' ? 'resealed' : 'kept';
}

/** How far a rotation of sealing keys has come. */
export interface RotationProgress {
  /** Factors looked at so far. */
  readonly seen: number;
  /** Of them, those now under the current key that were not before. */
  readonly resealed: number;
}

/**
 * Walks all factors in pages and reseals what is under an older key. It can be stopped and run again at any time;
 * steps up go on meanwhile. The old key may leave the configuration when it resolves.
 */
export async function rotateKeys(
  parts: Parts,
  onProgress?: (progress: RotationProgress) => void,
): Promise<RotationProgress> {
  let progress: RotationProgress = { seen: 0, resealed: 0 };
  let after: FactorId | undefined;
  for (;;) {
    const page = await parts.stores.upkeep.page(after, 100);
    const last = page.at(-1);
    if (last === undefined) return progress;
    const totp = page.filter((factor) => factor.kind === 'totp');
    const outcomes = await Promise.all(totp.map((factor) => resealInPassing(parts, factor)));
    const resealed = outcomes.filter((outcome) => outcome === 'resealed').length;
    progress = { seen: progress.seen + page.length, resealed: progress.resealed + resealed };
    onProgress?.(progress);
    after = last.id;
  }
}
