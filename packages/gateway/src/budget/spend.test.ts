import {
  type AccountId,
  type FactorId,
  type Instant,
  instantOf,
  type Proof,
  type ProofId,
  secondsOf,
} from '@palier/mfa-core';
import { describe, expect, it } from 'vitest';
import { budgetDefaults } from '../config/budget-defaults.ts';
import type { Budgets } from '../config/budget-settings.ts';
import { memoryBudgetStore } from '../stores/memory-budget.ts';
import { memoryActivity, memoryAlarms } from '../stores/memory-standing.ts';
import type { Alarm } from './alarm.ts';
import { dayOf } from './allowance.ts';
import { digestOf } from './budget-store-contract.ts';
import type { Account } from './charge.ts';
import type { CountedRecord } from './record-rule.ts';
import { type Budget, createBudget, type Spend, type Spent } from './spend.ts';
import { createWatch } from './watch.ts';

const start: Instant = instantOf(Date.UTC(2026, 0, 5, 8));
const hour = 3_600_000;
const at = (later: number): Instant => instantOf(start + later);
const budgets: Budgets = {
  classes: budgetDefaults,
  organisation: undefined,
  fleet: undefined,
  canaries: undefined,
  breakGlass: { times: 3, per: secondsOf(30 * 86_400), lasts: secondsOf(3600), records: 40 },
  patientPresent: undefined,
};

function accountOf(className: string, organisation?: string): Account {
  return {
    kind: 'account',
    account: 'dr who' as AccountId,
    class: className,
    organisation,
    groups: [],
    displayName: 'Dr Who',
    source: 'portal',
  };
}

let proofs = 0;
function proofOf(kind: Proof['kind'], when: Instant, cardClass = false): Proof {
  proofs += 1;
  const base = { id: `prf_${proofs}` as ProofId, at: when };
  const factor = 'fac_1' as FactorId;
  if (kind === 'card') return { ...base, kind, evidence: 'certificate:1' };
  return kind === 'webauthn'
    ? { ...base, kind, factor, deviceBound: true, cardClass }
    : { ...base, kind, factor };
}

const records = (from: number, to = from + 1): readonly CountedRecord[] =>
  Array.from({ length: to - from }, (_, index) => ({
    id: `${from + index}`,
    type: 'nir',
    digest: digestOf(`${from + index}`),
  }));

function desk(
  settings: Budgets = budgets,
  budget: Budget = createBudget(memoryBudgetStore(), settings),
): (spend: Partial<Spend> & Pick<Spend, 'records'>) => Promise<Spent> {
  return (spend) =>
    budget.spend({ identity: accountOf('gp'), proof: undefined, now: at(0), enforce: true, ...spend });
}

/** Looks up one record after the other until the answer is no `spent`; how many there were, and that answer. */
async function until(spend: (record: number) => Promise<Spent>): Promise<readonly [number, Spent]> {
  for (let record = 0; record < 5000; record += 1) {
    const spent = await spend(record);
    if (spent.outcome !== 'spent') return [record, spent];
  }
  throw new Error('no end');
}

