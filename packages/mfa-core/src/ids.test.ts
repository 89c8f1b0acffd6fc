import { describe, expect, it } from 'vitest';
import {
  digestToken,
  makeChallengeId,
  makeFactorId,
  makeSessionId,
  makeSessionToken,
  makeTicketCode,
  makeTicketId,
  parseAccountId,
  parseChallengeId,
  parseFactorId,
  parseSessionId,
  parseSessionToken,
  parseTicketCode,
  parseTicketId,
} from './ids.ts';
import { systemRandom } from './random.ts';

const kinds = [
  ['session id', makeSessionId, parseSessionId],
  ['session token', makeSessionToken, parseSessionToken],
  ['factor id', makeFactorId, parseFactorId],
  ['challenge id', makeChallengeId, parseChallengeId],
  ['ticket id', makeTicketId, parseTicketId],
] as const;

describe.each(kinds)('a %s', (_name, make, parse) => {
  it('is read as itself and as nothing else (A202)', () => {
    const text = make(systemRandom);
    expect(parse(text)).toBe(text);
    const others = kinds.filter(([, , other]) => (other as unknown) !== parse);
    expect(others.map(([, , other]) => other(text))).toEqual(others.map(() => undefined));
  });

  it('has 192 unpredictable bits and one spelling', () => {
    const made = new Set(Array.from({ length: 1000 }, () => make(systemRandom)));
    expect(made.size).toBe(1000);
    const [text = ''] = made;
    for (const odd of [
      `${text} `,
      ` ${text}`,
      `${text}\n`,
      text.toUpperCase(),
      text.slice(0, -1),
      `${text}A`,
      `${text}=`,
      '',
    ]) {
      expect(parse(odd)).toBeUndefined();
    }
  });
});

describe('an account', () => {
  it('is taken as the portal names it, without folding (A196)', () => {
    for (const name of ['admin', 'Admin', 'dr.martin@example.org', '\u738b', 'a b', 'x'.repeat(200)]) {
      expect(parseAccountId(name)).toBe(name);
    }
  });

  it('is refused rather than repaired when it is not already normal', () => {
    const odd = [
      '',
      ' admin',
      'admin ',
      'a\u0000b',
      'a\nb',
      'a\u202eb',
      'a\u200bb',
      'a\ufeff',
      'e\u0301',
      'x'.repeat(201),
      '\u2028',
    ];
    for (const name of odd) expect(parseAccountId(name)).toBeUndefined();
  });
});

describe('a ticket code', () => {
  it('is read as people type it, and only as one ticket', () => {
    const code = makeTicketCode(systemRandom);
    expect(code).toMatch(/^tkt(-[0-9A-HJKMNP-TV-Z]{5}){4}$/);
    const typed = [
      code.toLowerCase(),
      code.replaceAll('-', ''),
      code.slice(4),
      ` ${code.replaceAll('-', ' ')} `,
    ];
    for (const text of typed) expect(parseTicketCode(text)).toBe(code);
    const begins = 'tkt-TKT00-00000-00000-00000';
    for (const text of [begins, begins.slice(4)]) expect(parseTicketCode(text)).toBe(begins);
    const misread = code.slice(4).replaceAll('0', 'O').replaceAll('1', 'l');
    expect(parseTicketCode(misread)).toBe(code);
  });

  it('is refused when letters are missing, too many or not of the alphabet', () => {
    for (const text of [
      '',
      'tkt-',
      'tkt-AAAAA-AAAAA-AAAAA-AAAA',
      'tkt-AAAAA-AAAAA-AAAAA-AAAAAA',
      'tkt-UUUUU-AAAAA-AAAAA-AAAAA',
      'A'.repeat(1_000_000),
    ]) {
      expect(parseTicketCode(text)).toBeUndefined();
    }
  });
});

describe('a token digest', () => {
  it('does not hold the token (A209)', () => {
    const token = makeSessionToken(systemRandom);
    expect(digestToken(token)).toMatch(/^[\w-]{43}$/);
    expect(digestToken(token)).not.toContain(token.slice(4, 12));
  });
});
