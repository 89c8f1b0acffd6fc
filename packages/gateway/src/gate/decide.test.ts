// The door by itself: what each stage does to a request, and that taking a stage away would let it through.

import {
  type AccountId,
  createMfa,
  type Mfa,
  type Proof,
  type ProofId,
  parseAccountId,
  Secret,
  sealingKeys,
  secondsOf,
} from '@palier/mfa-core';
import { memoryStores } from '@palier/mfa-core/stores/memory';
import { fakeClock, fakeRandom } from '@palier/mfa-core/testing';
import { describe, expect, it } from 'vitest';
import { noExemptions } from '../budget/exemptions.ts';
import { createRecordKeys } from '../budget/record-keys.ts';
import { recordTypes } from '../budget/record-types.ts';
import { createBudget } from '../budget/spend.ts';
import { budgetDefaults } from '../config/budget-defaults.ts';
import type { Identity } from '../identity/identity.ts';
import { parsePattern } from '../policy/pattern.ts';
import { compilePolicy } from '../policy/policy.ts';
import type { Route } from '../policy/route.ts';
import type { CanonicalRequest } from '../request/request.ts';
import { parseTarget } from '../request/target.ts';
import { noStops } from '../stops/stops.ts';
import { memoryBudgetStore } from '../stores/memory-budget.ts';
import { decide } from './decide.ts';
import type { Decision } from './decision.ts';
import { nameOf } from './denial.ts';
import type { Gate } from './gate.ts';
import { createObserver } from './observer.ts';
import { denialOf, pay } from './payment.ts';
import { redeemPermit } from './permit.ts';
import { entryOf } from './serve.ts';

const clock = fakeClock();
const random = fakeRandom(7);
const account = parseAccountId('pharmacie-01') as AccountId;
const someone: Identity & { readonly kind: 'account' } = {
  kind: 'account',
  account,
  class: 'gp',
  organisation: undefined,
  groups: [],
  displayName: 'Pharmacie',
  source: 'test',
};

function route(match: string, rest: Partial<Route>): Route {
  const pattern = parsePattern(match);
  if ('problem' in pattern) throw new TypeError(pattern.problem);
  return {
    id: match,
    ...pattern,
    requirement: { kind: 'open' },
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
    line: 1,
    ...rest,
  };
}

const patients = route('GET /patients/{nir}', {
  requirement: {
    kind: 'step-up',
    accept: ['totp', 'webauthn', 'card', 'recovery-code'],
    maxAge: secondsOf(12 * 3600),
  },
  records: [{ from: 'path', name: 'nir', as: 'nir' }],
  query: [],
});

function gateOf(change: Partial<Gate> = {}): Gate {
  const mfa: Mfa = createMfa({
    stores: memoryStores(),
    clock,
    random,
    relyingParty: { id: 'localhost', name: 'test', origins: ['http://localhost'] },
    keys: { sealing: sealingKeys('k1', { k1: new Secret(random(32)) }), digests: new Secret(random(32)) },
  });
  return {
    policy: compilePolicy([route('GET /public/**', {}), patients], 'default'),
    identify: async () => someone,
    identifyStreaming: async () => someone,
    mfa,
    clock,
    observer: undefined,
    foreignLinks: { counted: 'follow', except: [] },
    budget: createBudget(memoryBudgetStore(), {
      classes: budgetDefaults,
      organisation: undefined,
      fleet: undefined,
      canaries: undefined,
      breakGlass: { times: 3, per: secondsOf(30 * 86_400), lasts: secondsOf(3600), records: 40 },
      patientPresent: undefined,
    }),
    signIns: {
      attempt: () => Promise.reject(new Error('no route here signs in')),
      answered: () => Promise.reject(new Error('no route here signs in')),
    },
    recordKeys: createRecordKeys(
      { current: new Secret(new Uint8Array(32).fill(9)) },
      'test',
      recordTypes([]),
    ),
    stops: noStops,
    exemptions: noExemptions,
    ...change,
  };
}

function request(target: string, cookie?: string): CanonicalRequest {
  const parsed = parseTarget(target);
  if ('refused' in parsed) throw new TypeError(parsed.refused);
  const headers = new Map(cookie === undefined ? [] : [['cookie', cookie]]);
  return {
    method: 'GET',
    ...parsed,
    host: 'localhost',
    headers,
    peer: '127.0.0.1',
    bodyLength: 0,
    upgrade: undefined,
  };
}