describe('a presence', () => {
  it.each([
    ['gp', 'totp', 15],
    ['gp', 'recovery-code', 15],
    ['gp', 'webauthn', 40],
    ['pharmacy', 'totp', 15],
    ['pharmacy', 'webauthn', 100],
    ['pharmacy', 'card', 100],
    ['nobody-declared', 'card', 40],
  ] as const)('of a %s with a %s shows %i persons', async (className, kind, count) => {
    const [proof, spend] = [proofOf(kind, at(0)), desk()];
    const [shown, end] = await until((record) =>
      spend({ identity: accountOf(className), proof, records: records(record) }),
    );
    expect([shown, end.outcome]).toEqual([count, 'presence-used-up']);
    expect(
      (await spend({ identity: accountOf(className), proof: proofOf(kind, at(0)), records: records(count) }))
        .outcome,
    ).toBe('spent');
  });

  it('is not bought by a code or a passkey where the class asks for a card', async () => {
    const spend = desk();
    const identity = accountOf('shared');
    for (const kind of ['totp', 'webauthn'] as const) {
      expect(await spend({ identity, proof: proofOf(kind, at(0)), records: records(1) })).toEqual({
        outcome: 'stronger-proof',
        because: 'class',
        accept: ['card'],
      });
    }
    expect(
      (await spend({ identity, proof: proofOf('webauthn', at(0), true), records: records(1) })).outcome,
    ).toBe('spent');
    expect((await spend({ identity, proof: proofOf('card', at(0)), records: records(2) })).outcome).toBe(
      'spent',
    );
  });

  it('needs a proof', async () => {
    expect(await desk()({ records: records(1) })).toEqual({ outcome: 'presence-used-up' });
  });

  it('A125: is void when it was bought before counts were lost, and a proof made after it is not', async () => {
    const since = (when: number): ReturnType<typeof desk> =>
      desk(
        budgets,
        createBudget(memoryBudgetStore(), budgets, undefined, () => at(when)),
      );
    const [old, fresh] = [proofOf('webauthn', at(0)), proofOf('webauthn', at(20))];
    expect((await since(10)({ proof: old, records: records(1), now: at(20) })).outcome).toBe(
      'presence-used-up',
    );
    expect((await since(10)({ proof: fresh, records: records(1), now: at(20) })).outcome).toBe('spent');
    // Negative control: without the loss the old proof pays.
    expect((await since(0)({ proof: old, records: records(1), now: at(20) })).outcome).toBe('spent');
  });

  it('never fits more persons at once than it shows, however fresh', async () => {
    expect(await desk()({ proof: proofOf('totp', at(0)), records: records(0, 16) })).toEqual({
      outcome: 'too-many-at-once',
    });
    const spend = desk();
    const proof = proofOf('totp', at(0));
    await spend({ proof, records: records(0, 10) });
    expect(await spend({ proof, records: records(10, 20) })).toEqual({ outcome: 'presence-used-up' });
  });

  it('tells what is left of it, and nothing once it is over', async () => {
    const budget = createBudget(memoryBudgetStore(), budgets);
    const proof = proofOf('webauthn', at(0));
    await desk(budgets, budget)({ proof, records: records(0, 3) });
    const left = (later: number): Promise<number> => budget.left(proof, accountOf('gp'), at(later));
    expect([await left(1), await left(12 * hour), await left(12 * hour + 1)]).toEqual([37, 37, 0]);
  });
});

describe('all codes of an account together', () => {
  /** An attacker who phishes a code whenever he needs one. */
  async function phished(
    className: string,
    before: (spend: ReturnType<typeof desk>) => Promise<void>,
  ): Promise<readonly [number, Spent]> {
    const spend = desk();
    const identity = accountOf(className);
    await before(spend);
    let proof = proofOf('totp', at(hour));
    const seen = new Set<number>();
    for (let record = 0; record < 500; record += 1) {
      let spent = await spend({ identity, proof, records: records(record), now: at(hour) });
      if (spent.outcome === 'presence-used-up') {
        proof = proofOf('totp', at(hour));
        spent = await spend({ identity, proof, records: records(record), now: at(hour) });
      }
      if (spent.outcome !== 'spent') return [seen.size, spent];
      seen.add(record);
    }
    throw new Error('no end');
  }

  it('show 45 persons in 24 hours, whatever the class, and then ask for more than a code', async () => {
    for (const className of ['gp', 'pharmacy', 'laboratory']) {
      expect(await phished(className, async () => undefined)).toEqual([
        45,
        {
          outcome: 'stronger-proof',
          because: 'code-cap',
          accept: ['webauthn', 'card'],
          // The first of them leaves the count a day after it was seen.
          again: expect.any(Number),
        },
      ]);
    }
  });

  it('show 45 persons also when the account saw those persons with its passkey the same day', async () => {
    const [shown] = await phished('pharmacy', async (spend) => {
      for (let batch = 0; batch < 2; batch += 1) {
        await spend({
          identity: accountOf('pharmacy'),
          proof: proofOf('webauthn', at(0)),
          records: records(batch * 100, batch * 100 + 100),
        });
      }
    });
    expect(shown).toBe(45);
  });

  it('leave the passkey its own cap', async () => {
    const spend = desk();
    for (let batch = 0; batch < 3; batch += 1)
      await spend({ proof: proofOf('totp', at(0)), records: records(batch * 15, batch * 15 + 15) });
    expect((await spend({ proof: proofOf('totp', at(0)), records: records(100) })).outcome).toBe(
      'stronger-proof',
    );
    expect((await spend({ proof: proofOf('webauthn', at(0)), records: records(100) })).outcome).toBe('spent');
  });
});

