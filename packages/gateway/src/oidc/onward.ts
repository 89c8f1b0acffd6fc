// Where a person goes on after a sign-in: a path of this site, sealed on the way. It may name a person, and nobody else
// than the gateway may choose it (A234).
import { isWayBack, open, type Random, type Sealed, type SealingKeys, seal } from '@palier/mfa-core';

const binding = ['onward'];
const longest = 1000;

/** Undefined for what is no path of this site, or too long for an address. */
export function sealOnward(keys: SealingKeys, target: string, random: Random): string | undefined {
  if (!isWayBack(target) || target.length > longest) return undefined;
  return seal(keys, Buffer.from(target), binding, random);
}

/** The portal's home for anything the gateway did not seal. */
export function openOnward(keys: SealingKeys, sealed: unknown): string {
  if (typeof sealed !== 'string' || sealed === '' || sealed.length > 4096) return '/';
  try {
    const target = Buffer.from(open(keys, sealed as Sealed, binding)).toString('utf8');
    return isWayBack(target) ? target : '/';
  } catch {
    return '/';
  }
}
