// What a counted line leaves out is told before somebody is refused for it, and not where it was said.
import { describe, expect, it } from 'vitest';
import { parseConfig } from './parse.ts';
import { warningsOf } from './warnings.ts';

const list = 'records: { from: answer-json, pointer: /persons/*/nir, as: nir }';
const named = 'records: { from: path, name: nir, as: nir }';
const second = 'require: { accept: second-factor, maxAge: 12h }';

function read(lines: readonly string[]): ReturnType<typeof parseConfig> {
  return parseConfig(
    `origin: https://portail.example
upstream: http://127.0.0.1:8081
identity: [{ portal-session: { cookie: SID, ask: /api/me, account: /login } }]
keys: { file: keys.json }
ledger: { directory: ledger, sealTo: dpo.jwk }
routes:
${lines.map((line) => `  - { ${second}, ${line} }`).join('\n')}
`,
    { environment: {}, readFile: () => '' },
  );
}

/** The line and what is wrong there, of warnings that say `word`. */
function warned(word: string, ...lines: readonly string[]): readonly string[] {
  const found = read(lines);
  if ('problems' in found) throw new TypeError(JSON.stringify(found.problems));
  return warningsOf(found.config)
    .map(found.place)
    .filter(({ problem }) => problem.includes(word))
    .map(({ line, path, problem, fix }) => `${line} ${path}: ${problem} | ${fix}`);
}

function refusals(...lines: readonly string[]): readonly string[] {
  const found = read(lines);
  return 'problems' in found ? found.problems.map(({ path, problem }) => `${path}: ${problem}`) : [];
}

describe('a counted line that declares no body', () => {
  it('is warned of where its method has one, with what to write', () => {
    const said = warned('no body', `match: POST /search, ${list}`, `match: GET /list, query: [], ${list}`);
    expect(said).toEqual([
      '7 routes[0].match: counts persons and lets no body pass, since none is declared: a form that is sent here would be refused (415) | write body: { types: [application/x-www-form-urlencoded] }, or what the portal takes; where there is none, body: none',
    ]);
    for (const methods of ['PUT', 'PATCH', 'GET,POST'])
      expect(warned('no body', `match: "${methods} /search", ${list}`)).toHaveLength(1);
  });

  it('names the members too where the request names the person', () => {
    const [said] = warned('no body', `match: "POST /patients/{nir}/note", ${named}`);
    expect(said).toContain('members: [the fields it may have] }');
  });

  it('is not where a body is declared, is read to count, or is said to be none', () => {
    const form = 'body: { types: [application/x-www-form-urlencoded] }';
    const counted = 'records: { from: form, name: nir, as: nir }';
    for (const line of [
      `match: POST /search, ${form}, ${list}`,
      `match: POST /search, ${counted}`,
      `match: POST /search, body: none, ${list}`,
      'match: POST /profile',
    ])
      expect(warned('no body', line)).toEqual([]);
  });
});

describe('body: none', () => {
  it('lets no body pass, on routes that count nothing too', () => {
    const found = read(['match: POST /logout, body: none']);
    expect('config' in found && found.config.routes[0]?.body).toEqual({
      types: [],
      limit: 0,
      members: 'any',
    });
  });

  it('is refused where the person stands in a body', () => {
    expect(refusals('match: POST /s, body: none, records: { from: form, name: nir, as: nir }')).toEqual([
      'routes[0].body: is none, and the persons stand in one',
    ]);
  });

  it('is one of two things to write: a misspelt key of the other is still told by its name', () => {
    expect(refusals(`match: POST /s, body: { typs: [a/b] }, ${list}`)).toEqual([
      'routes[0].body.typs: unknown key "typs"',
    ]);
    expect(refusals(`match: POST /s, body: nothing, ${list}`)).toEqual([
      'routes[0].body: "nothing" is not one of none',
    ]);
  });
});

describe('a counted list that declares no query', () => {
  it('is warned of, with what to write', () => {
    expect(warned('no query', `match: GET /list, ${list}`)).toEqual([
      '7 routes[0].match: counts the persons of a list and lets no query pass, since none is declared: a search, or its second page, would be refused (400) | write query: [the parameters it may have]; where there are none, query: []',
    ]);
  });

  it('is not where the query is said, where the address names somebody, and where nothing is counted', () => {
    for (const line of [
      `match: GET /list, query: [], ${list}`,
      `match: GET /list, query: [name, page], ${list}`,
      `match: "GET /wards/{ward}", ${list}`,
      `match: "GET /patients/{nir}", ${named}`,
      'match: GET /news',
    ])
      expect(warned('no query', line)).toEqual([]);
  });
});

describe('counted lines that do not say what they show', () => {
  it('are warned of once, with all their lines', () => {
    const said = warned(
      'what it shows',
      'match: GET /news',
      `match: "GET /patients/{nir}", ${named}`,
      `match: GET /list, query: [], ${list}, fields: [identity]`,
      `match: GET /other, query: [], ${list}`,
    );
    expect(said).toEqual([
      '8 routes[1].records: counts persons and does not say what it shows of them (line 8, 10): palier exposure report would say "not declared" where the authority asks for the categories of data | write fields: [identity, rights], or whatever the page shows, on each of these lines',
    ]);
    expect(warned('what it shows', `match: "GET /patients/{nir}", ${named}, fields: [rights]`)).toEqual([]);
  });
});
