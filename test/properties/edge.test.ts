// Properties of the front door that no list of cases can show: what is accepted is what is sent, and more proof is never
// less allowed.

import {
  acceptWords,
  assess,
  instantOf,
  type Proof,
  type StepUpRequirement,
  secondsOf,
} from '@palier/mfa-core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { policyProblems } from '../../packages/gateway/src/policy/overlap.ts';
import { parsePattern } from '../../packages/gateway/src/policy/pattern.ts';
import { compilePolicy, matchRoute, undeclared } from '../../packages/gateway/src/policy/policy.ts';
import type { Route } from '../../packages/gateway/src/policy/route.ts';
import { asksLess } from '../../packages/gateway/src/policy/strictness.ts';
import { headText } from '../../packages/gateway/src/proxy/outgoing-head.ts';
import { parseTarget } from '../../packages/gateway/src/request/target.ts';

const runs = { numRuns: 3000 };
const day = 86_400;
const now = instantOf(Date.UTC(2026, 2, 10, 8));

const age = fc.integer({ min: 0, max: 2 * day });
const proof: fc.Arbitrary<Proof> = fc
  .record({
    age,
    kind: fc.constantFrom('totp', 'webauthn', 'recovery-code', 'card'),
    cardClass: fc.boolean(),
  })
  .map(({ age: seconds, kind, cardClass }) => proofOf(kind as Proof['kind'], seconds, cardClass));
const requirement: fc.Arbitrary<StepUpRequirement> = fc
  .record({ word: fc.constantFrom('second-factor', 'phishing-resistant', 'card'), maxAge: age })
  .map(({ word, maxAge }) => ({
    kind: 'step-up',
    accept: acceptWords[word as keyof typeof acceptWords],
    maxAge: secondsOf(maxAge),
  }));

function proofOf(kind: Proof['kind'], seconds: number, cardClass = false): Proof {
  const at = instantOf(now - seconds * 1000);
  return {
    id: 'prf_x',
    factor: 'fac_x',
    kind,
    at,
    deviceBound: cardClass,
    cardClass,
    evidence: 'x',
  } as unknown as Proof;
}

const allowed = (proofs: readonly Proof[], asked: StepUpRequirement): boolean =>
  assess(proofs, asked, now) === undefined;
const implies = (before: boolean, after: boolean): boolean => !before || after;

/** What is shown by each kind at least as well as by the one before. */
const stronger: readonly Proof['kind'][] = ['recovery-code', 'totp', 'webauthn', 'card'];

describe('assess is monotone:', () => {
  it('one proof more never makes less allowed', () => {
    fc.assert(
      fc.property(fc.array(proof, { maxLength: 6 }), proof, requirement, (proofs, more, asked) =>
        implies(allowed(proofs, asked), allowed([...proofs, more], asked)),
      ),
      runs,
    );
  });

  it('a newer proof never makes less allowed than an older one of its kind', () => {
    fc.assert(
      fc.property(
        fc.array(proof, { maxLength: 4 }),
        proof,
        age,
        requirement,
        (others, one, seconds, asked) => {
          const newer = { ...one, at: instantOf(Math.max(one.at, now - seconds * 1000)) };
          return implies(allowed([...others, one], asked), allowed([...others, newer], asked));
        },
      ),
      runs,
    );
  });

  it('a stronger proof never makes less allowed than a weaker one of its age', () => {
    fc.assert(
      fc.property(
        fc.array(proof, { maxLength: 4 }),
        age,
        fc.nat(3),
        fc.nat(3),
        fc.boolean(),
        requirement,
        (others, seconds, from, to, cardClass, asked) => {
          const [weak, strong] = [
            stronger[Math.min(from, to)] ?? 'totp',
            stronger[Math.max(from, to)] ?? 'totp',
          ];
          const weaker = allowed([...others, proofOf(weak, seconds, weak === strong && cardClass)], asked);
          return implies(weaker, allowed([...others, proofOf(strong, seconds, cardClass)], asked));
        },
      ),
      runs,
    );
  });

  it('a longer maxAge and a longer list never refuse more', () => {
    fc.assert(
      fc.property(fc.array(proof, { maxLength: 6 }), requirement, age, (proofs, asked, more) => {
        const longer = { ...asked, maxAge: secondsOf(asked.maxAge + more) };
        const wider = { ...longer, accept: acceptWords['second-factor'] };
        const before = allowed(proofs, asked);
        return implies(before, allowed(proofs, longer)) && implies(before, allowed(proofs, wider));
      }),
      runs,
    );
  });

  it('control: a judge that looks at the last proof only is not', () => {
    const last = (proofs: readonly Proof[], asked: StepUpRequirement): boolean =>
      allowed(proofs.slice(-1), asked);
    expect(() =>
      fc.assert(
        fc.property(fc.array(proof, { maxLength: 6 }), proof, requirement, (proofs, more, asked) =>
          implies(last(proofs, asked), last([...proofs, more], asked)),
        ),
        runs,
      ),
    ).toThrow();
  });
});

