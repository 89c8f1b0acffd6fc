import { type AccountId, instantOf, type Proof, type ProofId, Secret, secondsOf } from '@palier/mfa-core';
import { describe, expect, it } from 'vitest';
import { createRecordKeys } from '../budget/record-keys.ts';
import { recordTypes } from '../budget/record-types.ts';
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
    route(5, 'GET /patients/{nir}', stepUp, {
      query: ['also'],
      records: [
        { from: 'path', name: 'nir', as: 'nir' },
        { from: 'query', name: 'also', as: 'nir' },
        { from: 'answer-json', pointer: '/nir', as: 'nir', atMost: 9 },
      ],
    }),
    route(6, 'POST /search', stepUp, {
      records: [{ from: 'form', name: 'nir', as: 'nir' }],
      body: { types: ['application/x-www-form-urlencoded'], limit: 100, members: [] },
    }),
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

const recordKeys = createRecordKeys({ current: new Secret(new Uint8Array(32)) }, '', recordTypes([]));
const told = (method: string, target: string, asker: Asker = nobody): Promise<Explanation> =>
  explain({ policy, recordKeys }, method, target, asker, now);

describe('explain', () => {
  it('names the line that decides, those it passes over, and what is asked', async () => {
    expect(await told('GET', '/aat/7')).toMatchObject({
      outcome: 'matched',
      matched: { route: { line: 3 } },
      passedOver: [{ line: 1 }],
      verdict: { kind: 'sign-in' },
    });
    expect(await told('GET', '/aat/7', doctor())).toMatchObject({
      verdict: { kind: 'step-up', because: 'no-proof' },
    });
    expect(await told('GET', '/aat/7', doctor(card(901)))).toMatchObject({
      verdict: { kind: 'step-up', because: 'too-old' },
    });
    expect(await told('HEAD', '/aat/7', doctor(card(900)))).toMatchObject({ verdict: { kind: 'enough' } });
    expect(await told('GET', '/public/a')).toMatchObject({
      matched: { route: { line: 2 } },
      verdict: { kind: 'enough' },
    });
  });

  it('says which condition is not met', async () => {
    const nurse = { ...doctor(card(1)), identity: { ...doctor().identity, class: 'nurse' } } as Asker;
    expect(await told('POST', '/aat', nurse)).toMatchObject({
      verdict: { kind: 'condition-not-met', condition: { kind: 'class' } },
    });
  });

  it('says why there is no line: not canonical, near a stricter one, another method, nothing', async () => {
    expect(await told('GET', '/x/../aat/7')).toEqual({ outcome: 'not-canonical', reason: 'dot-segment' });
    expect(await told('GET', '/AAT/7')).toMatchObject({
      outcome: 'no-route',
      refusal: { status: 404 },
      near: { line: 3 },
    });
    expect(await told('PUT', '/aat')).toMatchObject({
      outcome: 'no-route',
      refusal: { status: 405, allow: ['GET', 'HEAD', 'POST'] },
    });
  });

  it('says what the address names that is no record, as the gateway does once all else is enough', async () => {
    const [one, other] = ['199019999900110', '299022B99900228'];
    const asked = (target: string, asker = doctor(card(1))): Promise<Explanation> =>
      told('GET', `/patients/${target}`, asker);
    for (const [target, reason] of [
      [`1?also=${one}`, 'record-id-malformed'],
      [one, 'record-id-missing'],
      [`${one}?also=${other}`, 'record-ids-disagree'],
    ] as const)
      expect(await asked(target)).toMatchObject({
        verdict: { kind: 'enough' },
        unread: { status: 400, reason },
      });
    expect(await asked(`${one}?also=${one}`)).toMatchObject({
      verdict: { kind: 'enough' },
      unread: undefined,
    });
    expect(await asked('1', doctor())).toMatchObject({
      verdict: { kind: 'step-up' },
      unread: { status: 400 },
    });
  });

  it('says nothing of the records of a body, which is not on paper', async () => {
    expect(await told('POST', '/search', doctor(card(1)))).toMatchObject({
      verdict: { kind: 'enough' },
      unread: undefined,
    });
  });

  it('says what of the request its line does not take', async () => {
    expect(await told('GET', '/aat/7?id=8', doctor(card(1)))).toMatchObject({
      outcome: 'misfit',
      refusal: { reason: 'query-parameter-not-declared' },
      matched: { route: { line: 3 } },
    });
  });
});
