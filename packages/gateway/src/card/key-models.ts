// Which keys count as cards: the operator's list of models, and what vouches for a key being one of them: a signed blob
// of the FIDO Metadata Service, or the roots of the makers. Read once, at start and at a reload.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type AuthenticatorPolicy,
  type Clock,
  type Metadata,
  pinnedRoots,
  readMetadata,
} from '@palier/mfa-core';
import type { Enrolment } from '../config/config.ts';

/** Rejects when a file cannot be read or does not verify. */
export async function cardKeyPolicy(
  { cardClass, attestationRoots, metadata }: Enrolment,
  clock: Clock,
): Promise<AuthenticatorPolicy> {
  const policy: AuthenticatorPolicy = { attestation: 'none', backupEligible: 'allowed' };
  if (cardClass.length === 0) return policy;
  const vouching =
    metadata === undefined
      ? makersIn(attestationRoots, cardClass, clock)
      : await readMetadata({ blob: readFileSync(metadata, 'utf8'), clock });
  return { ...policy, cardClassAaguids: cardClass, metadata: vouching };
}

function makersIn(folder: string | undefined, models: readonly string[], clock: Clock): Metadata {
  if (folder === undefined) throw new TypeError('config/contradictions.ts let a list of models through');
  const roots = readdirSync(folder)
    .filter((name) => /\.(pem|crt|cer)$/i.test(name))
    .map((name) => readFileSync(join(folder, name), 'utf8'));
  if (roots.length === 0) throw new TypeError(`${folder} holds no PEM file of an attestation root`);
  return pinnedRoots(Object.fromEntries(models.map((model) => [model, roots])), clock);
}
