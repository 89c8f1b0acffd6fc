import { describe, expect, it } from 'vitest';
import { completePolicy, defaultPolicy, type MfaPolicy } from './policy.ts';
import { type Seconds, secondsOf } from './time.ts';

describe('a policy', () => {
  it('is the default where nothing is given', () => {
    expect(completePolicy()).toEqual(defaultPolicy);
    expect(completePolicy({ recoveryCodes: 8 })).toEqual({ ...defaultPolicy, recoveryCodes: 8 });
  });

  const wrong: readonly (readonly [string, Partial<MfaPolicy>])[] = [
    ['a silence longer than the life', { sessions: { idle: secondsOf(9), lifetime: secondsOf(8) } }],
    ['changes by an old proof', { changeMaxAge: secondsOf(3600) }],
    ['more than 100 guesses', { codeCeiling: 101 }],
    ['no guess at all', { codeCeiling: 0 }],
    ['guesses without waiting', { codeWaits: [secondsOf(0)] }],
    ['waiting before the first guess', { codeWaits: [secondsOf(1)] }],
    ['no waiting times', { codeWaits: [] }],
    ['a window of three steps (A151)', { drift: { past: 3, future: 0 } }],
    ['seven digits', { totp: { hash: 'sha1', digits: 7 as never, period: 30 } }],
    ['codes of an hour', { totp: { hash: 'sha1', digits: 6, period: 3600 } }],
    ['half a recovery code', { recoveryCodes: 0.5 }],
    ['one factor only', { maxFactors: 1 }],
    ['a duration that is no number', { changeMaxAge: Number.NaN as Seconds }],
    ['a negative wait for a key after a code', { keyAfterCode: -1 as Seconds }],
    ['an endless wait for a key after a code', { keyAfterCode: Number.POSITIVE_INFINITY as Seconds }],
    ['a word it does not know for a key after a code', { keyAfterCode: 'Never' as never }],
    ['nothing at all for a key after a code', { keyAfterCode: undefined as never }],
  ];

  it.each(wrong)('is refused at start: %s', (_what, given) => {
    expect(() => completePolicy(given)).toThrow(expect.objectContaining({ code: 'ERR_MFA_POLICY' }));
  });
});
