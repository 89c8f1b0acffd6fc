import { expect, it } from 'vitest';
import { createProgress } from './progress.ts';

/** A stream that keeps what is written, and a clock moved by hand. */
function drawn(isTTY: boolean): { readonly written: string[]; readonly run: (steps: number) => void } {
  const written: string[] = [];
  const stream = { isTTY, write: (text: string) => written.push(text) };
  return {
    written,
    run(steps) {
      let now = 0;
      const progress = createProgress(stream, 'run', steps, () => now);
      for (let done = 1; done <= steps; done += 1) {
        now += 1_000;
        progress.step(done);
      }
      progress.end();
    },
  };
}

it('writes one line over on a terminal', () => {
  const { written, run } = drawn(true);
  run(3);
  expect(written[0]).toBe(`\rrun [${'#'.repeat(8)}${'.'.repeat(16)}] 1 of 3, 1 s`);
  expect(written.join('')).not.toContain('\n');
});

it('writes a line every quarter of a minute into a file, and one at the end', () => {
  const { written, run } = drawn(false);
  run(60);
  expect(written).toHaveLength(5);
  expect(written[0]).toContain('15 of 60, 15 s');
  expect(written.at(-1)).toBe('run: ended after 60 s\n');
});
