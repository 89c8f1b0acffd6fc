// The verdict on one code. That a step is spent once, also in parallel, is the store's and tested there.
import { verifySync } from '@otplib/totp';
import { NobleCryptoPlugin } from 'otplib';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { totpCode } from '../testing/totp-code.ts';
import { instantOf } from '../time.ts';
import { makeTotpSecret, type TotpVerdict, defaultTotpSettings as usual, verifyTotp } from './totp.ts';

const secret = new TextEncoder().encode('12345678901234567890');
const step = 59_000_000;
const at = (number: number): ReturnType<typeof instantOf> => instantOf(number * 30_000 + 12_000);
const now = at(step);
const codeOf = (number: number): string => totpCode(secret, at(number));
const judge = (code: unknown, lastStep = -1, window = { past: 1, future: 0 }): TotpVerdict =>
  verifyTotp(secret, usual, code, lastStep, now, window);

afterEach(() => vi.restoreAllMocks());

describe('the drift window', () => {
  it('takes the current and the last code, and neither an older nor the next one', () => {
    const verdicts = [-2, -1, 0, 1].map((off) => judge(codeOf(step + off)));
    expect(verdicts.map(({ outcome }) => outcome)).toEqual(['wrong', 'matched', 'matched', 'wrong']);
  });

  it('is moved by its two ends, so that the refusals above are its doing', () => {
    const verdicts = [-2, 1].map((off) => judge(codeOf(step + off), -1, { past: 2, future: 1 }));
    expect(verdicts).toEqual([-2, 1].map((off) => ({ outcome: 'matched', step: step + off })));
  });

  it.each([
    { past: 3, future: 0 },
    { past: 0, future: 3 },
    { past: -1, future: 0 },
    { past: 0.5, future: 0 },
  ])('of $past and $future steps is a programming mistake (A151)', (window) =>
    expect(() => judge('123456', -1, window)).toThrow(TypeError),
  );

  it('does not reach below the beginning of time', () => {
    expect(verifyTotp(secret, usual, totpCode(secret, instantOf(0)), -1, instantOf(0))).toEqual({
      outcome: 'matched',
      step: 0,
    });
  });
});

describe('a code of a step that was used', () => {
  it('is a replay, in its own step and in the next (A143, A145)', () => {
    expect(judge(codeOf(step), step)).toEqual({ outcome: 'replayed' });
    expect(judge(codeOf(step - 1), step - 1)).toEqual({ outcome: 'replayed' });
  });

  it('is a replay when it is older than the last one used, not only when it is the same', () => {
    expect(judge(codeOf(step - 1), step)).toEqual({ outcome: 'replayed' });
  });

  it('is still right to the bare library, which remembers nothing', () => {
    const asked = { secret, token: codeOf(step), epoch: now / 1000, crypto: new NobleCryptoPlugin() };
    expect([verifySync(asked).valid, verifySync(asked).valid]).toEqual([true, true]);
  });

  it('is a replay on a server whose clock is behind, where the library throws', () => {
    const lastStep = step + 5;
    const asked = { secret, token: codeOf(step), epoch: now / 1000, crypto: new NobleCryptoPlugin() };
    expect(() => verifySync({ ...asked, afterTimeStep: lastStep })).toThrow();
    expect(judge(codeOf(step), lastStep)).toEqual({ outcome: 'replayed' });
  });

  it('counts as the newer step when two steps have the same code', () => {
    // 59061240 and 59061241 both give 963181 for this secret; the library stops at the older one.
    const twin = 59_061_241;
    const found = verifySync({
      secret,
      token: '963181',
      epoch: twin * 30,
      epochTolerance: [30, 0],
      crypto: new NobleCryptoPlugin(),
    });
    expect(found).toMatchObject({ timeStep: twin - 1 });
    expect(verifyTotp(secret, usual, '963181', twin - 1, at(twin))).toEqual({
      outcome: 'matched',
      step: twin,
    });
    expect(verifyTotp(secret, usual, '963181', twin, at(twin))).toEqual({ outcome: 'replayed' });
  });
});

