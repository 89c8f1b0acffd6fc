import { secondsOf } from '@palier/mfa-core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTarget } from '../request/target.ts';
import { policyProblems } from './overlap.ts';
import { parsePattern } from './pattern.ts';
import { compilePolicy, matchRoute, type Policy } from './policy.ts';
import type { Route } from './route.ts';

type Demand = 'open' | 'signed-in' | 'code' | 'card';

const requirements: Readonly<Record<Demand, Route['requirement']>> = {
  open: { kind: 'open' },
  'signed-in': { kind: 'signed-in' },
  code: { kind: 'step-up', accept: ['totp', 'webauthn', 'card'], maxAge: secondsOf(43_200) },
  card: { kind: 'step-up', accept: ['card'], maxAge: secondsOf(900) },
};

let line = 0;

function route(match: string, demand: Demand = 'signed-in', more: Partial<Route> = {}): Route {
  const pattern = parsePattern(match);
  if ('problem' in pattern) throw new TypeError(pattern.problem);
  line += 1;
  return {
    id: match,
    ...pattern,
    requirement: requirements[demand],
    records: [],
    client: undefined,
    query: undefined,
    body: undefined,
    upgrade: undefined,
    bind: 'session',
    upstream: 'default',
    through: undefined,
    fields: [],
    conditions: [],
    signsOut: false,
    line,
    ...more,
  };
}

const policyOf = (...routes: readonly Route[]): Policy => compilePolicy(routes, 'default');

/** The route id a request gets, or status and reason. */
function match(policy: Policy, method: string, target: string): string {
  const parsed = parseTarget(target);
  if ('refused' in parsed) return `400 ${parsed.refused}`;
  const found = matchRoute(policy, { method, segments: parsed.segments });
  return 'route' in found ? found.route.id : `${found.refusal.status} ${found.refusal.reason}`;
}

describe('matching', () => {
  const policy = policyOf(
    route('GET /', 'open'),
    route('GET /public/**', 'open'),
    route('GET /patients/{nir}', 'code'),
    route('GET /patients/{nir}/droits', 'code'),
    route('POST /patients', 'code'),
    route('GET /patients/search', 'code'),
    route('DELETE /patients/{nir}', 'card'),
  );

  it.each([
    ['GET', '/', 'GET /'],
    ['GET', '/public/a/b.css', 'GET /public/**'],
    ['GET', '/public/', 'GET /public/**'],
    ['GET', '/patients/1', 'GET /patients/{nir}'],
    ['HEAD', '/patients/1', 'GET /patients/{nir}'],
    ['GET', '/patients/1/droits', 'GET /patients/{nir}/droits'],
    ['GET', '/patients/search', 'GET /patients/search'],
    ['DELETE', '/patients/search', 'DELETE /patients/{nir}'],
    ['GET', '/patients', '405 method-not-declared'],
    ['POST', '/patients/1', '405 method-not-declared'],
    ['PUT', '/public/x', '405 method-not-declared'],
    ['GET', '/public', '404 not-declared'],
    ['GET', '/patients/', '404 not-declared'],
    ['GET', '/patients/1/', '404 not-declared'],
    ['GET', '/patients/1/droits/x', '404 not-declared'],
    ['GET', '/Patients/1', '404 not-declared'],
    ['GET', '/unknown', '404 not-declared'],
  ])('%s %s: %s', (method, target, expected) => {
    expect(match(policy, method, target)).toBe(expected);
  });

  it.each([
    ['A016', '/xpublic/patients/1'],
    ['A016', '/a/public/x'],
    ['A017', '/publicX/patients'],
    ['A017', '/public-admin'],
    ['A017', '/patientsX'],
    ['A026', '/portal/patients/1'],
  ])('%s: %s is nobody own path: patterns match whole segments from the first', (_id, target) => {
    expect(match(policy, 'GET', target)).toBe('404 not-declared');
  });

  it('A017 control: a test of the beginning of the path lets the neighbour through', () => {
    expect('/public-admin/x'.startsWith('/public')).toBe(true);
  });

  it('gives parameters as they decode, once', () => {
    const found = matchRoute(policy, { method: 'GET', segments: ['patients', 'a b'] });
    expect('parameters' in found && [...found.parameters]).toEqual([['nir', 'a b']]);
  });

  it('names the methods a path has, HEAD with GET', () => {
    const found = matchRoute(policy, { method: 'PATCH', segments: ['patients', '1'] });
    expect('refusal' in found && found.refusal.allow).toEqual(['GET', 'HEAD', 'DELETE']);
  });

  it('a literal beats a parameter beats the rest, whatever the order of the lines', () => {
    const lines = [
      route('GET /**'),
      route('GET /a/{x}'),
      route('GET /a/b'),
      route('GET /{y}/c'),
      route('GET /a/**'),
    ];
    for (const order of [lines, lines.toReversed()]) {
      const shuffled = policyOf(...order);
      expect(match(shuffled, 'GET', '/a/b')).toBe('GET /a/b');
      expect(match(shuffled, 'GET', '/a/c')).toBe('GET /a/{x}');
      expect(match(shuffled, 'GET', '/z/c')).toBe('GET /{y}/c');
      expect(match(shuffled, 'GET', '/a/b/c')).toBe('GET /a/**');
      expect(match(shuffled, 'GET', '/z')).toBe('GET /**');
    }
  });

  it('no path and no policy makes it slow (A022)', () => {
    const wide = Array.from({ length: 12 }, (_, depth) => route(`GET /${'a/'.repeat(depth)}{x}/**`));
    const start = process.cpuUsage();
    for (let round = 0; round < 1000; round += 1) match(policyOf(...wide), 'GET', `/${'a/'.repeat(60)}b`);
    expect(process.cpuUsage(start).user / 1000).toBeLessThan(2000);
  });
});

