// What a person or an operator sees of a factor: no secret, no key, no digest.
import { type BoundBy, type Factor, isUnfinished } from './factor.ts';
import type { FactorId } from './ids.ts';
import type { Instant } from './time.ts';

/** A factor as people and operators may see it. */
export interface FactorView {
  readonly id: FactorId;
  readonly kind: Factor['kind'];
  /** As the person gave it; empty when they gave none. To be escaped where it is shown. */
  readonly name: string;
  readonly addedAt: Instant;
  /** What earned the right to bind it; absent where that was not kept. */
  readonly boundBy?: BoundBy;
  /** The factor that was shown when it was bound, which may be gone; absent where none was, or where that was not kept. */
  readonly boundWith?: FactorId;
  /** Later than now while the factor waits. */
  readonly activeFrom: Instant;
  /** Its binding broke off: it will never count, and is to be removed and bound anew. */
  readonly unfinished?: true;
  readonly disabledAt?: Instant;
  readonly lastUsedAt?: Instant;
  /** Codes left of a recovery set. */
  readonly remaining?: number;
  /** Whether a passkey may be copied between devices. */
  readonly backupEligible?: boolean;
  /** The model of a key, lower-case hexadecimal with dashes. */
  readonly aaguid?: string;
}

export function viewOf(factor: Factor): FactorView {
  const { id, kind, name, addedAt, boundBy, activeFrom, disabledAt, lastUsedAt } = factor;
  const boundWith = factor.line?.at(-1);
  return {
    id,
    kind,
    name,
    addedAt,
    ...(boundBy !== undefined && { boundBy }),
    ...(boundWith !== undefined && { boundWith }),
    activeFrom,
    ...(isUnfinished(factor) && { unfinished: true as const }),
    ...(disabledAt !== undefined && { disabledAt }),
    ...(lastUsedAt !== undefined && { lastUsedAt }),
    ...(factor.kind === 'recovery-code' && { remaining: factor.codes.length }),
    ...(factor.kind === 'webauthn' && { backupEligible: factor.backupEligible, aaguid: factor.aaguid }),
  };
}

/**
 * A name as it is kept: control, format and direction signs are taken out (A178), at most 60 characters, none of them
 * halved. Notices and pages set it between quotation marks, which it must not end to go on in our words, and accents piled
 * up would cover the lines around it. Anything but text is the empty name: a name never makes an enrolment fail.
 */
export function factorName(given: unknown): string {
  if (typeof given !== 'string') return '';
  return given
    .slice(0, 400)
    .normalize('NFC')
    .replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '')
    .replace(/[«»“”„‟]/gu, "'")
    .replace(/(\p{M}{3})\p{M}+/gu, '$1')
    .trim()
    .slice(0, 60)
    .replace(/\p{Cs}$/u, '')
    .trimEnd();
}
