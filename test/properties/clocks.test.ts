// The theorem of docs/bulk-queries.md where several instances charge one set, each by its own clock: if no two differ by
// more than d, no window of true time that is d shorter holds more than the cap. And d is needed: the whole window may.
import { instantOf } from '@palier/mfa-core';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { digestOf } from '../../packages/gateway/src/budget/budget-store-contract.ts';
import { memoryBudgetStore } from '../../packages/gateway/src/stores/memory-budget.ts';

const [window, cap, apart] = [1000, 8, 150];
const start = Date.UTC(2026, 0, 5, 8);

/** A look-up: so long after the one before, by a clock that is so far ahead, this record. */
interface Step {
  readonly wait: number;
  readonly ahead: number;
  readonly record: number;
}

interface Release {
  readonly at: number;
  readonly record: number;
}

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.record({
    wait: fc.oneof(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: window })),
    ahead: fc.constantFrom(0, apart),
    record: fc.integer({ min: 0, max: 40 }),
  }),
  { minLength: 20, maxLength: 80 },
);

/** What was released when, by true time. */
async function releasesOf(trace: readonly Step[]): Promise<readonly Release[]> {
  const store = memoryBudgetStore();
  const released: Release[] = [];
  let at = start;
  for (const { wait, ahead, record } of trace) {
    at += wait;
    const { charged } = await store.consume(
      {
        records: [{ digest: digestOf(`${record}`) }],
        limits: [{ set: 'account:a', windowMilliseconds: window, cap }],
        fleet: undefined,
        presence: undefined,
        novelty: undefined,
        enforce: true,
      },
      instantOf(at + ahead),
    );
    if (charged.outcome === 'granted') released.push({ at, record });
  }
  return released;
}

/** The most distinct records in any interval of that length that ends with a release. */
function mostIn(length: number, released: readonly Release[]): number {
  return released.reduce((most, { at }) => {
    const inside = released.filter((one) => one.at > at - length && one.at <= at);
    return Math.max(most, new Set(inside.map(({ record }) => record)).size);
  }, 0);
}

it('shows no more than the cap in any window shortened by how far the clocks are apart', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (trace) => {
      expect(mostIn(window - apart, await releasesOf(trace))).toBeLessThanOrEqual(cap);
    }),
    { numRuns: 500, seed: 7 },
  );
});

it('would be shown more in the whole window: eight by the clock that is behind, and eight when the other says it is over', async () => {
  const eight = (from: number, wait: number, ahead: number): readonly Step[] =>
    Array.from({ length: cap }, (_, place) => ({
      wait: place === 0 ? wait : 0,
      ahead,
      record: from + place,
    }));
  const released = await releasesOf([...eight(0, 0, 0), ...eight(100, window - apart, apart)]);
  expect([mostIn(window - apart, released), mostIn(window, released)]).toEqual([cap, 2 * cap]);
});
