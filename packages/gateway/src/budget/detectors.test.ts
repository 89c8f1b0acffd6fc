import { type AccountId, type Instant, instantOf } from '@palier/mfa-core';
import { describe, expect, it } from 'vitest';
import { createDetectors } from './detectors.ts';
import type { Finding, LookUp } from './finding.ts';

const account = 'a' as AccountId;
const start = Date.UTC(2026, 0, 5, 8);
const later = (milliseconds: number): Instant => instantOf(start + milliseconds);

/** Look-ups half a minute and a bit apart, as a desk does, each of one person. */
function desk(steps: readonly boolean[], usual: number | undefined): readonly Finding[] {
  const detectors = createDetectors();
  return steps.flatMap((isNew, step) =>
    detectors.note({
      account,
      presence: 'p',
      fresh: 1,
      novel: isNew ? 1 : 0,
      now: later(step * 40_000 + ((step * 7919) % 23) * 1000),
      usual,
    }),
  );
}

/** How many new persons in a row until the first alarm. */
function newUntilAlarm(usual: number | undefined): number {
  for (let count = 1; count <= 1000; count += 1) {
    if (
      desk(
        Array.from({ length: count }, () => true),
        usual,
      ).length > 0
    )
      return count;
  }
  return Number.POSITIVE_INFINITY;
}

/** A generator with a seed: the same run every time. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

describe('novelty', () => {
  it.each([
    ['gp', 0.12, 9],
    ['pharmacy', 0.22, 11],
    ['laboratory', 0.45, 22],
    ['hospital desk', 0.65, 47],
  ])('of a %s alarms after the number of new persons the study gives', (_class, usual, persons) => {
    expect(newUntilAlarm(usual)).toBe(persons);
  });

  it('is all but blind while nobody knows what is usual', () => {
    expect(newUntilAlarm(undefined)).toBeGreaterThan(500);
  });

  it('says in one sentence what was seen and what is usual', () => {
    const [finding] = desk([...Array.from({ length: 11 }, () => true)], 0.2);
    expect(finding?.kind).toBe('novelty');
    expect(finding?.sentence.en).toBe(
      '11 of the last 11 persons had never been seen by this account; usual: 2 of 11.',
    );
    expect(finding?.sentence.fr).toContain('11 des 11 derni\u00e8res personnes');
  });

  it('stays silent on ordinary days: fewer than 6 alarms in 1,000 pharmacy days', () => {
    const random = seeded(7);
    let alarms = 0;
    for (let day = 0; day < 1000; day += 1)
      alarms += desk(
        Array.from({ length: 128 }, () => random() < 0.22),
        0.22,
      ).length;
    expect(alarms).toBeLessThan(6);
    // Negative control: with the margin of the own rate taken away (told a usual of 5 %), the same days alarm often.
    let wrong = 0;
    for (let day = 0; day < 50; day += 1)
      wrong += desk(
        Array.from({ length: 128 }, () => random() < 0.5),
        0.05,
      ).length;
    expect(wrong).toBeGreaterThan(20);
  });

  it('is evaded by mixing in half known persons: the limit of this defence', () => {
    expect(
      desk(
        Array.from({ length: 200 }, (_, step) => step % 2 === 0),
        0.22,
      ),
    ).toEqual([]);
  });

  it('is not calmed by looking at the same persons again', () => {
    const detectors = createDetectors();
    const note = (step: number, more: Pick<LookUp, 'fresh' | 'novel'>): readonly Finding[] =>
      detectors.note({
        account,
        presence: 'p',
        now: later(step * 61_000 + ((step * 7919) % 23) * 1000),
        usual: 0.22,
        ...more,
      });
    const found = Array.from({ length: 11 }, (_, step) => [
      ...note(2 * step, { fresh: 1, novel: 1 }),
      ...note(2 * step + 1, { fresh: 0, novel: 0 }),
    ]);
    expect(found.flat().map(({ kind }) => kind)).toEqual(['novelty']);
    // Negative control: known persons that cost something do calm it.
    expect(
      Array.from({ length: 11 }, (_, step) => [
        ...note(100 + 2 * step, { fresh: 1, novel: 1 }),
        ...note(101 + 2 * step, { fresh: 1, novel: 0 }),
      ]).flat(),
    ).toEqual([]);
  });

  it('counts a batch person by person', () => {
    const found = createDetectors().note({
      account,
      presence: 'p',
      fresh: 11,
      novel: 11,
      now: later(0),
      usual: 0.22,
    });
    expect(found.map(({ kind }) => kind)).toEqual(['novelty']);
  });
});

describe('novelty, of an account that goes to two instances', () => {
  /** Each look-up at one of two instances; `shared`: they know the account's day, as its history has it. */
  function atTwo(
    steps: readonly boolean[],
    usual: number,
    to: (step: number) => 0 | 1,
    shared = true,
  ): number[] {
    const instances = [createDetectors(), createDetectors()];
    const total = { day: 1, distinct: 0, novel: 0 };
    return steps.flatMap((isNew, step) => {
      const novel = isNew ? 1 : 0;
      total.distinct += 1;
      total.novel += novel;
      const found = instances[to(step)]?.note({
        account,
        presence: `p${to(step)}`,
        fresh: 1,
        novel,
        now: later(step * 40_000 + ((step * 7919) % 23) * 1000),
        usual,
        total: shared ? { ...total } : undefined,
      });
      return found !== undefined && found.length > 0 ? [step + 1] : [];
    });
  }
  const inTurn = (step: number): 0 | 1 => (step % 2 === 0 ? 0 : 1);
  const strangers = Array.from({ length: 40 }, () => true);

  it('sees one who changes between them as early as one who does not', () => {
    expect(atTwo(strangers, 0.22, () => 0)[0]).toBe(11);
    expect(atTwo(strangers, 0.22, inTurn)[0]).toBeLessThanOrEqual(12);
    // Negative control: each for itself, twice as late.
    expect(atTwo(strangers, 0.22, inTurn, false)[0]).toBe(21);
  });

  it('is no more alarmed by honest days, changed over at every look-up or once at noon', () => {
    const random = seeded(11);
    const days = Array.from({ length: 500 }, () => Array.from({ length: 128 }, () => random() < 0.22));
    const alarms = (to: (step: number) => 0 | 1): number =>
      days.reduce((sum, steps) => sum + Math.min(1, atTwo(steps, 0.22, to).length), 0);
    const alone = alarms(() => 0);
    expect(alone).toBeLessThan(5);
    expect(alarms(inTurn)).toBeLessThanOrEqual(alone + 1);
    expect(alarms((step) => (step < 64 ? 0 : 1))).toBeLessThanOrEqual(alone + 1);
  });

  it('counts nobody twice when of two look-ups at once the later total is read first', () => {
    const detectors = createDetectors();
    const note = (distinct: number, day = 1): readonly Finding[] =>
      detectors.note({
        account,
        presence: `p${distinct}`,
        fresh: 1,
        novel: 1,
        now: later(distinct * 40_000),
        usual: 0.22,
        total: { day, distinct, novel: distinct },
      });
    for (const distinct of [1, 3, 2, 5, 4, 7, 6, 9, 8, 10]) expect(note(distinct)).toEqual([]);
    // A new day begins at nothing, and the sum goes on.
    expect(note(1, 2).map(({ kind }) => kind)).toEqual(['novelty']);
  });
});

