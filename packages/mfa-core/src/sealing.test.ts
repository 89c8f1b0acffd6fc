// Seals, and every way to break one. The negative control of each refusal is the same seal left alone.
import { describe, expect, it } from 'vitest';
import { MfaError } from './errors.ts';
import type { Sealed } from './factor.ts';
import { systemRandom } from './random.ts';
import { keyIdOf, open, seal, sealingKeys } from './sealing.ts';
import { Secret } from './secret.ts';

const old = new Secret(new Uint8Array(32).fill(1));
const young = new Secret(new Uint8Array(32).fill(2));
const keys = sealingKeys('k2', { k1: old, k2: young });
const binding = ['totp', 'ana', 'fac_1'];
const secret = Uint8Array.from({ length: 20 }, (_, index) => index);
const sealed = seal(keys, secret, binding, systemRandom);
const broken = expect.objectContaining({ code: 'ERR_MFA_SEALING' });

function failureOf(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return error;
  }
}

describe('a seal', () => {
  it('opens to what was sealed, under the key it names', () => {
    expect(open(keys, sealed, binding)).toEqual(secret);
    expect(keyIdOf(sealed)).toBe('k2');
    expect(sealed).toMatch(/^v1\.k2\.[\w-]{16}\.[\w-]{48}$/);
  });

  it('is another each time', () => {
    expect(new Set(Array.from({ length: 100 }, () => seal(keys, secret, binding, systemRandom))).size).toBe(
      100,
    );
  });

  it('still opens after rotation, and not once its key is gone', () => {
    const before = seal(sealingKeys('k1', { k1: old }), secret, binding, systemRandom);
    expect(open(keys, before, binding)).toEqual(secret);
    expect(failureOf(() => open(sealingKeys('k2', { k2: young }), before, binding))).toEqual(broken);
  });

  it.each([
    [['totp', 'luc', 'fac_1']],
    [['totp', 'ana', 'fac_2']],
    [['form', 'ana', 'fac_1']],
    [['totp', 'anafac_1', '']],
    [['totpana', 'fac_1']],
    [[]],
  ])('does not open for %j: a row moved to another account is no factor of it (A152)', (other) =>
    expect(failureOf(() => open(keys, sealed, other))).toEqual(broken),
  );

  it('tells parts apart however they are cut', () => {
    const cut = seal(keys, secret, ['a', 'bc'], systemRandom);
    expect(failureOf(() => open(keys, cut, ['ab', 'c']))).toEqual(broken);
    const spelled = seal(keys, secret, ['a1:b'], systemRandom);
    expect(failureOf(() => open(keys, spelled, ['a', 'b']))).toEqual(broken);
    expect(open(keys, spelled, ['a1:b'])).toEqual(secret);
  });

  it('does not open with any single bit changed', () => {
    const [version, id, nonce = '', box = ''] = sealed.split('.');
    const flips = (text: string): readonly string[] => {
      const bytes = Buffer.from(text, 'base64url');
      return Array.from({ length: bytes.length * 8 }, (_, bit) => {
        const flipped = Buffer.from(bytes);
        flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        return flipped.toString('base64url');
      });
    };
    const changed = [
      ...flips(nonce).map((one) => [version, id, one, box]),
      ...flips(box).map((one) => [version, id, nonce, one]),
    ];
    expect(changed).toHaveLength((12 + 36) * 8);
    for (const parts of changed)
      expect(failureOf(() => open(keys, parts.join('.') as Sealed, binding))).toEqual(broken);
  });

  it.each([
    '',
    'v1',
    'v1.k2',
    'v1.k2..',
    'v2.k2.AAAA.AAAA',
    'v1.k9.AAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAAAA',
    'v1.__proto__.A.A',
  ])('is not %j', (text) => expect(failureOf(() => open(keys, text as Sealed, binding))).toEqual(broken));

  it('with its tag cut short does not open', () => {
    const [version, id, nonce, box = ''] = sealed.split('.');
    for (const length of [1, 4, 12, 15]) {
      const cut = Buffer.from(box, 'base64url').subarray(0, length).toString('base64url');
      expect(failureOf(() => open(keys, [version, id, nonce, cut].join('.') as Sealed, binding))).toEqual(
        broken,
      );
    }
  });

  it('says nothing of the secret or the key when it does not open', () => {
    const failure = failureOf(() => open(keys, sealed, []));
    expect(failure).toBeInstanceOf(MfaError);
    expect(String(failure)).not.toMatch(/ana|k2|AAEC/);
  });
});

describe('the keys', () => {
  it.each([
    ['of 16 bytes', 'k1', { k1: new Secret(new Uint8Array(16)) }],
    ['without the current one', 'k2', { k1: old }],
    ['with a name that would end in a dot', 'k.1', { 'k.1': old }],
    ['with no name', '', { '': old }],
    ['that are none', 'toString', {}],
  ])('%s are refused at start', (_name, current, given) => {
    expect(failureOf(() => sealingKeys(current, given))).toEqual(
      expect.objectContaining({ code: 'ERR_MFA_KEYS' }),
    );
  });
});
