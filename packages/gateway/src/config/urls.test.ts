import { describe, expect, it } from 'vitest';
import { parseConfig } from './parse.ts';

const base = (more: string, login = '{ field: login }'): string => `origin: https://p.example
upstream: http://127.0.0.1:8081
identity:
  - portal-session: { cookie: C, ask: /me, account: /login }
keys: { file: k }
ledger: { directory: l, sealTo: l.jwk }
routes: [{ match: POST /login, require: open, login: ${login} }]
${more}`;

function told(text: string): readonly string[] {
  const parsed = parseConfig(text, { readFile: () => '', environment: {} });
  return 'problems' in parsed ? parsed.problems.map(({ path, fix }) => `${path}: ${fix}`) : [];
}

const except = (origin: string): readonly string[] =>
  told(base(`foreignLinks: { counted: ask, except: ["${origin}"] }`));
const from = (origin: string): readonly string[] => told(base('', `{ field: login, from: ["${origin}"] }`));

const wrong: readonly (readonly [string, string])[] = [
  ['http://logiciel.example', 'write https://logiciel.example'],
  ['http://logiciel.example:8080', 'write https://logiciel.example:8080'],
  ['http://localhost.example', 'write https://localhost.example'],
  ['https://*.logiciel.example', 'write each origin by itself, for example https://www.logiciel.example'],
  ['*.logiciel.example', 'write each origin by itself, for example https://www.logiciel.example'],
  ['logiciel.example', 'write https://logiciel.example'],
  ['HTTPS://Logiciel.example:443', 'write https://logiciel.example'],
  ['https://logiciel.example/patients?id=1', 'write https://logiciel.example'],
  ['https://me:secret@logiciel.example', 'write https://logiciel.example'],
];

describe('an origin whose pages are believed', () => {
  it.each(wrong)('is not %s, and what was meant is said', (origin, fix) => {
    expect(except(origin)).toEqual([`foreignLinks.except[0]: ${fix}`]);
    expect(from(origin)).toEqual([`routes[0].login.from[0]: ${fix}`]);
  });

  it.each(['', '*', 'null://', 'file:///etc', 'two words'])('is not "%s" either', (origin) => {
    expect(except(origin)).toHaveLength(1);
    expect(from(origin)).toHaveLength(1);
  });

  it.each([
    'https://logiciel.example',
    'https://logiciel.example:8443',
    'http://localhost:3000',
    'http://[::1]:3000',
  ])('may be %s (negative control)', (origin) => {
    expect([except(origin), from(origin)]).toEqual([[], []]);
  });
});

describe('an origin of any kind', () => {
  it('has no star in it', () => {
    const own = base('').replace('https://p.example', 'https://*.example');
    expect(told(own)).toEqual([expect.stringContaining('origin: write an origin')]);
  });
});