const noBody = { read: async () => new Uint8Array(0) };
const nir = (order: number): string => `/patients/19901999990${String(order).padStart(2, '0')}`;

async function signedIn(gate: Gate, kind: 'totp' | 'card' | undefined): Promise<string> {
  const { token } = await gate.mfa.sessions.open(account, 'test');
  if (kind === undefined) return `__Host-palier=${token}`;
  const base = { id: `prf_${kind}` as ProofId, at: clock.now() };
  const proof: Proof =
    kind === 'card' ? { kind, ...base, evidence: 'test' } : { kind, ...base, factor: 'fac_x' as never };
  const elevated = await gate.mfa.sessions.elevate(token, proof);
  return `__Host-palier=${elevated.outcome === 'elevated' ? elevated.token : ''}`;
}

const payer = (proof: Proof): Parameters<typeof pay>[1] => ({
  request: { headers: new Map() },
  matched: { route: patients, parameters: new Map() },
  identity: someone,
  proof,
});

const outcome = async (gate: Gate, ask: CanonicalRequest): Promise<string> => {
  const decision = await decide(gate, ask, noBody);
  return decision.kind === 'forward' ? 'forward' : nameOf(decision);
};

describe('the door', () => {
  it('lets an open route through and refuses what is not declared', async () => {
    expect(await outcome(gateOf(), request('/public/a'))).toBe('forward');
    expect(await outcome(gateOf(), request('/elsewhere'))).toBe('refuse:not-declared');
  });

  it('asks a stranger to sign in before anything else', async () => {
    expect(await outcome(gateOf({ identify: async () => ({ kind: 'anonymous' }) }), request(nir(1)))).toBe(
      'sign-in',
    );
  });

  it('asks for a second factor where a password alone is there, and not where one was proved', async () => {
    const gate = gateOf();
    expect(await outcome(gate, request(nir(1)))).toBe('step-up:no-proof');
    expect(await outcome(gate, request(nir(1), await signedIn(gate, undefined)))).toBe('step-up:no-proof');
    expect(await outcome(gate, request(nir(1), await signedIn(gate, 'card')))).toBe('forward');
  });

  it('gives nothing for the session of another account, and ends it', async () => {
    const gate = gateOf();
    const cookie = await signedIn(gate, 'card');
    const other: Gate = {
      ...gate,
      identify: async () => ({ ...someone, account: parseAccountId('medecin-01') as AccountId }),
    };
    expect(await outcome(other, request(nir(1), cookie))).toBe('step-up:no-proof');
    expect(await gate.mfa.sessions.list(account)).toEqual([]);
  });

  it('stops a code at fifteen persons and lets repeats through free', async () => {
    const gate = gateOf();
    const cookie = await signedIn(gate, 'totp');
    const outcomes: string[] = [];
    for (let order = 1; order <= 16; order += 1)
      outcomes.push(await outcome(gate, request(nir(order), cookie)));
    expect(outcomes.filter((one) => one === 'forward')).toHaveLength(15);
    expect(outcomes.at(-1)).toBe('step-up:presence-used-up');
    expect(await outcome(gate, request(nir(3), cookie))).toBe('forward');
  });

  it('says no by rejecting when a dependency is broken, and never forwards', async () => {
    const broken = gateOf({ identify: () => Promise.reject(new Error('down')) });
    await expect(decide(broken, request(nir(1)), noBody)).rejects.toThrow('down');
  });

  it('forwards in observe mode what it would have stopped, says so, and assumes the gesture for the next', async () => {
    const observer = createObserver(random);
    const gate = gateOf({ observer });
    const first = await decide(gate, request(nir(1)), noBody);
    expect(first.kind === 'forward' && first.permit.wouldBe.map(nameOf)).toEqual(['step-up:no-proof']);
    const second = await decide(gate, request(nir(2)), noBody);
    expect(second.kind === 'forward' && second.permit.wouldBe).toEqual([]);
    expect(observer.observed().counts).toEqual([{ class: 'gp', denial: 'step-up:no-proof', count: 1 }]);
  });

  it('names a gesture that was only assumed so in the ledger, and one that was made as it was', async () => {
    const observing = gateOf({ observer: createObserver(random) });
    await decide(observing, request(nir(1)), noBody);
    const assumed = await decide(observing, request(nir(2)), noBody);
    expect(kindInLedger(observing, assumed)).toBe('assumed');
    const gate = gateOf();
    const proved = await decide(gate, request(nir(1), await signedIn(gate, 'card')), noBody);
    expect(kindInLedger(gate, proved)).toBe('card');
  });
});

