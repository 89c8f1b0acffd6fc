import { describe, expect, it } from 'vitest';
import { parseTotpCode } from './typed-code.ts';

describe('a code as people type it', () => {
  it.each([
    '123456',
    '123 456',
    ' 123456\n',
    '\t12 34 56',
    '1 2 3 4 5 6',
    '123\u00a0456',
    '123\u202f456',
    '123\u2009456',
    '123\u3000456',
    '\ufeff123456',
    '\u200e123\u200b456\u2069',
    '\uff11\uff12\uff13\uff14\uff15\uff16',
    '\uff11\uff12\uff13\u3000456',
  ])('is read with blanks of all kinds, and in digits of full width: %j', (text) =>
    expect(parseTotpCode(text, 6)).toBe('123456'),
  );

  it('is read with eight digits where the factor says eight', () => {
    expect(parseTotpCode('1234 5678', 8)).toBe('12345678');
    expect([parseTotpCode('1234 5678', 6), parseTotpCode('123 456', 8)]).toEqual([undefined, undefined]);
  });

  it.each([
    '',
    ' ',
    '123 45',
    '123 4567',
    '123-456',
    '12.34 56',
    '123456 654321',
    '12345\u0661',
    '12345\u00b2',
    '12345O',
    `123456${' '.repeat(40)}`,
    123456,
    null,
    undefined,
    ['123456'],
    { code: '123456' },
  ])('is not %j: one text is at most one code (A148)', (text) =>
    expect(parseTotpCode(text, 6)).toBeUndefined(),
  );
});
