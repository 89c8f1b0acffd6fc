import {
  type AccountId,
  type FactorId,
  instantOf,
  type Proof,
  type ProofId,
  Secret,
  secondsOf,
} from '@palier/mfa-core';
import { describe, expect, it } from 'vitest';
import { createRecordKeys } from '../budget/record-keys.ts';
import { recordTypes } from '../budget/record-types.ts';
import { budgetDefaults } from '../config/budget-defaults.ts';
import type { BudgetClass, Budgets } from '../config/budget-settings.ts';
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

const anyFactor: Route['requirement'] = {
  kind: 'step-up',
  accept: ['totp', 'webauthn', 'card'],
  maxAge: secondsOf(900),
};
const counted = compilePolicy(
  [
    route(1, 'GET /rights/{nir}', anyFactor, { records: [{ from: 'path', name: 'nir', as: 'nir' }] }),
    route(2, 'GET /lists', anyFactor, {
      records: [{ from: 'answer-json', pointer: '/nir', as: 'nir', atMost: 9 }],
    }),
    route(3, 'GET /help', anyFactor),
    route(4, 'GET /two/{nir}', anyFactor, {
      query: ['other'],
      records: [
        { from: 'path', name: 'nir', as: 'nir' },
        { from: 'query', name: 'other', as: 'other' },
      ],
    }),
    route(
      5,
      'GET /signed-in/{nir}',
      { kind: 'signed-in' },
      {
        records: [{ from: 'path', name: 'nir', as: 'nir' }],
      },
    ),
  ],
  'default',
);

function classCalled(name: string): BudgetClass {
  const found = budgetDefaults.get(name);
  if (found === undefined) throw new TypeError(name);
  return found;
}

const [gp, shared] = [classCalled('gp'), classCalled('shared')];
const budgets: Budgets = {
  classes: new Map([
    ...budgetDefaults,
    ['no-codes', { ...gp, code: undefined }],
    ['one-each', { ...gp, code: { ...shared.key, records: 1, day: 9 } }],
  ]),
  organisation: undefined,
  fleet: undefined,
  canaries: undefined,
  breakGlass: { times: 0, per: secondsOf(1), lasts: secondsOf(1), records: 1 },
  patientPresent: undefined,
};

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

const recordKeys = createRecordKeys(
  { current: new Secret(new Uint8Array(32)) },
  '',
  new Map([...recordTypes([]), ['other', (text: string) => text]]),
);
const told = (method: string, target: string, asker: Asker = nobody): Promise<Explanation> =>
  explain({ policy, budgets, recordKeys }, method, target, asker, now);

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

  describe('asks the purse of the gate, not the route alone', () => {
    const one = '/rights/199019999900110';
    const code: Proof = { kind: 'totp', id: 'prf_2' as ProofId, at: now, factor: 'fac_1' as FactorId };
    const key: Proof = { ...code, kind: 'webauthn', deviceBound: true, cardClass: false };
    const asked = (target: string, kind: string, proof: Proof): Promise<Explanation> => {
      const asker = { ...doctor(proof), identity: { ...doctor().identity, class: kind } } as Asker;
      return explain({ policy: counted, budgets, recordKeys }, 'GET', target, asker, now);
    };

    it('where the class gives nothing for a code, also for whom only the answer names', async () => {
      const stronger = {
        verdict: { kind: 'step-up', because: 'pays-nothing', accept: ['webauthn', 'card'] },
      };
      for (const target of [one, '/lists']) {
        expect(await asked(target, 'no-codes', code)).toMatchObject(stronger);
        expect(await asked(target, 'no-codes', key)).toMatchObject({ verdict: { kind: 'enough' } });
        expect(await asked(target, 'gp', code)).toMatchObject({ verdict: { kind: 'enough' } });
      }
    });

    it('where the class pays only for a card', async () => {
      const onlyCard = { verdict: { kind: 'step-up', because: 'pays-nothing', accept: ['card'] } };
      expect(await asked(one, 'shared', code)).toMatchObject(onlyCard);
      expect(await asked(one, 'shared', key)).toMatchObject(onlyCard);
      expect(await asked(one, 'shared', card(1))).toMatchObject({ verdict: { kind: 'enough' } });
    });

    it('where no gesture would help', async () => {
      const refused = (reason: string): object => ({ verdict: { kind: 'refused', refusal: { reason } } });
      const two = '/two/199019999900110?other=1';
      expect(await asked(two, 'one-each', code)).toMatchObject(refused('more-persons-than-one-gesture'));
      expect(await asked('/signed-in/199019999900110', 'gp', key)).toMatchObject(refused('no-proof-can-pay'));
    });

    it('and not where nothing is counted, or the address is refused before anybody pays', async () => {
      expect(await asked('/help', 'no-codes', code)).toMatchObject({ verdict: { kind: 'enough' } });
      expect(await asked('/rights/1', 'no-codes', code)).toMatchObject({
        verdict: { kind: 'enough' },
        unread: { reason: 'record-id-malformed' },
      });
    });
  });
});
