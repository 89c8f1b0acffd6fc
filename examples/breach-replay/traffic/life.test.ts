import { describe, expect, it } from 'vitest';
import { trades } from './classes.ts';
import { createLife } from './life.ts';
import { loginsOf } from './paper.ts';

/** Mean, p95 and p99 of distinct persons on an active day, as published (docs/replay.md). */
const publishedFigures: Readonly<Record<string, readonly [number, number, number]>> = {
  gp: [25, 48, 64],
  nurse: [32, 61, 80],
  specialist: [23, 48, 70],
  paramedical: [18, 35, 49],
  pharmacy: [128, 264, 388],
  hospital: [75, 161, 213],
  laboratory: [142, 316, 468],
  biller: [156, 335, 545],
};

function dailyCounts(trade: (typeof trades)[number]): readonly number[] {
  const many = { ...trade, accounts: 250 };
  return loginsOf(many)
    .flatMap((login) => {
      const life = createLife({ login, trade, persons: 600_000, seed: 11 });
      return Array.from(
        { length: 28 },
        (_, day) =>
          new Set(
            life
              .day(day)
              .filter(({ kind }) => kind === 'look-up')
              .map(({ person }) => person),
          ).size,
      );
    })
    .filter((count) => count > 0)
    .sort((a, b) => a - b);
}

describe('the published population', () => {
  it('consists of 2,140 accounts', () => {
    expect(trades.reduce((sum, { accounts }) => sum + accounts, 0)).toBe(2_140);
  });

  for (const trade of trades) {
    it(`has days of a ${trade.class} as published, within a fifth`, () => {
      const counts = dailyCounts(trade);
      const [mean, p95, p99] = publishedFigures[trade.class] ?? [0, 0, 0];
      const at = (share: number): number => counts[Math.floor(share * counts.length)] ?? 0;
      const measured = [counts.reduce((sum, count) => sum + count, 0) / counts.length, at(0.95), at(0.99)];
      for (const [index, figure] of [mean, p95, p99].entries()) {
        expect((measured[index] ?? 0) / figure).toBeGreaterThan(0.8);
        expect((measured[index] ?? 0) / figure).toBeLessThan(1.25);
      }
    });
  }

  it('is the same for the same seed, and another for another', () => {
    const [trade] = trades;
    if (trade === undefined) throw new RangeError('no trades');
    const day = (seed: number): unknown =>
      createLife({ login: 'medecin-01', trade, persons: 1_000, seed }).day(0);
    expect(day(1)).toEqual(day(1));
    expect(day(1)).not.toEqual(day(2));
  });
});
