import { describe, expect, it } from 'vitest';
import type { WebAuthnFactor } from './factor.ts';
import { factorName, viewOf } from './factor-view.ts';
import { instantOf } from './time.ts';

describe('a name', () => {
  it.each([
    ['  key of the night team ', 'key of the night team'],
    ['a\r\nb\u0000c', 'abc'],
    ['\u202eabc\u2066', 'abc'],
    ['e\u0301', '\u00e9'],
    ['x'.repeat(100), 'x'.repeat(60)],
    [`${'x'.repeat(59)} y`, 'x'.repeat(59)],
    [`${'x'.repeat(59)}\u{1f600}`, 'x'.repeat(59)],
    ['x ». Vérifié. «', "x '. Vérifié. '"],
    ['x”. Checked. “', "x'. Checked. '"],
    [`o${'\u0336'.repeat(50)}k`, `o${'\u0336'.repeat(3)}k`],
    [undefined, ''],
    [{ toString: (): string => 'evil' }, ''],
    [['a'], ''],
  ])('%j is kept as %j', (given, kept) => {
    expect(factorName(given)).toBe(kept);
  });

  it('of a megabyte takes no time', () => {
    expect(factorName('\u0301'.repeat(1_000_000)).length).toBeLessThanOrEqual(60);
  });
});

describe('a view', () => {
  it('has no key, handle or counter of the factor', () => {
    const factor: WebAuthnFactor = {
      kind: 'webauthn',
      id: 'fac_x' as never,
      account: 'ana' as never,
      name: '',
      addedAt: instantOf(0),
      activeFrom: instantOf(0),
      credentialId: 'CRED',
      publicKey: 'PUB',
      userHandle: 'HANDLE',
      signCount: 7,
      transports: ['usb'],
      aaguid: '00',
      backupEligible: false,
      backedUp: false,
      attested: false,
    };
    expect(Object.keys(viewOf(factor)).sort()).toEqual([
      'aaguid',
      'activeFrom',
      'addedAt',
      'backupEligible',
      'id',
      'kind',
      'name',
    ]);
  });
});
