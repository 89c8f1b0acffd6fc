// Key pairs out of given randomness, which Node's own generator does not take, and their COSE form (RFC 9053).
import { createECDH, createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import { type CBORType, encodeCBOR } from '@levischuck/tiny-cbor';
import type { Random } from '../random.ts';

export type TestAlgorithm = 'ES256' | 'EdDSA';

/** RFC 8410: what stands before the 32 bytes of an Ed25519 private key in PKCS #8. */
const ed25519Prefix = Buffer.from('302e020100300506032b657004220420', 'hex');

export function privateKeyOf(random: Random, algorithm: TestAlgorithm): KeyObject {
  return algorithm === 'ES256' ? p256Key(random) : ed25519Key(random);
}

function ed25519Key(random: Random): KeyObject {
  return createPrivateKey({ key: Buffer.concat([ed25519Prefix, random(32)]), format: 'der', type: 'pkcs8' });
}

/** A random number that is no scalar of the curve has a chance of 2^-32; the next one is taken then. */
function p256Key(random: Random): KeyObject {
  const curve = createECDH('prime256v1');
  try {
    curve.setPrivateKey(random(32));
  } catch {
    return p256Key(random);
  }
  const point = curve.getPublicKey();
  const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');
  const [x, y, d] = [text(point.subarray(1, 33)), text(point.subarray(33)), text(curve.getPrivateKey())];
  return createPrivateKey({ key: { kty: 'EC', crv: 'P-256', x, y, d }, format: 'jwk' });
}

/** Labels: 1 kty, 3 alg, -1 crv, -2 x, -3 y. */
export function coseKey(key: KeyObject, algorithm: TestAlgorithm): Uint8Array {
  const { x = '', y = '' } = createPublicKey(key.export({ type: 'pkcs8', format: 'pem' })).export({
    format: 'jwk',
  });
  const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64url'));
  const members: readonly (readonly [number, CBORType])[] =
    algorithm === 'ES256'
      ? [
          [1, 2],
          [3, -7],
          [-1, 1],
          [-2, bytes(x)],
          [-3, bytes(y)],
        ]
      : [
          [1, 1],
          [3, -8],
          [-1, 6],
          [-2, bytes(x)],
        ];
  return encodeCBOR(new Map(members));
}

export function signWith(key: KeyObject, algorithm: TestAlgorithm, message: Uint8Array): Uint8Array {
  return new Uint8Array(sign(algorithm === 'ES256' ? 'sha256' : null, message, key));
}
