// The pages for operators: every configuration in them is read, every command in them exists.
import { readFileSync } from 'node:fs';
import { parseConfig } from '@palier/gateway';
import { describe, expect, it } from 'vitest';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const base = read('packages/gateway/assets/palier.yaml');
const usage = read('packages/gateway/src/cli/main.ts');

describe.each(['docs/alerts.md', 'docs/bulk-queries.md'])('%s', (page) => {
  const text = read(page);

  it('has settings that a gateway takes', () => {
    const blocks = [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, block]) => block ?? '');
    expect(blocks.length).toBeGreaterThan(0);
    for (const block of blocks) {
      const parsed = parseConfig(`${base}\n${block}`, { readFile: () => 'x'.repeat(64), environment: {} });
      expect(parsed).toMatchObject({ config: {} });
    }
  });

  it('names commands that exist', () => {
    const named = [
      ...text.matchAll(/palier ((?:account|stop|resume|alarm|review|budget|exposure|keys) [a-z-]+)/g),
    ];
    expect(named.length).toBeGreaterThan(0);
    for (const [, command = ''] of named) {
      const [first, second] = command.split(' ');
      const lines = usage.split('\n').filter((line) => line.includes(`palier ${first} `));
      expect([command, lines.some((line) => line.includes(second ?? ''))]).toEqual([command, true]);
    }
  });
});
