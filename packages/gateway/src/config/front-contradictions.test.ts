// What a configuration with forward-auth promises that a front cannot keep: refused at load, with line and fix (A073).
import { describe, expect, it } from 'vitest';
import { parseConfig } from './parse.ts';

const base = (route: string, extra = ''): string => `origin: https://p.example
upstream: http://127.0.0.1:8081
identity:
  - portal-session: { cookie: C, ask: /me, account: /login }
keys: { file: k }
ledger: { directory: l, sealTo: l.jwk }
routes:
  - ${route}
${extra}`;
const forwardAuth = 'forwardAuth: { listen: "127.0.0.1:9000", trustedPeers: [127.0.0.1] }\n';

function told(text: string): readonly string[] {
  const parsed = parseConfig(text, { readFile: () => '', environment: {} });
  return 'problems' in parsed
    ? parsed.problems.map(({ line, path, problem, fix }) => `${line} ${path}: ${problem}; ${fix}`)
    : [];
}

const stepUp = 'require: { accept: second-factor, maxAge: 12h }';
const needy: readonly (readonly [string, string, string])[] = [
  [
    'records in a form',
    `{ match: POST /s, ${stepUp}, records: { from: form, name: nir, as: nir }, client: program }`,
    'in the body',
  ],
  [
    'records in JSON',
    `{ match: POST /s, ${stepUp}, records: { from: json, pointer: /nir, as: nir }, client: program }`,
    'in the body',
  ],
  [
    'records in the answer',
    `{ match: GET /s, ${stepUp}, records: { from: answer-json, pointer: /nir, as: nir } }`,
    'in the answer',
  ],
  [
    'records in a header of the answer',
    `{ match: GET /s, ${stepUp}, records: { from: answer-header, name: X-Nir, as: nir } }`,
    'in the answer',
  ],
  [
    'a counted POST',
    `{ match: "POST /p/{nir}", ${stepUp}, records: { from: path, name: nir, as: nir }, client: program }`,
    'another person unseen',
  ],
  ['a WebSocket', '{ match: GET /live, require: signed-in, upgrade: websocket }', 'cannot be cut'],
  ['a form that may be held', `{ match: POST /profile, ${stepUp} }`, 'cannot hold'],
  ['a sign-in', '{ match: POST /login, require: open, login: { field: user } }', 'does not show'],
  ['a reset', '{ match: POST /reset, require: open, reset: {} }', 'does not show'],
  [
    'a body of one type',
    '{ match: POST /up, require: signed-in, body: { types: [application/json] } }',
    'does not show it',
  ],
];

describe('with forward-auth', () => {
  it.each(needy)(
    'A073: %s is refused at its line, unless it goes through the gateway',
    (_name, route, words) => {
      const problems = told(base(route, forwardAuth));
      expect(problems).toHaveLength(1);
      expect(problems[0]).toMatch(/^8 routes\[0\]/);
      expect(problems[0]).toContain(words);
      expect(problems[0]).toContain('through: gateway');
      const through = `${route.slice(0, -2)}, through: gateway }`;
      expect(told(base(through, forwardAuth))).toEqual([]);
    },
  );

  it.each(needy)('without it, %s is no problem', (_name, route) => {
    expect(told(base(route))).toEqual([]);
  });

  it('a look-up by path needs nothing else', () => {
    const route = `{ match: "GET /p/{nir}", ${stepUp}, records: { from: path, name: nir, as: nir } }`;
    expect(told(base(route, forwardAuth))).toEqual([]);
  });
});

describe('links of other sites', () => {
  const open = '{ match: GET /a, require: open }';

  it('cannot be asked about where a front would have to show the question', () => {
    const ask = 'foreignLinks: { counted: ask, except: ["https://logiciel.example"] }\n';
    expect(told(base(open, `${ask}${forwardAuth}`))).toEqual([
      expect.stringContaining('foreignLinks.counted: is ask, and a front that asks may not show the page'),
    ]);
    expect(told(base(open, ask))).toEqual([]);
  });

  it('have no exception where all are followed', () => {
    const all = 'foreignLinks: { except: ["https://logiciel.example"] }\n';
    expect(told(base(open, all))).toEqual([expect.stringContaining('excepts from nothing')]);
  });
});
