// The long run of mutated requests. PALIER_FUZZ_SEED repeats one, PALIER_FUZZ_MINUTES makes it longer.

import { expect, it } from 'vitest';
import { fuzz } from './fuzz.ts';
import { startStand } from './stand.ts';

const seed = Number(process.env['PALIER_FUZZ_SEED'] ?? Date.now() % 1_000_000_007);
const minutes = Number(process.env['PALIER_FUZZ_MINUTES'] ?? 4);

it('a million mutated requests, or as many as the time allows, break no oracle', {
  timeout: (minutes + 2) * 60_000,
}, async () => {
  const { requests, atPortal, violations } = await fuzz(startStand, seed, 1_000_000, minutes * 60_000);
  console.info(
    `fuzz: seed ${seed}, ${requests} mutated requests, ${atPortal} reached the portal, ${violations.length} violations`,
  );
  expect(violations).toEqual([]);
  expect(requests).toBeGreaterThan(1000);
});
