// Mutated requests through a live gateway, every oracle after each batch (A058). PALIER_FUZZ_SEED repeats a run;
// `fuzz.slow.test.ts` plays far more.

import { describe, expect, it } from 'vitest';
import { fuzz } from './fuzz.ts';
import { startNaiveStand } from './naive-stand.ts';
import { startStand } from './stand.ts';

const seed = Number(process.env['PALIER_FUZZ_SEED'] ?? 20_261_128);

describe('mutated requests', () => {
  it('break no oracle in front of the gateway', { timeout: 120_000 }, async () => {
    const { requests, atPortal, violations } = await fuzz(startStand, seed, 2400, 60_000);
    console.info(
      `fuzz: seed ${seed}, ${requests} mutated requests, ${atPortal} reached the portal, ${violations.length} violations`,
    );
    expect(violations).toEqual([]);
    expect(requests).toBeGreaterThan(400);
    expect(atPortal).toBeGreaterThan(20);
  });

  it('break some behind a forwarder that passes on (control)', { timeout: 60_000 }, async () => {
    const { violations } = await fuzz(startNaiveStand, seed, 480, 30_000);
    const names = new Set(violations.map((flaw) => /: (O\d+|upgrade)/.exec(flaw)?.[1]));
    expect([...names]).toEqual(expect.arrayContaining(['O1', 'O3', 'O4']));
  });
});
