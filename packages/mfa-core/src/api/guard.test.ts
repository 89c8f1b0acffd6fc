import { describe, expect, it } from 'vitest';
import { type Duration, parseDuration } from './guard.ts';
import { readSessionCookie } from './session-cookie.ts';

describe('a duration', () => {
  it.each([
    ['90s', 90],
    ['15m', 900],
    ['12h', 43_200],
    ['7d', 604_800],
    [0, 0],
    [1.5, 1.5],
  ] as const)('%s is %d seconds', (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds);
  });

  it.each(['', '12', 'h', '-1h', '1.5h', '1 h', '1w', '1h30m', Number.NaN, Number.POSITIVE_INFINITY, -1])(
    '%s is none',
    (text) => {
      expect(() => parseDuration(text as Duration)).toThrow(TypeError);
    },
  );
});

describe('the session cookie', () => {
  it('is read when it is there once', () => {
    expect(readSessionCookie('a=b; __Host-palier-mfa=ses_x; c=d')).toBe('ses_x');
    expect(readSessionCookie('__Host-palier-mfa=')).toBe('');
  });

  it.each([
    undefined,
    '',
    'a=b',
    'x__Host-palier-mfa=1',
    '__host-palier-mfa=1',
    '__Host-palier-mfa=1; __Host-palier-mfa=1',
    '\u2000__Host-palier-mfa=1;__Host-palier-mfa=2',
    'x'.repeat(20_000),
  ])('is none in %j (A208)', (header) => {
    expect(readSessionCookie(header)).toBeUndefined();
  });
});
