// The published values of RFC 6238 and RFC 4226, through the module that adds our checks.

import { instantOf } from '@palier/mfa-core';
import { totpCode } from '@palier/mfa-core/testing';
import { describe, expect, it } from 'vitest';
import { verifyTotp } from '../../packages/mfa-core/src/totp/totp.ts';

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);
const secrets = {
  sha1: ascii('12345678901234567890'),
  sha256: ascii('12345678901234567890123456789012'),
  sha512: ascii('1234567890123456789012345678901234567890123456789012345678901234'),
} as const;

/** RFC 6238 appendix B: time in seconds, then the code for each hash. */
const rfc6238 = [
  [59, '94287082', '46119246', '90693936'],
  [1111111109, '07081804', '68084774', '25091201'],
  [1111111111, '14050471', '67062674', '99943326'],
  [1234567890, '89005924', '91819424', '93441116'],
  [2000000000, '69279037', '90698825', '38618901'],
  [20000000000, '65353130', '77737706', '47863826'],
] as const;

/** RFC 4226 appendix D: counter 0 to 9. */
const rfc4226 = [
  '755224',
  '287082',
  '359152',
  '969429',
  '338314',
  '254676',
  '287922',
  '162583',
  '399871',
  '520489',
];

const only = { past: 0, future: 0 };

describe('RFC 6238 appendix B', () => {
  const cases = rfc6238.flatMap(([time, ...codes]) =>
    (['sha1', 'sha256', 'sha512'] as const).map((hash, index) => ({ time, hash, code: codes[index] ?? '' })),
  );

  it.each(cases)('accepts $code at $time s with $hash, and says which step it is', ({ time, hash, code }) => {
    const settings = { hash, digits: 8, period: 30 } as const;
    expect(verifyTotp(secrets[hash], settings, code, -1, instantOf(time * 1000), only)).toEqual({
      outcome: 'matched',
      step: Math.floor(time / 30),
    });
  });

  it.each(cases)('refuses $code with any one digit changed', ({ time, hash, code }) => {
    const settings = { hash, digits: 8, period: 30 } as const;
    const changed = [...code].flatMap((digit, at) =>
      [1, 5].map((by) => code.slice(0, at) + ((Number(digit) + by) % 10) + code.slice(at + 1)),
    );
    const verdicts = changed.map(
      (one) => verifyTotp(secrets[hash], settings, one, -1, instantOf(time * 1000), only).outcome,
    );
    expect(new Set(verdicts)).toEqual(new Set(['wrong']));
  });
});

describe('RFC 4226 appendix D', () => {
  it.each(rfc4226.map((code, counter) => ({ code, counter })))(
    'accepts $code for counter $counter',
    ({ code, counter }) => {
      const settings = { hash: 'sha1', digits: 6, period: 30 } as const;
      const now = instantOf(counter * 30_000);
      expect(verifyTotp(secrets.sha1, settings, code, -1, now, only)).toEqual({
        outcome: 'matched',
        step: counter,
      });
      expect(totpCode(secrets.sha1, now)).toBe(code);
    },
  );
});
