import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cookiesWithPrefix, cookieValue, portalCookie, withoutCookies } from './cookies.ts';

describe('a cookie of the portal', () => {
  it.each([
    ['a_s=1; A_S=2'],
    ['a.s=2;a_s=1'],
    ['a_s=1;a[s=2'],
    ['a+s=2; a_s=1'],
    ['x=1,a_s=2; a_s=1'],
    ['x="a_s=2"; a_s=1'],
    ['%61_s=2; a_s=1'],
    ['a%5Fs =2; a_s=1'],
    ['\t A_S\t=2; a_s=1'],
    ['a_s=1; a_s=1'],
  ])('A208: is no value beside a second spelling of its name: %j', (header) => {
    expect(portalCookie(header, 'a_s')).toBe('duplicate');
  });

  it.each([
    ['a_s=1', '1'],
    ['aa_s=2; a_s=1; a_ss=3', '1'],
    ['x=a_s; a_s=1; y=%2Ca_s=2; z=a_s=4', '1'],
    ['x="a_s", a_sx=2; a_s=1', '1'],
    ['%zz_s=2; %6=3; a_s=1; %', '1'],
    ['A_S=1', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('is what it is beside others: %j', (header, value) => {
    expect(portalCookie(header, 'a_s')).toBe(value);
  });
});

describe('one cookie by name', () => {
  it.each([
    ['a=1', 'a', '1'],
    ['b=2; a=1', 'a', '1'],
    ['aa=2;a=1', 'a', '1'],
    ['a=1;aa=2', 'a', '1'],
    ['x=a=3; a = 1 ', 'a', '1'],
    ['a=', 'a', ''],
    ['a="1"', 'a', '"1"'],
    ['a=b=c', 'a', 'b=c'],
    ['A=2', 'a', undefined],
    ['a', 'a', undefined],
    ['xa=1', 'a', undefined],
    ['b=a', 'a', undefined],
    ['', 'a', undefined],
    [undefined, 'a', undefined],
  ])('%j: %s is %j', (header, name, value) => {
    expect(cookieValue(header, name)).toBe(value);
  });

  it('A208: a name that occurs twice is no value, whatever the two say', () => {
    expect(cookieValue('s=1; s=2', 's')).toBe('duplicate');
    expect(cookieValue('s=1; t=3; s=1', 's')).toBe('duplicate');
  });

  it('A208 control: a reader that takes the first and one that takes the last disagree', () => {
    const pairs = 's=mine; s=planted'.split('; ').map((pair) => pair.split('='));
    expect(pairs.find(([name]) => name === 's')?.[1]).not.toBe(new Map(pairs as [string, string][]).get('s'));
  });

  it('A079: finds a whole name only, not one inside a quoted value', () => {
    expect(cookieValue('a="x; s=1"', 's')).toBe('1"');
    expect(cookieValue('a=xs=1', 's')).toBeUndefined();
  });

  it('reads sixteen kilobytes of near misses in a moment', () => {
    const start = process.cpuUsage();
    expect(cookieValue('ss; '.repeat(4000), 's')).toBeUndefined();
    expect(process.cpuUsage(start).user / 1000).toBeLessThan(50);
  });
});

describe('our cookies', () => {
  const header = 'PORTALSID=p; __Host-palier=t; __Host-palier-form=f; lang=fr';

  it('are listed by their prefix', () => {
    expect(cookiesWithPrefix(header, '__Host-palier')).toEqual([
      ['__Host-palier', 't'],
      ['__Host-palier-form', 'f'],
    ]);
    expect(cookiesWithPrefix(undefined, '__Host-palier')).toEqual([]);
  });

  it('A079: never reach the portal, in no spelling, and its own stay untouched', () => {
    expect(withoutCookies(header, '__Host-palier')).toBe('PORTALSID=p; lang=fr');
    expect(withoutCookies('__host-PALIER=t; a="1"', '__Host-palier')).toBe('a="1"');
    expect(withoutCookies('__Host-palier', '__Host-palier')).toBeUndefined();
    expect(withoutCookies('a=1; b=2', '__Host-palier')).toBe('a=1; b=2');
  });

  it.each(['=__Host-palier=t', 'a="1, __Host-palier=t"', 'a=1,__host-palier=t', '\t__Host-palier=t'])(
    'A079: never reach the portal inside of another one: %s',
    (pair) => {
      expect(withoutCookies(`lang=fr; ${pair}; b=2`, '__Host-palier')).toBe('lang=fr; b=2');
    },
  );

  it('are taken out as if the header were split at every semicolon', () => {
    const piece = fc.constantFrom(
      '__Host-palier',
      '__host-PALIER',
      '__Host-',
      '=',
      ';',
      ' ',
      '\t',
      ',',
      '"',
      'a',
    );
    const header = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(header, (text) => {
        const isForeign = (pair: string): boolean => !pair.toLowerCase().includes('__host-palier');
        const pairs = text.split(';');
        const kept = pairs.every(isForeign) ? text : pairs.filter(isForeign).join(';').trim() || undefined;
        expect(withoutCookies(text, '__Host-palier')).toBe(kept);
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    [`${';_'.repeat(8000)}__Host-palier=t`],
    [`__Host-palier=t${';_'.repeat(8000)}`],
    [`${'__Host-palie;'.repeat(1200)}__Host-palier=t`],
  ])('are taken out of sixteen kilobytes of empty pairs and near misses in a moment', (text) => {
    const start = process.cpuUsage();
    for (let round = 0; round < 10; round += 1) withoutCookies(text, '__Host-palier');
    expect(process.cpuUsage(start).user / 1000).toBeLessThan(50);
  });

  it('A079 control: cut off by their first letters only, a nameless one passes', () => {
    const pairs = 'lang=fr; =__Host-palier=t'.split('; ');
    expect(pairs.filter((pair) => !pair.startsWith('__Host-palier'))).toContain('=__Host-palier=t');
  });
});