describe('a path that a lenient portal reads as a stricter route', () => {
  const guarded = [
    route('GET /patients/{nir}', 'code'),
    route('GET /aat', 'card'),
    route('GET /Sujets/', 'card'),
  ];
  const policy = policyOf(route('GET /**'), ...guarded);

  it.each([
    ['A010', '/patients/1/'],
    ['A010', '/patients/1.json/'],
    ['A010', '/aat/'],
    ['A010', '/aat.json'],
    ['A010', '/aat.css'],
    ['A107', '/Patients/1'],
    ['A107', '/PATIENTS/1'],
    ['A107', '/AAT.JSON'],
    ['A107', '/sujets'],
    ['A107', '/sujets/'],
    ['A107', '/Sujets'],
    ['A107', '/pat%C4%B1ents/1'],
  ])('%s: %s is refused beside a catch-all', (_id, target) => {
    expect(match(policy, 'GET', target)).toBe('404 near-stricter-route');
  });

  it('A107 control: without this reading the catch-all takes it, and Express opens the guarded page', () => {
    const naive = { ...policy, lenient: { ...policy.lenient, outranked: new Set<Route>() } };
    expect(match(naive, 'GET', '/Patients/1')).toBe('GET /**');
    expect(match(naive, 'GET', '/patients/1/')).toBe('GET /**');
  });

  it('leaves alone what no reader would take for another page', () => {
    expect(match(policy, 'GET', '/Accueil')).toBe('GET /**');
    expect(match(policy, 'GET', '/site.css')).toBe('GET /**');
    expect(match(policy, 'GET', '/aat/x')).toBe('GET /**');
    expect(match(policy, 'GET', '/patients/A.B')).toBe('GET /patients/{nir}');
  });

  it('a line that says so may be weaker than the wider line around it, for odd spellings too', () => {
    const meant = policyOf(route('GET /files/**', 'card'), route('GET /files/{name}', 'signed-in'));
    expect(match(meant, 'GET', '/files/A.css')).toBe('GET /files/{name}');
  });
});

