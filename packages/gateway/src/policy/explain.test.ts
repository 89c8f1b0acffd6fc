import { type AccountId, instantOf, type Proof, type ProofId, secondsOf } from '@palier/mfa-core';
import { describe, expect, it } from 'vitest';
import { type Asker, type Explanation, explain } from './explain.ts';
import { parsePattern } from './pattern.ts';
import { compilePolicy } from './policy.ts';
import type { Route } from './route.ts';

const now = instantOf(1_000_000_000);
const stepUp: Route['requirement'] = { kind: 'step-up', accept: ['card'], maxAge: secondsOf(900) };

function route(
  line: number,
  match: string,
  requirement: Route['requirement'],
  more: Partial<Route> = {},
): Route {
  const pattern = parsePattern(match);
  if ('problem' in pattern) throw new TypeError(pattern.problem);
  return {
    id: match,
    ...pattern,
    requirement,
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

const policy = compilePolicy(
  [
    route(1, 'GET /**', { kind: 'signed-in' }),
    route(2, 'GET /public/**', { kind: 'open' }),
    route(3, 'GET /aat/{id}', stepUp, { query: [] }),
    route(4, 'POST /aat', stepUp, { conditions: [{ kind: 'class', anyOf: ['gp'] }] }),
  ],
  'default',
);

const nobody: Asker = { identity: { kind: 'anonymous' }, proofs: [], peer: '127.0.0.1' };
const card = (age: number): Proof => ({
  kind: 'card',
  id: 'prf_1' as ProofId,
  at: instantOf(now - age * 1000),
  evidence: 'certificate:1',
});
const doctor = (...proofs: readonly Proof[]): Asker => ({
  identity: {
    kind: 'account',
    account: 'dr-1' as AccountId,
    class: 'gp',
    organisation: undefined,
    groups: [],
    displayName: 'Dr 1',
    source: 'portal-session',
  },
  proofs,
  peer: '127.0.0.1',
});

const told = (method: string, target: string, asker: Asker = nobody): Explanation =>
  explain(policy, method, target, asker, now);

describe('explain', () => {
  it('names the line that decides, those it passes over, and what is asked', () => {
    expect(told('GET', '/aat/7')).toMatchObject({
      outcome: 'matched',
      matched: { route: { line: 3 } },
      passedOver: [{ line: 1 }],
      verdict: { kind: 'sign-in' },
    });
    expect(told('GET', '/aat/7', doctor())).toMatchObject({
      verdict: { kind: 'step-up', because: 'no-proof' },
    });
    expect(told('GET', '/aat/7', doctor(card(901)))).toMatchObject({
      verdict: { kind: 'step-up', because: 'too-old' },
    });
    expect(told('HEAD', '/aat/7', doctor(card(900)))).toMatchObject({ verdict: { kind: 'enough' } });
    expect(told('GET', '/public/a')).toMatchObject({
      matched: { route: { line: 2 } },
      verdict: { kind: 'enough' },
    });
  });

  it('says which condition is not met', () => {
    const nurse = { ...doctor(card(1)), identity: { ...doctor().identity, class: 'nurse' } } as Asker;
    expect(told('POST', '/aat', nurse)).toMatchObject({
      verdict: { kind: 'condition-not-met', condition: { kind: 'class' } },
    });
  });

  it('says why there is no line: not canonical, near a stricter one, another method, nothing', () => {
    expect(told('GET', '/x/../aat/7')).toEqual({ outcome: 'not-canonical', reason: 'dot-segment' });
    expect(told('GET', '/AAT/7')).toMatchObject({
      outcome: 'no-route',
      refusal: { status: 404 },
      near: { line: 3 },
    });
    expect(told('PUT', '/aat')).toMatchObject({
      outcome: 'no-route',
      refusal: { status: 405, allow: ['GET', 'HEAD', 'POST'] },
    });
  });

  it('says what of the request its line does not take', () => {
    expect(told('GET', '/aat/7?id=8', doctor(card(1)))).toMatchObject({
      outcome: 'misfit',
      refusal: { reason: 'query-parameter-not-declared' },
      matched: { route: { line: 3 } },
    });
  });
});
