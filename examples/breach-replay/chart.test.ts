import { expect, it } from 'vitest';
import { chartOf } from './chart.ts';
import { nothingMeasured, type RunResult } from './result.ts';

function run(name: string, parts: Partial<RunResult>): RunResult {
  return { ...nothingMeasured, name, seed: 7, window: 24, isLedgered: true, ...parts };
}

it('draws every attack in its group, with the figure and the bound beside it, and no honest work', () => {
  const picture = chartOf([
    run('bare portal', { exposed: 510_000, isLedgered: false, window: 0.5 }),
    run('phished cards', { exposed: 0, bound: 0 }),
    run('stolen session cookies', { exposed: 1_689, bound: 1_720 }),
    run('without the presence', { exposed: 2_710, without: 1_720 }),
    run('honest population', { isLedgered: false }),
  ]);
  const words = [...picture.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text);
  expect(words.filter((text) => /^(Without|With)/.test(text ?? ''))).toEqual([
    'Without Palier, each within 30 minutes',
    'With Palier',
    'With one of its defences off',
  ]);
  for (const text of ['510,000', '0 of 0', '1,689 of 1,720', '2,710 (1,720 with it)', 'phished cards'])
    expect(words).toContain(text);
  expect(words.join()).not.toContain('honest');
  expect(words.join()).toContain('seed 7');
});
