// Reading secrets of other systems. The exports below are written field by field in this file: nothing is copied from
// a real app.
import { describe, expect, it } from 'vitest';
import { type Import, parseBase32Secret, parseKeyUri, parseMigrationPayload } from './import.ts';
import { keyUri } from './key-uri.ts';

const secret = new TextEncoder().encode('12345678901234567890');
const base32 = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
const usual = { hash: 'sha1', digits: 6, period: 30 } as const;
const reasonOf = (read: Import): string => (read.outcome === 'refused' ? read.reason : read.outcome);

describe('an otpauth address', () => {
  it('that we wrote reads back', () => {
    const settings = { hash: 'sha512', digits: 8, period: 60 } as const;
    const read = parseKeyUri(keyUri({ issuer: 'Mon portail', account: 'dr-ana', secret, settings }));
    expect(read).toEqual({
      outcome: 'read',
      secrets: [{ secret, settings, label: 'dr-ana', issuer: 'Mon portail' }],
    });
  });

  it('takes the issuer of the label before the one of the parameter, as apps do', () => {
    const read = parseKeyUri(`otpauth://totp/A:%20b?secret=${base32}&issuer=C`);
    expect(read).toMatchObject({ secrets: [{ label: 'b', issuer: 'A' }] });
  });

  it.each([
    ['otpauth://hotp/a?secret=X&counter=1', 'unsupported'],
    [`otpauth://totp/a?secret=${base32}&digits=7`, 'unsupported'],
    [`otpauth://totp/a?secret=${base32}&algorithm=MD5`, 'unsupported'],
    [`otpauth://totp/a?secret=${base32}&period=1`, 'unsupported'],
    [`otpauth://totp/a?secret=${base32}&period=1e9`, 'unsupported'],
    [`otpauth://totp/a?secret=${base32}&surprise=1`, 'unsupported'],
    [`otpauth://totp/a?secret=${base32}&secret=${base32}`, 'malformed'],
    ['otpauth://totp/a?secret=GEZDGNBV', 'too-short'],
    ['otpauth://totp/a?secret=018', 'malformed'],
    ['otpauth://totp/a', 'malformed'],
    [`otpauth://totp/%ff?secret=${base32}`, 'malformed'],
    [`https://totp/a?secret=${base32}`, 'malformed'],
    [`otpauth://totp/${'a'.repeat(3000)}?secret=${base32}`, 'malformed'],
    ['', 'malformed'],
    [7, 'malformed'],
    [null, 'malformed'],
  ])('%s is %s', (text, reason) => expect(reasonOf(parseKeyUri(text))).toBe(reason));
});

describe('base32', () => {
  it('is read as people copy it', () => {
    const typed = ['gezd gnbv gy3t qojq gezd gnbv gy3t qojq', `${base32}====`, base32.toLowerCase()];
    for (const text of typed)
      expect(parseBase32Secret(text)).toMatchObject({ secrets: [{ secret, settings: usual }] });
  });

  it.each(['', 'O0I1', `${base32}!`, 'A'.repeat(600), 7, undefined])(
    'refuses %j and quotes nothing',
    (text) => {
      expect(parseBase32Secret(text)).toEqual({ outcome: 'refused', reason: 'malformed' });
    },
  );
});

const varint = (value: number): number[] =>
  value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)];
const number = (field: number, value: number): number[] => [...varint(field << 3), ...varint(value)];
const bytes = (field: number, value: Uint8Array | readonly number[]): number[] => [
  ...varint((field << 3) | 2),
  ...varint(value.length),
  ...value,
];
const text = (field: number, value: string): number[] => bytes(field, new TextEncoder().encode(value));
const exported = (...payload: readonly number[]): string =>
  `otpauth-migration://offline?data=${encodeURIComponent(Buffer.from(payload).toString('base64'))}`;
const entry = (label: string, kind = 2, hash = 1, digits = 1): number[] =>
  bytes(1, [
    ...bytes(1, secret),
    ...text(2, label),
    ...text(3, 'Portail'),
    ...number(4, hash),
    ...number(5, digits),
    ...number(6, kind),
  ]);

describe('an export of an authenticator app', () => {
  it('gives every entry', () => {
    const read = parseMigrationPayload(
      exported(...entry('ana'), ...entry('luc', 2, 3, 2), ...number(2, 1), ...number(3, 1)),
    );
    expect(read).toEqual({
      outcome: 'read',
      secrets: [
        { secret, settings: usual, label: 'ana', issuer: 'Portail' },
        { secret, settings: { hash: 'sha512', digits: 8, period: 30 }, label: 'luc', issuer: 'Portail' },
      ],
    });
  });

  it('is refused as a whole when one entry is none that we verify', () => {
    expect(reasonOf(parseMigrationPayload(exported(...entry('ana'), ...entry('hotp', 1))))).toBe(
      'unsupported',
    );
    expect(reasonOf(parseMigrationPayload(exported(...entry('md5', 2, 4))))).toBe('unsupported');
    expect(reasonOf(parseMigrationPayload(exported(...entry('kind unsaid', 0))))).toBe('unsupported');
  });

  it.each([
    ['nothing', exported()],
    ['no entry', exported(...number(2, 1))],
    ['a length past the end', exported(0x0a, 0x7f, 1)],
    ['a length of 2^63', exported(0x0a, 255, 255, 255, 255, 255, 255, 255, 255, 127)],
    ['a number without an end', exported(0x10, ...Array.from({ length: 40 }, () => 255))],
    ['another wire type', exported(0x0d, 1, 2, 3, 4)],
    ['a group', exported(0x0b, 0x0c)],
    ['a number where an entry belongs', exported(...number(1, 1))],
    [
      'a label that is no text',
      exported(...bytes(1, [...bytes(1, secret), ...bytes(2, [0xff]), ...number(6, 2)])),
    ],
    ['more entries than any picture', exported(...Array.from({ length: 101 }, () => bytes(1, [])).flat())],
    ['another scheme', exported(...entry('ana')).replace('otpauth-migration', 'https')],
    ['no base64', 'otpauth-migration://offline?data=%00'],
  ])('with %s is malformed', (_name, uri) => expect(reasonOf(parseMigrationPayload(uri))).toBe('malformed'));

  it('reads any 64 KiB of noise in no time', () => {
    const start = process.cpuUsage();
    for (let round = 0; round < 50; round += 1) {
      const noise = Array.from({ length: 4000 }, (_, index) => (index * 7919 + round * 104729) % 251);
      parseMigrationPayload(exported(...noise));
    }
    expect(process.cpuUsage(start).user / 1000).toBeLessThan(1000);
  });
});
