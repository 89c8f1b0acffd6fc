import { describe, expect, it } from 'vitest';
import { keyUri, secretText } from './key-uri.ts';
import { defaultTotpSettings } from './totp.ts';

/** "Hello!" and DE AD BE EF: the example of the format's own page. */
const secret = Uint8Array.from(Buffer.from('48656c6c6f21deadbeef', 'hex'));
const uriOf = (issuer: string, account: string): string =>
  keyUri({ issuer, account, secret, settings: defaultTotpSettings });

describe('the otpauth address', () => {
  it('is what every app reads', () => {
    expect(uriOf('Portail', 'dr-ana')).toBe(
      'otpauth://totp/Portail:dr-ana?secret=JBSWY3DPEHPK3PXP&issuer=Portail',
    );
  });

  it('names hash, digits and period only where they are not the usual ones', () => {
    const settings = { hash: 'sha256', digits: 8, period: 60 } as const;
    expect(keyUri({ issuer: 'P', account: 'a', secret, settings })).toBe(
      'otpauth://totp/P:a?secret=JBSWY3DPEHPK3PXP&issuer=P&algorithm=SHA256&digits=8&period=60',
    );
  });

  it('writes a space as %20: some apps show a plus', () => {
    expect(uriOf('Mon portail', 'a b')).toContain('/Mon%20portail:a%20b?');
  });

  const tricks = [
    'a?secret=AAAA',
    'a&secret=AAAA',
    'a#x',
    'a%0d%0aSet-Cookie: x',
    'a\r\nb',
    'a/../b',
    'a:b:c',
    'a%3Ab',
    'a\u0000b',
    'a\u202eb',
    'a=b',
    '"><script>',
  ];

  it.each(tricks)('holds %j as text and nothing else (A154)', (trick) => {
    const uri = uriOf(trick, trick);
    const read = new URL(uri);
    expect([...read.searchParams.keys()]).toEqual(['secret', 'issuer']);
    expect(read.searchParams.get('secret')).toBe('JBSWY3DPEHPK3PXP');
    expect(read.hash).toBe('');
    const label = decodeURIComponent(read.pathname.slice(1)).split(':');
    expect(label).toEqual([read.searchParams.get('issuer'), read.searchParams.get('issuer')]);
    expect(uri).toMatch(/^[\x21-\x7e]+$/);
  });

  it('would hold a second label if colons stayed, as they do when the parts are only encoded', () => {
    expect(new URL(`otpauth://totp/${encodeURI('P:dr:ana')}`).pathname.split(':')).toHaveLength(3);
    expect(new URL(uriOf('P', 'dr:ana')).pathname).toBe('/P:dr%20ana');
  });

  it('is not made for a name of nothing', () => {
    expect(() => uriOf('P', '\u200b')).toThrow(TypeError);
  });
});

describe('the secret as text', () => {
  it('comes in groups of four, without padding', () => {
    expect(secretText(secret)).toBe('JBSW Y3DP EHPK 3PXP');
    expect(secretText(secret.slice(0, 7))).toBe('JBSW Y3DP EHPA');
  });
});
