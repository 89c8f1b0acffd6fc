import { exportJWK, generateKeyPair } from 'jose';
import { describe, expect, it } from 'vitest';
import { LedgerKeyError, makeOperatorKey, unwrapWith, wrapFor } from './keys.ts';

const dataKey = Uint8Array.from({ length: 32 }, (_, index) => index);

describe("the operator's key", () => {
  it('opens what was wrapped for it, and another does not', async () => {
    const [mine, other] = [await makeOperatorKey(), await makeOperatorKey()];
    const wrapped = await (await wrapFor(mine.public))(dataKey);
    expect(await (await unwrapWith([other.private, mine.private]))(wrapped)).toEqual(dataKey);
    await expect((await unwrapWith([other.private]))(wrapped)).rejects.toThrow(LedgerKeyError);
    const lying = { ...other.private, kid: mine.private.kid ?? '' };
    await expect((await unwrapWith([lying]))(wrapped)).rejects.toThrow('does not open');
  });

  it('may be X25519, also without a kid of its own', async () => {
    const pair = await generateKeyPair('ECDH-ES+A256KW', { crv: 'X25519', extractable: true });
    const wrapped = await (await wrapFor(await exportJWK(pair.publicKey)))(dataKey);
    expect(await (await unwrapWith([await exportJWK(pair.privateKey)]))(wrapped)).toEqual(dataKey);
  });

  it('has the public half alone in what goes to the gateway', async () => {
    const { public: open, private: secret } = await makeOperatorKey();
    expect(Object.keys(open).sort()).toEqual(['crv', 'kid', 'kty', 'use', 'x', 'y']);
    expect(open.kid).toBe(secret.kid);
    await expect(wrapFor(secret)).rejects.toThrow('private key');
    await expect(unwrapWith([open])).rejects.toThrow('private key');
  });

  it.each([
    ['RSA', { kty: 'RSA', n: 'AQAB', e: 'AQAB' }],
    ['a shared secret', { kty: 'oct', k: 'AAAA' }],
    ['P-384', { kty: 'EC', crv: 'P-384', x: 'AA', y: 'AA' }],
    ['a signature key', { kty: 'OKP', crv: 'Ed25519', x: 'AA' }],
  ])('is not %s', async (_kind, jwk) => {
    await expect(wrapFor(jwk)).rejects.toThrow('EC P-256 or OKP X25519');
  });

  it('opens no JWE of another make: a shared secret or a password instead of the agreed key', async () => {
    const { private: secret } = await makeOperatorKey();
    const header = Buffer.from(JSON.stringify({ alg: 'dir', enc: 'A256GCM', kid: secret.kid })).toString(
      'base64url',
    );
    await expect((await unwrapWith([secret]))(`${header}..AAAA.AAAA.AAAA`)).rejects.toThrow(LedgerKeyError);
  });
});