describe('tempo', () => {
  const run = (gap: (step: number) => number, steps = 31): readonly Finding[] => {
    const detectors = createDetectors();
    let now = start;
    return Array.from({ length: steps }, (_, step) => {
      now += gap(step);
      return detectors.note({ account, presence: 'p', fresh: 1, novel: 0, now: instantOf(now), usual: 0.2 });
    }).flat();
  };

  it('faster than a hand alarms after 30 gaps', () => {
    const random = seeded(3);
    expect(run(() => 200 + random() * 2500, 30)).toEqual([]);
    expect(run(() => 200 + random() * 2500).map(({ sentence }) => sentence.en)[0]).toMatch(
      /^30 look-ups in a row 1\.\d s apart: faster than a hand\.$/,
    );
  });

  it('steadier than a hand alarms, however slow', () => {
    const [finding] = run((step) => 60_000 + (step % 3) * 1000);
    expect(finding?.sentence.en).toBe(
      '30 look-ups in a row every 61.0 s, steady to 1 %: steadier than a hand.',
    );
    expect(finding?.sentence.fr).toContain('toutes les 61,0 s');
  });

  it('of a busy desk is silent', () => {
    const random = seeded(11);
    expect(run(() => 4000 + random() ** 2 * 60_000, 500)).toEqual([]);
  });

  it('of a jittered script is silent: the limit of this defence', () => {
    const random = seeded(5);
    expect(run(() => 2100 + random() * 6000, 300)).toEqual([]);
  });

  it('does not mix two browsers of one account', () => {
    const detectors = createDetectors();
    const found = Array.from({ length: 62 }, (_, step) =>
      detectors.note({
        account,
        presence: `p${step % 2}`,
        fresh: 1,
        novel: 0,
        now: later(step * 1500 + ((step * 7919) % 13) * 900),
        usual: 0.2,
      }),
    );
    expect(found.flat()).toEqual([]);
  });
});

it('the detectors forget the longest silent account first', () => {
  const detectors = createDetectors(2);
  const look = (name: string, step: number): readonly Finding[] =>
    detectors.note({
      account: name as AccountId,
      presence: name,
      fresh: 1,
      novel: 1,
      now: later(step * 45_000 + ((step * 7919) % 23) * 1000),
      usual: 0.12,
    });
  for (let step = 0; step < 8; step += 1) expect(look('a', step)).toEqual([]);
  look('b', 8);
  expect(look('a', 9).map(({ kind }) => kind)).toEqual(['novelty']);
  for (let step = 10; step < 18; step += 1) look('a', step);
  for (const other of ['c', 'd']) look(other, 18);
  expect(look('a', 19)).toEqual([]);
});