describe('a cap', () => {
  /** A present person who makes a gesture whenever asked. */
  function tireless(
    spend: ReturnType<typeof desk>,
    more: Partial<Spend>,
  ): (record: number) => Promise<Spent> {
    return async (record) => {
      const proof = proofOf('webauthn', more.now ?? at(0));
      return spend({ proof, records: records(record), ...more });
    };
  }

  it('of the account ends a day at its ceiling, and says when it opens again', async () => {
    const [shown, end] = await until(tireless(desk(), {}));
    expect([shown, end]).toEqual([150, { outcome: 'cap', cap: 'account', retryAfter: 86_400 }]);
  });

  it('of the organisation and of the fleet come first', async () => {
    const own = { ...budgets, organisation: 10 };
    const identity = accountOf('gp', 'clinic');
    expect((await until(tireless(desk(own), { identity })))[1]).toMatchObject({
      outcome: 'cap',
      cap: 'organisation',
    });
    const both = { ...budgets, organisation: 10, fleet: 10 };
    expect((await until(tireless(desk(both), { identity })))[1]).toMatchObject({
      outcome: 'cap',
      cap: 'fleet',
    });
  });

  it('on new persons counts over 30 days', async () => {
    const spend = desk();
    let day = 0;
    const [shown, end] = await until((record) => {
      if (record % 150 === 0) day += 25 * hour;
      return tireless(spend, { now: at(day) })(record);
    });
    expect([shown, end]).toMatchObject([900, { outcome: 'cap', cap: 'new-records' }]);
  });

  it('on misses counts those who were not there', async () => {
    const budget = createBudget(memoryBudgetStore(), budgets);
    const [shown, end] = await until((record) =>
      budget.miss({ identity: accountOf('gp'), records: records(record), now: at(0), enforce: true }),
    );
    expect([shown, end]).toMatchObject([20, { outcome: 'cap', cap: 'misses' }]);
  });
});

describe('observing', () => {
  it('counts everything and says what would have been', async () => {
    const [spend, proof] = [desk(), proofOf('totp', at(0))];
    const answers: string[] = [];
    for (let record = 0; record < 17; record += 1)
      answers.push((await spend({ proof, records: records(record), enforce: false })).outcome);
    expect(answers.slice(14)).toEqual(['spent', 'presence-used-up', 'presence-used-up']);
    expect((await spend({ proof: proofOf('totp', at(0)), records: records(3), enforce: true })).outcome).toBe(
      'spent',
    );
  });
});

describe('break-glass', () => {
  it('pays past caps and alarms, up to its own number of persons, and only for its account and its time', async () => {
    const spend = desk();
    const glass = {
      id: 'g',
      account: 'dr who' as AccountId,
      reason: 'malaise',
      at: at(0),
      until: at(hour),
      records: 3,
    };
    expect((await until((record) => spend({ glass, records: records(record) })))[0]).toBe(3);
    expect((await spend({ glass, records: records(0) })).outcome).toBe('spent');
    expect((await spend({ glass, records: records(0), now: at(hour) })).outcome).toBe('presence-used-up');
    expect(
      (await spend({ glass: { ...glass, id: 'h', account: 'x' as AccountId }, records: records(0) })).outcome,
    ).toBe('presence-used-up');
  });
});

