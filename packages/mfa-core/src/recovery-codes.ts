// One-time codes for the day the phone is lost: 80 bits each, kept as keyed digests, good for access and never for
// enrolling another factor.
import { createHmac } from 'node:crypto';
import { type AccountId, makeLetters } from './ids.ts';
import type { Random } from './random.ts';
import type { Secret } from './secret.ts';

/** Makes `count` codes of 16 letters in groups of four, as they are printed. */
export function makeRecoveryCodes(random: Random, count = 10): readonly string[] {
  return Array.from({ length: count }, () => grouped(makeLetters(random, 16)));
}

/** Reads a code as people type it: spaces, dashes, lower case, O for 0, I or L for 1. Anything else is undefined. */
export function parseRecoveryCode(text: unknown): string | undefined {
  if (typeof text !== 'string' || text.length > 60) return undefined;
  const letters = text.replace(/[\s-]/g, '').toUpperCase().replaceAll('O', '0').replace(/[IL]/g, '1');
  return /^[0-9A-HJKMNP-TV-Z]{16}$/.test(letters) ? grouped(letters) : undefined;
}

/** HMAC-SHA-256, base64url. The codes have 80 bits and more, so a fast hash is enough; the key makes a stolen table useless. */
export function digestCode(
  key: Secret,
  purpose: 'recovery' | 'ticket',
  account: AccountId,
  code: string,
): string {
  const text = `${purpose} ${account.length}:${account} ${code}`;
  return key.expose((bytes) => createHmac('sha256', bytes).update(text).digest('base64url'));
}

function grouped(letters: string): string {
  return (letters.match(/.{4}/g) ?? []).join('-');
}
