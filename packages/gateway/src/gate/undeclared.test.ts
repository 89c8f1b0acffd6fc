// What observe mode shows of addresses that no line declares: enough to write the line, and no person.
import { describe, expect, it } from 'vitest';
import { parsePattern } from '../policy/pattern.ts';
import { compilePolicy, type Policy, undeclared } from '../policy/policy.ts';
import type { Route } from '../policy/route.ts';
import { createUndeclaredAddresses, shownAddress, type UndeclaredAddress } from './undeclared.ts';

function policyOf(...patterns: readonly string[]): Policy {
  const { route } = undeclared(compilePolicy([], 'default'));
  const routes = patterns.map((id): Route => {
    const pattern = parsePattern(id);
    if ('problem' in pattern) throw new TypeError(pattern.problem);
    return { ...route, ...pattern, id };
  });
  return compilePolicy(routes, 'default');
}

const policy = policyOf('GET /patients/{nir}/rights', 'GET /public/**');
const asked = (path: string): { readonly method: string; readonly segments: readonly string[] } => ({
  method: 'GET',
  segments: path.slice(1).split('/'),
});

function rowsAfter(...paths: readonly string[]): readonly UndeclaredAddress[] {
  const addresses = createUndeclaredAddresses();
  for (const path of paths) addresses.note(asked(path), policy);
  return addresses.rows();
}
const often = (path: string, times = 10): readonly string[] => Array.from({ length: times }, () => path);
const shown = (rows: readonly UndeclaredAddress[]): readonly string[] =>
  rows.map(({ address, count }) => `${count} ${address}`);

describe('addresses that no line declares', () => {
  it('are told by method and path', () => {
    const addresses = createUndeclaredAddresses();
    for (const method of ['GET', 'POST', 'POST']) addresses.note({ ...asked('/aat'), method }, policy);
    expect(addresses.rows()).toEqual([
      { method: 'POST', address: '/aat', count: 2 },
      { method: 'GET', address: '/aat', count: 1 },
    ]);
  });

  it.each([
    ['a number', '/aat/1990399999001'],
    ['a number in a word', '/aat/p1990399999001'],
    ['letters and digits', '/aat/dQw4w9WgXcQ'],
    ['what is long', `/aat/${'a'.repeat(41)}`],
    ['one long word', `/aat/${'a'.repeat(21)}`],
    ['what is no plain letter', '/aat/É'],
    ['what is escaped', '/aat/DURAND ANNE'],
    ['what a terminal would obey', '/aat/\u001b[2J'],
  ])('show nothing of %s, however often it is asked for', (_what, path) => {
    expect(shown(rowsAfter(...often(path, 50)))).toEqual(['50 /aat/{…}']);
  });

  it('show nothing of it where it stands first either', () => {
    expect(shown(rowsAfter('/1990399999001', '/dQw4w9WgXcQ'))).toEqual(['2 /{…}']);
  });

  it('show a word below the first once it was asked for often, and not a name that was asked for seldom', () => {
    expect(shown(rowsAfter(...often('/api/messages.do'), ...often('/api/durand', 9)))).toEqual([
      '10 /api/messages.do',
      '9 /api/{…}',
    ]);
  });

  it('show none of many that stand in one place, as names do', () => {
    const letter = (at: number): string => String.fromCharCode(97 + Math.floor(at / 26), 97 + (at % 26));
    const names = (count: number): readonly string[] =>
      Array.from({ length: count }, (_, at) => often(`/fiche/${letter(at)}/droits`)).flat();
    expect(shown(rowsAfter(...names(32)))).toHaveLength(32);
    // What stands below them is told all the same.
    expect(shown(rowsAfter(...names(33)))).toEqual(['330 /fiche/{…}/droits']);
  });

  it('show words of the policy at once, and nothing where a line has a person', () => {
    expect(shown(rowsAfter('/patients/durand/rights', ...often('/patients/durand/letters')))).toEqual([
      '10 /patients/{…}/letters',
      '1 /patients/{…}/rights',
    ]);
  });

  it('are bounded in number and in depth, the rest is told together', () => {
    const letters = (at: number): string =>
      [...String(at)].map((digit) => String.fromCharCode(97 + Number(digit))).join('');
    const rows = rowsAfter(...Array.from({ length: 2000 }, (_, at) => `/${letters(at)}`));
    expect(rows).toHaveLength(101);
    // Beyond five hundred nothing new is kept, however often it is asked for.
    const full = rowsAfter(
      ...Array.from({ length: 500 }, (_, at) => `/${letters(at)}`),
      ...often('/late', 50),
      '/b',
    );
    expect(shown(full)[0]).toBe('2 /b');
    expect(rows.at(-1)).toEqual({ method: '-', address: '(others)', count: 1900 });
    expect(shown(rowsAfter(`/a${'/1'.repeat(20)}`))).toEqual([`1 /a${'/{…}'.repeat(7)}/…`]);
  });
});

describe('the address of a line of the log', () => {
  it('has what is first, words of the policy, and nothing else', () => {
    expect(shownAddress(asked('/api/durand/1990399999001'), policy)).toBe('/api/{…}/{…}');
    expect(shownAddress(asked('/patients/durand/rights/'), policy)).toBe('/patients/{…}/rights/');
  });
});