describe('an account that is watched', () => {
  interface Seat {
    readonly spend: ReturnType<typeof desk>;
    readonly raised: Alarm[];
    readonly capped: Alarm[];
    readonly activity: ReturnType<typeof memoryActivity>;
  }

  /** With 28 days behind it, 25 persons each, 3 of them new. */
  async function seat(canaries: readonly number[] = [], since = at(-400 * 24 * hour)): Promise<Seat> {
    const activity = memoryActivity();
    const [raised, capped]: [Alarm[], Alarm[]] = [[], []];
    await activity.firstSeen('dr who' as AccountId, at(-40 * 24 * hour));
    for (let day = 1; day <= 28; day += 1)
      await activity.addDay('dr who' as AccountId, { day: dayOf(start) - day, distinct: 25, novel: 3 });
    const watch = createWatch({
      activity,
      alarms: memoryAlarms(),
      canaries: new Set(canaries.map((record) => digestOf(`${record}`))),
      raised: async (alarm) => void raised.push(alarm),
      countedSince: () => since,
      capped: (alarm) => void capped.push(alarm),
    });
    return {
      spend: desk(budgets, createBudget(memoryBudgetStore(), budgets, watch)),
      raised,
      capped,
      activity,
    };
  }

  it('has its own cap: 3.5 times its mean', async () => {
    const { spend } = await seat([]);
    // Each proof is younger than the alarms, so that only the cap can end it.
    const [shown, end] = await until((record) =>
      spend({ proof: proofOf('card', at(record)), records: records(record), now: at(record) }),
    );
    expect([shown, end.outcome]).toEqual([87, 'cap']);
  });

  it('is asked for a phishing-resistant proof after nine new persons in a row, and goes on with it', async () => {
    const { spend, raised } = await seat();
    const [code, now] = [
      proofOf('totp', at(0)),
      (record: number): Instant => at(record * 50_000 + ((record * 7919) % 23) * 1000),
    ];
    const [shown, end] = await until((record) =>
      spend({ proof: code, records: records(record), now: now(record) }),
    );
    expect([shown, end]).toEqual([
      9,
      { outcome: 'stronger-proof', because: 'novelty', accept: ['webauthn', 'card'] },
    ]);
    expect(raised.map(({ sentence }) => sentence.en)).toEqual([
      '9 of the last 9 persons had never been seen by this account; usual: 1 of 9.',
    ]);
    // A code made after the alarm, and a passkey touched before it, do not answer it.
    expect(
      (await spend({ proof: proofOf('totp', now(10)), records: records(9), now: now(10) })).outcome,
    ).toBe('stronger-proof');
    expect(
      (await spend({ proof: proofOf('webauthn', at(0)), records: records(9), now: now(10) })).outcome,
    ).toBe('stronger-proof');
    const touched = proofOf('webauthn', now(11));
    for (let record = 9; record < 30; record += 1) {
      expect((await spend({ proof: touched, records: records(record), now: now(record + 3) })).outcome).toBe(
        'spent',
      );
    }
    expect(raised).toHaveLength(1);
  });

  it('with the right key works through strangers up to the cap, and then somebody is called, once', async () => {
    const insider = await seat();
    const look = (record: number): Promise<Spent> => {
      const now = at(record * 50_000 + ((record * 7919) % 23) * 1000);
      return insider.spend({ proof: proofOf('card', now), records: records(record), now });
    };
    const [shown] = await until(look);
    for (let record = shown; record < shown + 5; record += 1) await look(record);
    expect([insider.raised.length, insider.capped.length]).toEqual([1, 1]);
    // Negative control: the same number of persons whom the account knows calls nobody.
    const honest = await seat();
    const known = (record: number, day: number): Promise<Spent> => {
      const now = at((day - 2) * 24 * hour + record * 50_000 + ((record * 7919) % 23) * 1000);
      return honest.spend({ proof: proofOf('card', now), records: records(record), now, enforce: day === 2 });
    };
    for (let record = 0; record < 100; record += 1) await known(record, 0);
    honest.raised.length = 0;
    honest.capped.length = 0;
    const [, end] = await until((record) => known(record, 2));
    expect([end.outcome, honest.raised.length, honest.capped.length]).toEqual(['cap', 0, 0]);
  });

  it('A125: is not blamed when the counts were lost and everybody looks new', async () => {
    const run = async (since: Instant): Promise<readonly Alarm[]> => {
      const { spend, raised } = await seat([], since);
      for (let record = 0; record < 14; record += 1) {
        const now = at(record * 50_000 + ((record * 7919) % 23) * 1000);
        await spend({ proof: proofOf('card', now), records: records(record), now });
      }
      return raised;
    };
    expect(await run(at(-27 * 24 * hour))).toEqual([]);
    // Negative control: once the counts are old enough to know, the same persons raise an alarm.
    expect(await run(at(-28 * 24 * hour))).toHaveLength(1);
  });

  it('is not blamed for a list that shows a planted record among others', async () => {
    const { spend, raised } = await seat([5]);
    await spend({ proof: proofOf('card', at(0)), records: records(4, 7), listed: true });
    expect(raised).toEqual([]);
    // Negative controls: one alone was asked for, and so was one named in the question.
    const alone = await seat([5]);
    await alone.spend({ proof: proofOf('card', at(0)), records: records(5), listed: true });
    const named = await seat([5]);
    await named.spend({ proof: proofOf('card', at(0)), records: records(4, 7) });
    expect([alone.raised.length, named.raised.length]).toEqual([1, 1]);
  });

  it('is not banned: the alarm ends by itself', async () => {
    const { spend } = await seat([5]);
    await spend({ proof: proofOf('totp', at(0)), records: records(5) });
    const again = (later: number): Promise<Spent> =>
      spend({ proof: proofOf('totp', at(later)), records: records(6), now: at(later) });
    expect((await again(2000)).outcome).toBe('stronger-proof');
    expect((await again(12 * hour)).outcome).toBe('spent');
  });

  it('is asked at once after a planted record, each time', async () => {
    const { spend, raised } = await seat([5, 6]);
    expect((await spend({ proof: proofOf('totp', at(0)), records: records(5) })).outcome).toBe('spent');
    expect(await spend({ proof: proofOf('totp', at(1)), records: records(1), now: at(1) })).toMatchObject({
      because: 'canary',
    });
    const touched = proofOf('card', at(2));
    expect((await spend({ proof: touched, records: records(6), now: at(3) })).outcome).toBe('spent');
    expect((await spend({ proof: touched, records: records(7), now: at(4) })).outcome).toBe('stronger-proof');
    expect(raised.map(({ kind }) => kind)).toEqual(['canary', 'canary']);
    // Negative control: without canaries the same look-ups ask for nothing.
    const bare = await seat([]);
    await bare.spend({ proof: proofOf('totp', at(0)), records: records(5) });
    expect(
      (await bare.spend({ proof: proofOf('totp', at(1)), records: records(1), now: at(1) })).outcome,
    ).toBe('spent');
  });

  it('is raised by a planted record behind broken glass too, and by no other', async () => {
    const { spend, raised } = await seat([5]);
    const glass = {
      id: 'g',
      account: 'dr who' as AccountId,
      reason: 'the patient is unconscious',
      at: at(0),
      until: at(hour),
      records: 3,
    };
    expect((await spend({ glass, records: records(6) })).outcome).toBe('spent');
    expect(raised).toEqual([]);
    expect((await spend({ glass, records: records(5) })).outcome).toBe('spent');
    expect(raised.map(({ kind }) => kind)).toEqual(['canary']);
  });

  it('has what it saw added to its history, repeats not', async () => {
    const { spend, activity } = await seat();
    const proof = proofOf('webauthn', at(0));
    for (const record of [1, 2, 1, 2]) await spend({ proof, records: records(record), now: at(record) });
    expect(await activity.history('dr who' as AccountId, dayOf(start), dayOf(start))).toEqual([
      { day: dayOf(start), distinct: 2, novel: 2 },
    ]);
  });

  it('is told the same in observe mode, and shown everything', async () => {
    const { spend } = await seat([5]);
    await spend({ proof: proofOf('totp', at(0)), records: records(5), enforce: false });
    expect(
      await spend({ proof: proofOf('totp', at(1)), records: records(1), now: at(1), enforce: false }),
    ).toMatchObject({ outcome: 'stronger-proof' });
  });
});
