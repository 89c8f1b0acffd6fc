import { createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { type CBORType, encodeCBOR } from '@levischuck/tiny-cbor';
import { describe, expect, it } from 'vitest';
import { acceptedAlgorithm, isAcceptedKey, isWholeSignature } from './credential-key.ts';

type Members = readonly (readonly [number, CBORType])[];
const accepts = (members: Members): boolean => isAcceptedKey(encodeCBOR(new Map(members)));
const x = new Uint8Array(32).fill(1);
const ec: Members = [
  [1, 2],
  [3, -7],
  [-1, 1],
  [-2, x],
  [-3, x],
];
const okp: Members = [
  [1, 1],
  [3, -8],
  [-1, 6],
  [-2, x],
];
const rsa = (bits: number, e = Uint8Array.of(1, 0, 1)): Members => [
  [1, 3],
  [3, -257],
  [-1, new Uint8Array(bits / 8).fill(255)],
  [-2, e],
];
const change = (members: Members, ...changes: Members): Members => [...new Map([...members, ...changes])];

describe('an accepted key', () => {
  it('is P-256, Ed25519, or RSA of 2048 to 4096 bits', () => {
    expect([ec, okp, rsa(2048), rsa(4096)].map(accepts)).toEqual([true, true, true, true]);
  });

  it.each([-35, -36, -37, -47, -48, -65535, 0, 7])('has a pinned algorithm, not %d', (alg) => {
    expect([ec, okp, rsa(2048)].map((key) => accepts(change(key, [3, alg])))).toEqual([false, false, false]);
  });

  it('has the curve and the type that belong to the algorithm', () => {
    for (const wrong of [
      [1, 3],
      [-1, 2],
      [-1, 8],
      [3, -8],
      [-2, x.slice(1)],
      [-2, 'x'],
      [-3, new Uint8Array(33)],
    ] as Members) {
      expect(accepts(change(ec, wrong))).toBe(false);
    }
    expect(accepts(change(okp, [-1, 7]))).toBe(false);
  });

  it('is no RSA key made to be weak, or to make every verification slow', () => {
    expect(
      [
        rsa(512),
        rsa(1024),
        rsa(8192),
        rsa(2048, Uint8Array.of(3)),
        rsa(2048, new Uint8Array(256).fill(255)),
      ].map(accepts),
    ).toEqual([false, false, false, false, false]);
    // Node takes even the first.
    const key = { kty: 'RSA', n: Buffer.alloc(64, 255).toString('base64url'), e: 'AQAB' };
    expect(createPublicKey({ key, format: 'jwk' }).asymmetricKeyDetails?.modulusLength).toBe(512);
  });

  it('is one whole CBOR map', () => {
    const bytes = encodeCBOR(new Map(ec));
    expect(isAcceptedKey(bytes)).toBe(true);
    expect(isAcceptedKey(Uint8Array.of(...bytes, 0))).toBe(false);
    expect(isAcceptedKey(bytes.slice(0, -1))).toBe(false);
    expect(isAcceptedKey(new Uint8Array())).toBe(false);
    expect(isAcceptedKey(encodeCBOR([1, 2]))).toBe(false);
  });

  it('may be a view on a larger buffer, which the decoder alone would misread', () => {
    const bytes = encodeCBOR(new Map(ec));
    const larger = Buffer.concat([Buffer.from([1, 2, 3]), bytes]);
    expect(isAcceptedKey(larger.subarray(3))).toBe(true);
  });
});

describe('an ES256 signature', () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const made = Array.from({ length: 50 }, (_, index) => sign('sha256', Buffer.from([index]), privateKey));

  it('is whole as Node makes it', () => {
    expect(made.every(isWholeSignature)).toBe(true);
  });

  it('is not whole with a byte more, a byte less, or another structure', () => {
    for (const der of made) {
      expect(isWholeSignature(Buffer.concat([der, Buffer.from([0])]))).toBe(false);
      expect(isWholeSignature(der.subarray(0, -1))).toBe(false);
      expect(isWholeSignature(Buffer.concat([Buffer.from([0x31]), der.subarray(1)]))).toBe(false);
    }
    expect(isWholeSignature(new Uint8Array())).toBe(false);
    expect(isWholeSignature(new Uint8Array(64))).toBe(false);
  });
});

it('a key tells its algorithm, and what is no key tells none', () => {
  expect(acceptedAlgorithm(encodeCBOR(new Map(ec)))).toBe(-7);
  expect(acceptedAlgorithm(new Uint8Array([0xa0]))).toBeUndefined();
});