function kindInLedger(gate: Gate, decision: Decision): string | undefined {
  if (decision.kind !== 'forward') throw new TypeError('expected a permit');
  const outcome = { status: 200, outcome: 'released', records: [] } as const;
  return entryOf({ gate }, decision.permit, outcome).proofKind;
}

describe('a permit', () => {
  it('opens the way once; a copy or a second use is a programming mistake', async () => {
    const decision = await decide(gateOf(), request('/public/a'), noBody);
    if (decision.kind !== 'forward') throw new TypeError('expected a permit');
    expect(() => redeemPermit({ ...decision.permit })).toThrow(TypeError);
    redeemPermit(decision.permit);
    expect(() => redeemPermit(decision.permit)).toThrow(TypeError);
  });
});

describe('an answer with more persons than a presence buys', () => {
  const records = Array.from({ length: 16 }, (_, order) => ({
    id: `1990199999${order}`,
    type: 'nir',
    digest: `digest-${order}` as never,
  }));

  it('is refused with a word that helps, instead of asking for one gesture after another', async () => {
    const gate = gateOf();
    const proof: Proof = {
      kind: 'totp',
      id: 'prf_many' as ProofId,
      at: clock.now(),
      factor: 'fac_x' as never,
    };
    const { denial } = await pay(gate, payer(proof), records);
    expect(denial && nameOf(denial)).toBe('refuse:more-persons-than-one-gesture');
  });

  it('asks for the gesture when the presence was only partly used', async () => {
    const gate = gateOf();
    const proof: Proof = {
      kind: 'totp',
      id: 'prf_some' as ProofId,
      at: clock.now(),
      factor: 'fac_x' as never,
    };
    expect((await pay(gate, payer(proof), records.slice(0, 8))).denial).toBe(undefined);
    const { denial } = await pay(gate, payer(proof), records.slice(6, 16));
    expect(denial && nameOf(denial)).toBe('step-up:presence-used-up');
  });
});

describe('a sign-out that is open to everybody', () => {
  const leaving = async (signsOut: boolean): Promise<unknown> => {
    const gate = { ...gateOf(), policy: compilePolicy([route('GET /logout', { signsOut })], 'default') };
    const decision = await decide(gate, request('/logout', await signedIn(gate, 'card')), noBody);
    return decision.kind === 'forward' ? decision.permit.session?.account : decision.kind;
  };

  it('knows whose session it ends', async () => {
    expect(await leaving(true)).toBe(account);
  });

  it('would leave the session standing if it were an open route like others', async () => {
    expect(await leaving(false)).toBe(undefined);
  });
});

describe('what helps when a proof buys nothing', () => {
  const stronger = { outcome: 'stronger-proof', because: 'class', accept: ['card'] } as const;

  it('is what the budget says, of what the route accepts', () => {
    expect(denialOf(stronger, patients, someone)).toMatchObject({
      kind: 'step-up',
      because: 'pays-nothing',
      requirement: { accept: ['card'] },
    });
    const cardOnly = {
      ...patients,
      requirement: { kind: 'step-up', accept: ['card'], maxAge: secondsOf(900) },
    } as const;
    expect(denialOf({ ...stronger, accept: ['webauthn', 'card'] }, cardOnly, someone)).toMatchObject({
      requirement: { accept: ['card'] },
    });
  });

  it('is nothing when the route accepts none of it: nobody is asked for a gesture that cannot help', () => {
    const codesOnly = {
      ...patients,
      requirement: { kind: 'step-up', accept: ['totp'], maxAge: secondsOf(900) },
    } as const;
    expect(denialOf(stronger, codesOnly, someone)).toMatchObject({
      kind: 'refuse',
      refusal: { reason: 'no-proof-can-pay' },
    });
  });
});