const patterns = [
  '/',
  '/public/**',
  '/patients/{nir}',
  '/patients/{nir}/droits',
  '/patients/search',
  '/a/{b}/c',
  '/a/**',
  '/a/b/',
  '/%C3%A9/{x}',
  '/**',
];
const demand: fc.Arbitrary<Route['requirement']> = fc.constantFrom(
  { kind: 'open' },
  { kind: 'signed-in' },
  { kind: 'step-up', accept: acceptWords['second-factor'], maxAge: secondsOf(43_200) },
  { kind: 'step-up', accept: acceptWords.card, maxAge: secondsOf(900) },
);
const routesOf = fc
  .uniqueArray(fc.tuple(fc.constantFrom(...patterns), demand), {
    selector: ([pattern]) => pattern,
    minLength: 1,
  })
  .map((lines) => lines.map(([pattern, asked], line) => routeOf(pattern, asked, line)));

function routeOf(path: string, asked: Route['requirement'], line: number): Route {
  const pattern = parsePattern(`GET ${path}`);
  if ('problem' in pattern) throw new TypeError(pattern.problem);
  const base = undeclared(compilePolicy([], 'default')).route;
  return { ...base, id: `GET ${path}`, ...pattern, requirement: asked, line };
}

const piece = fc.oneof(
  fc.constantFrom(
    'public',
    'patients',
    'search',
    'droits',
    'a',
    'b',
    'c',
    '',
    '..',
    '.',
    '%C3%A9',
    '%2e',
    'A',
    '1',
    'x;y',
    'é',
    '%e9',
  ),
  fc.string({ maxLength: 4 }),
);
const target = fc
  .tuple(fc.array(piece, { minLength: 1, maxLength: 5 }), fc.option(fc.string({ maxLength: 8 })))
  .map(([pieces, query]) => `/${pieces.join('/')}${query === null ? '' : `?${query}`}`);

describe('the bytes that are sent', () => {
  it('are those that were matched: read again from the wire they have the same route, or were never accepted', () => {
    let accepted = 0;
    fc.assert(
      fc.property(routesOf, target, (routes, raw) => {
        const parsed = parseTarget(raw);
        if ('refused' in parsed) return true;
        accepted += 1;
        const policy = compilePolicy(routes, 'default');
        const line = headText({ method: 'GET', target: parsed.target, headers: [] }).split('\r\n')[0] ?? '';
        const [, sent = ''] = line.split(' ');
        const again = parseTarget(sent);
        if ('refused' in again || sent !== raw) return false;
        const decided = (segments: readonly string[]): unknown =>
          matchRoute(policy, { method: 'GET', segments });
        expect(decided(again.segments)).toEqual(decided(parsed.segments));
        return true;
      }),
      runs,
    );
    expect(accepted).toBeGreaterThan(300);
  });
});

describe('overlaps', () => {
  const covers = ({ segments: pattern }: Route, segments: readonly string[]): boolean => {
    const rest = pattern.at(-1)?.kind === 'rest';
    const fixed = rest ? pattern.slice(0, -1) : pattern;
    return (
      (rest ? segments.length > fixed.length : segments.length === fixed.length) &&
      fixed.every((one, at) => (one.kind === 'literal' ? one.text === segments[at] : segments[at] !== ''))
    );
  };

  const shared = fc.constantFrom(
    ...[
      '/patients/search',
      '/patients/1',
      '/patients/search/droits',
      '/a/b/c',
      '/a/x/c',
      '/a/b/',
      '/a/b',
      '/a/b/c/d',
    ],
  );

  it('never let the laxer of two lines decide, unless that was refused when it was loaded', () => {
    let judged = 0;
    fc.assert(
      fc.property(routesOf, fc.oneof(shared, target), (routes, raw) => {
        const parsed = parseTarget(raw);
        if ('refused' in parsed || policyProblems(routes, new Set()).length > 0) return true;
        const found = matchRoute(compilePolicy(routes, 'default'), {
          method: 'GET',
          segments: parsed.segments,
        });
        if ('refusal' in found) return true;
        const others = routes.filter((route) => route.id !== 'GET /**' && covers(route, parsed.segments));
        if (others.length > 1) judged += 1;
        return others.every((other) => asksLess(found.route, other) === undefined);
      }),
      { numRuns: 10_000 },
    );
    expect(judged).toBeGreaterThan(20);
  });

  it('control: without the refusal a laxer line does decide', () => {
    const routes = [
      routeOf('/patients/search', { kind: 'open' }, 1),
      routeOf('/patients/{nir}', { kind: 'signed-in' }, 2),
    ];
    const found = matchRoute(compilePolicy(routes, 'default'), {
      method: 'GET',
      segments: ['patients', 'search'],
    });
    expect('route' in found && found.route.requirement.kind).toBe('open');
    expect(policyProblems(routes, new Set())).toHaveLength(1);
  });
});
