import { describe, expect, it } from 'vitest';
import type { AccountId } from './ids.ts';
import { systemRandom } from './random.ts';
import { digestCode, makeRecoveryCodes, parseRecoveryCode } from './recovery-codes.ts';
import { Secret } from './secret.ts';
import { fakeRandom } from './testing/fakes.ts';

const key = new Secret(new Uint8Array(32).fill(1));
const ana = 'ana' as AccountId;

describe('recovery codes', () => {
  it('are ten of sixteen letters that nobody misreads: 80 bits each (A158)', () => {
    const codes = makeRecoveryCodes(systemRandom);
    expect(new Set(codes).size).toBe(10);
    for (const code of codes) expect(code).toMatch(/^(?:[0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$/);
  });

  it('use every letter about equally often', () => {
    const letters = makeRecoveryCodes(fakeRandom('letters'), 2000).join('').replaceAll('-', '');
    const counts = Map.groupBy(letters, (letter) => letter)
      .values()
      .map((group) => group.length)
      .toArray();
    expect(counts).toHaveLength(32);
    expect(Math.min(...counts)).toBeGreaterThan(850);
    expect(Math.max(...counts)).toBeLessThan(1150);
  });

  it('are read as people type them', () => {
    const code = 'ABCD-0123-EFGH-1JKM';
    const typed = [
      code,
      code.toLowerCase(),
      code.replaceAll('-', ''),
      ' abcd 0123 efgh 1jkm\n',
      'abcd-o123-efgh-ljkm',
      'ABCD-O123-EFGH-IJKM',
    ];
    expect(typed.map(parseRecoveryCode)).toEqual(typed.map(() => code));
  });

  it.each([
    '',
    'ABCD',
    'ABCD-0123-EFGH-1JK',
    'ABCD-0123-EFGH-1JKMN',
    'ABCD-0123-EFGH-1JKU',
    '\uff21BCD-0123-EFGH-1JKM',
    'A'.repeat(1_000_000),
    7,
    null,
    undefined,
    ['ABCD-0123-EFGH-1JKM'],
    { code: 'ABCD-0123-EFGH-1JKM' },
  ])('are not %j', (text) => expect(parseRecoveryCode(text)).toBeUndefined());
});

describe('a digest', () => {
  const code = 'ABCD-0123-EFGH-1JKM';

  it('is 256 bits of base64url and holds nothing of the code (A160)', () => {
    const digest = digestCode(key, 'recovery', ana, code);
    expect(digest).toMatch(/^[\w-]{43}$/);
    expect(digest).not.toContain('ABCD');
  });

  it('differs by key, purpose, account and code, however the account is spelled', () => {
    const all = [
      digestCode(key, 'recovery', ana, code),
      digestCode(new Secret(new Uint8Array(32).fill(2)), 'recovery', ana, code),
      digestCode(key, 'ticket', ana, code),
      digestCode(key, 'recovery', 'luc' as AccountId, code),
      digestCode(key, 'recovery', ana, 'ABCD-0123-EFGH-1JKN'),
      digestCode(key, 'recovery', `ana ${code}` as AccountId, ''),
      digestCode(key, 'recovery', '3:ana' as AccountId, code),
    ];
    expect(new Set(all).size).toBe(all.length);
  });
});