describe('what is not six digits', () => {
  const tricks: readonly unknown[] = [
    ...['', '1', '12345', '1234567', '0123456', '1.23456e5', '-12345', '+12345'],
    ...[
      '\u00b2\u00b2\u00b2\u00b2\u00b2\u00b2',
      '\u2460\u2461\u2462\u2463\u2464\u2465',
      '\u0661\u0662\u0663\u0664\u0665\u0666',
      '12345\u0000',
      '0x1e240',
      '123456,654321',
    ],
    ...[123456, 123456n, true, null, undefined, Number.NaN, Symbol('123456'), () => '123456'],
    ...[
      ['123456'],
      Array.from({ length: 1000 }, (_, index) => `${index}`.padStart(6, '0')),
      { $ne: '' },
      { toString: () => '123456' },
    ],
    new String('123456'),
  ];

  it.each(tricks.map((code) => ({ code })))('is malformed and does not throw: $code (A148)', ({ code }) => {
    expect(judge(code)).toEqual({ outcome: 'malformed' });
  });

  it('is not looked at further, however long it is', () => {
    const hmac = vi.spyOn(NobleCryptoPlugin.prototype, 'hmac');
    expect(judge('1'.repeat(1_000_000))).toEqual({ outcome: 'malformed' });
    expect(hmac).not.toHaveBeenCalled();
  });

  it('throws in the bare library, which is why it never gets there', () => {
    const ask = (token: string) => () => verifySync({ secret, token, crypto: new NobleCryptoPlugin() });
    expect(ask('12345')).toThrow();
    expect(ask('12345a')).toThrow();
  });

  it('must be eight digits where the factor says eight', () => {
    const eight = { ...usual, digits: 8 } as const;
    expect(verifyTotp(secret, eight, codeOf(step), -1, now)).toEqual({ outcome: 'malformed' });
    expect(verifyTotp(secret, eight, totpCode(secret, now, eight), -1, now)).toEqual({
      outcome: 'matched',
      step,
    });
  });
});

describe('the work done', () => {
  it('is the same number of HMACs for a right, a replayed and a wrong code (A149)', () => {
    const hmac = vi.spyOn(NobleCryptoPlugin.prototype, 'hmac');
    const work = ['000000', codeOf(step), codeOf(step - 1)].map((code) => {
      hmac.mockClear();
      judge(code, step, { past: 2, future: 2 });
      return hmac.mock.calls.length;
    });
    expect(work).toEqual([5, 5, 5]);
  });

  it('differs in the bare library, which stops at the first match', () => {
    const hmac = vi.spyOn(NobleCryptoPlugin.prototype, 'hmac');
    const work = ['000000', codeOf(step - 2)].map((token) => {
      hmac.mockClear();
      verifySync({ secret, token, epoch: now / 1000, epochTolerance: 60, crypto: new NobleCryptoPlugin() });
      return hmac.mock.calls.length;
    });
    expect(work[0]).toBeGreaterThan(work[1] ?? 0);
  });
});

describe('settings', () => {
  it('that make no sense are a programming mistake, where the library would take them', () => {
    for (const wrong of [
      { digits: 1 },
      { digits: 7 },
      { hash: 'md5' },
      { period: 0 },
      { period: 1 },
      { period: 3600 },
      { period: 30.5 },
    ]) {
      const settings = { ...usual, ...wrong } as unknown as typeof usual;
      expect(() => verifyTotp(secret, settings, '123456', -1, now)).toThrow(TypeError);
    }
    const one = verifySync({
      secret,
      token: codeOf(step).slice(-1),
      epoch: now / 1000,
      digits: 1 as 6,
      crypto: new NobleCryptoPlugin(),
    });
    expect(one.valid).toBe(true);
  });

  it('say how long the secret is: as long as the hash (RFC 6238 appendix B)', () => {
    const random = (length: number): Uint8Array => new Uint8Array(length);
    const lengths = (['sha1', 'sha256', 'sha512'] as const).map(
      (hash) => makeTotpSecret(random, { ...usual, hash }).length,
    );
    expect(lengths).toEqual([20, 32, 64]);
  });
});