describe('contradictions between lines', () => {
  const problems = (routes: readonly Route[], allowed: readonly Route[] = []): readonly string[] =>
    policyProblems(routes, new Set(allowed)).map((one) => `${one.route.id}: ${one.problem}`);

  it('A019: a narrower line that asks less is refused, and the message names the other line', () => {
    const wide = route('GET /patients/{nir}', 'code', { line: 7 });
    const narrow = route('GET /patients/search', 'open', { line: 12 });
    expect(problems([wide, narrow])).toEqual([
      'GET /patients/search: lies within "GET /patients/{nir}" on line 7, is tried first, and requires nothing',
    ]);
    expect(problems([narrow, wide])).toHaveLength(1);
    expect(problems([wide, narrow], [narrow])).toEqual([]);
  });

  it('A019 control: matched by specificity alone, the open line decides', () => {
    expect(
      match(
        policyOf(route('GET /patients/{nir}', 'code'), route('GET /patients/search', 'open')),
        'GET',
        '/patients/search',
      ),
    ).toBe('GET /patients/search');
  });

  it('asking less is also: another proof, an older one, no counting, fewer conditions', () => {
    const nir = { from: 'path', name: 'nir', as: 'nir' } as const;
    const older: Route['requirement'] = { kind: 'step-up', accept: ['card'], maxAge: secondsOf(3600) };
    expect(problems([route('GET /a/**', 'card'), route('GET /a/b', 'code')])[0]).toContain(
      'also accepts totp, webauthn',
    );
    expect(
      problems([route('GET /a/**', 'card'), route('GET /a/b', 'card', { requirement: older })])[0],
    ).toContain('older proofs');
    expect(
      problems([route('GET /a/{nir}', 'code', { records: [nir] }), route('GET /a/b', 'code')])[0],
    ).toContain('counts no nir');
    expect(
      problems([
        route('GET /a/**', 'code', { conditions: [{ kind: 'class', anyOf: ['gp'] }] }),
        route('GET /a/b', 'code'),
      ])[0],
    ).toContain('fewer conditions');
  });

  it('asking as much or more is fine, and so is narrowing the rest of everything', () => {
    expect(problems([route('GET /a/{x}', 'code'), route('GET /a/b', 'card')])).toEqual([]);
    expect(
      problems([route('GET /**', 'signed-in'), route('GET /public/**', 'open'), route('GET /', 'open')]),
    ).toEqual([]);
    expect(problems([route('GET /a/{x}', 'card'), route('POST /a/b', 'open')])).toEqual([]);
  });

  it('two lines of one shape with a method in common are refused once', () => {
    expect(problems([route('GET /a/{x}'), route('GET,POST /a/{y}')])).toHaveLength(1);
    expect(problems([route('GET /a/**'), route('GET /a/**')])).toHaveLength(1);
    expect(problems([route('GET /a/{x}'), route('POST /a/{y}')])).toEqual([]);
  });

  it('finds lines that cross without one being inside the other', () => {
    expect(problems([route('GET /a/{x}', 'open'), route('GET /{y}/b', 'card')])[0]).toContain('GET /{y}/b');
  });

  it('looks through ten thousand lines in a second or two', () => {
    const many = Array.from({ length: 10_000 }, (_, index) =>
      route(`GET /r${index}/{id}/part`, index % 2 === 0 ? 'code' : 'open'),
    );
    const start = process.cpuUsage();
    expect(problems([...many, route('GET /**')])).toEqual([]);
    compilePolicy(many, 'default');
    expect(process.cpuUsage(start).user / 1000).toBeLessThan(5000);
  });
});

describe('properties', () => {
  const piece = fc.constantFrom('a', 'b', '{x}', '{y}', '**', 'A');
  const pattern = fc
    .uniqueArray(piece, { minLength: 1, maxLength: 4 })
    .map(
      (pieces) =>
        `GET /${pieces.filter((one, index) => one !== '**' || index === pieces.length - 1).join('/')}`,
    );
  const path = fc
    .array(fc.constantFrom('a', 'b', 'c', 'A', 'a.b', ''), { minLength: 1, maxLength: 5 })
    .map((pieces) => `/${pieces.join('/')}`);
  const demand = fc.constantFrom<Demand>('open', 'signed-in', 'code', 'card');

  /** The slow and obvious meaning of a pattern. */
  function covers(one: Route, segments: readonly string[]): boolean {
    const rest = one.segments.at(-1)?.kind === 'rest';
    const fixed = rest ? one.segments.slice(0, -1) : one.segments;
    if (rest ? segments.length <= fixed.length : segments.length !== fixed.length) return false;
    return fixed.every((segment, index) =>
      segment.kind === 'literal' ? segment.text === segments[index] : segments[index] !== '',
    );
  }

  it('a request gets a route that covers exactly the bytes sent, or none', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(pattern, demand), { minLength: 1, maxLength: 8 }),
        path,
        (lines, target) => {
          const routes = lines.map(([text, asked]) => route(text, asked));
          const parsed = parseTarget(target);
          if ('refused' in parsed) return;
          const found = matchRoute(policyOf(...routes), { method: 'GET', segments: parsed.segments });
          const covering = routes.filter((one) => covers(one, parsed.segments));
          if ('route' in found) expect(covering).toContain(found.route);
          else expect(covering.length === 0 || found.refusal.reason === 'near-stricter-route').toBe(true);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('in a policy without contradictions the strictest line that covers a path decides, the rest of everything apart', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(pattern, demand), { minLength: 1, maxLength: 6 }),
        path,
        (lines, target) => {
          const routes = lines.map(([text, asked]) => route(text, asked));
          const parsed = parseTarget(target);
          if ('refused' in parsed || policyProblems(routes, new Set()).length > 0) return;
          const found = matchRoute(policyOf(...routes), { method: 'GET', segments: parsed.segments });
          if (!('route' in found)) return;
          const ranks: readonly Demand[] = ['open', 'signed-in', 'code', 'card'];
          const rank = (one: Route): number =>
            ranks.findIndex((name) => requirements[name] === one.requirement);
          const wider = routes.filter(
            (one) => covers(one, parsed.segments) && one.segments[0]?.kind !== 'rest',
          );
          for (const one of wider) expect(rank(found.route)).toBeGreaterThanOrEqual(rank(one));
        },
      ),
      { numRuns: 1000 },
    );
  });
});
