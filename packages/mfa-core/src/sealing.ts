// Secrets at rest: AES-256-GCM, bound to what they belong to, under a key that is named so that it can be rotated.
// Not here: where the keys come from. A seal that does not open is an error, never "no factor" (A254).
import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from 'node:crypto';
import { MfaError } from './errors.ts';
import type { Sealed } from './factor.ts';
import type { Random } from './random.ts';
import type { Secret } from './secret.ts';

/** Key ids are 1 to 16 letters or digits; every key is 32 bytes. */
export interface SealingKeys {
  readonly current: string;
  readonly keys: ReadonlyMap<string, Secret>;
}

const version = 'v1';

/** Checks the keys once, at start: a short or missing key is an MfaError, not a surprise at the first enrolment. */
export function sealingKeys(current: string, keys: Readonly<Record<string, Secret>>): SealingKeys {
  const entries = Object.entries(keys);
  const sound = entries.every(([id, key]) => /^[A-Za-z0-9]{1,16}$/.test(id) && key.length === 32);
  if (!sound || !Object.hasOwn(keys, current))
    throw new MfaError('ERR_MFA_KEYS', {
      detail: 'each sealing key has 32 bytes and one of them is current',
    });
  return { current, keys: new Map(entries) };
}

/**
 * Seals `plaintext`. `binding` says what it belongs to (purpose, account, factor): a row moved to another account does
 * not open. Nonces are 96 random bits; one key seals far fewer than 2^32 secrets (NIST SP 800-38D section 8.3).
 */
export function seal(
  keys: SealingKeys,
  plaintext: Uint8Array,
  binding: readonly string[],
  random: Random,
): Sealed {
  const key = keys.keys.get(keys.current);
  if (key === undefined) throw new MfaError('ERR_MFA_KEYS');
  const nonce = random(12);
  const cipher = createCipheriv('aes-256-gcm', keyObjectOf(key), nonce).setAAD(bound(binding));
  const box = Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
  return [version, keys.current, Buffer.from(nonce).toString('base64url'), box.toString('base64url')].join(
    '.',
  ) as Sealed;
}

/** Opens what `seal` made with the same binding; any change, wrong key or wrong binding is an MfaError ERR_MFA_SEALING. */
export function open(keys: SealingKeys, sealed: Sealed, binding: readonly string[]): Uint8Array {
  const [tag, id = '', nonce = '', box = ''] = sealed.split('.');
  const key = keys.keys.get(id);
  const bytes = Buffer.from(box, 'base64url');
  // A shorter tag would be easier to forge, and Node takes one.
  if (tag !== version || key === undefined || bytes.length < 16) throw new MfaError('ERR_MFA_SEALING');
  try {
    const decipher = createDecipheriv('aes-256-gcm', keyObjectOf(key), Buffer.from(nonce, 'base64url'));
    decipher.setAAD(bound(binding)).setAuthTag(bytes.subarray(-16));
    return new Uint8Array(Buffer.concat([decipher.update(bytes.subarray(0, -16)), decipher.final()]));
  } catch (cause) {
    throw new MfaError('ERR_MFA_SEALING', { cause });
  }
}

/** The id of the key a secret is sealed under, to tell which ones still wait for rotation. */
export function keyIdOf(sealed: Sealed): string {
  return sealed.split('.')[1] ?? '';
}

const keyObjects = new WeakMap<Secret, KeyObject>();

/** Making Node's key of the bytes costs three times what opening a secret does, so each is made once. */
function keyObjectOf(key: Secret): KeyObject {
  const made = keyObjects.get(key) ?? key.expose((bytes) => createSecretKey(bytes));
  keyObjects.set(key, made);
  return made;
}

/** Length-prefixed, so that ("ab", "c") and ("a", "bc") are two bindings. */
function bound(binding: readonly string[]): Buffer {
  return Buffer.from(['palier/v1', ...binding].map((part) => `${Buffer.byteLength(part)}:${part}`).join(''));
}
