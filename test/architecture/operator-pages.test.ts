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

describe('README.md', () => {
  it('shows a configuration that is sound, with a search whose parameters are declared', () => {
    const block = /```yaml\n([\s\S]*?)```/.exec(read('README.md'))?.[1] ?? '';
    const parsed = parseConfig(block, { readFile: () => '', environment: {} });
    if ('problems' in parsed) throw new TypeError(JSON.stringify(parsed.problems));
    expect(
      parsed.config.routes.some(({ query, records }) => query?.includes('nom') && records.length > 0),
    ).toBe(true);
  });
});

describe('the budgets of docs/bulk-queries.md', () => {
  const block = /```yaml\n(budgets:\n {2}classes:[\s\S]*?)```/.exec(read('docs/bulk-queries.md'))?.[1] ?? '';
  const parse = (text: string): ReturnType<typeof parseConfig> =>
    parseConfig(`${base}\n${text}`, { readFile: () => '', environment: {} });

  it('are one whole block, whose numbers a gateway takes and whose gaps it fills', () => {
    const parsed = parse(block);
    if ('problems' in parsed) throw new TypeError(JSON.stringify(parsed.problems));
    const { classes, organisation, fleet } = parsed.config.budgets;
    expect(classes.get('pharmacy')).toEqual({
      code: { records: 12, within: 43_200, day: 36 },
      key: { records: 80, within: 43_200, accept: 'phishing-resistant' },
      day: { floor: 150, ceiling: 700, cardCeiling: 900 },
      newRecords: { floor: 500, ceiling: 3000 },
      misses: 50,
    });
    expect(classes.get('night-desk')).toMatchObject({
      code: undefined,
      key: { accept: 'card' },
      newRecords: classes.get('default')?.newRecords,
    });
    expect([organisation, fleet]).toEqual([3000, 40_000]);
  });

  it('has a type of record of the portal beside it, spelt as it says', () => {
    const own = /```yaml\n(recordTypes:[\s\S]*?)```/.exec(read('docs/bulk-queries.md'))?.[1] ?? '';
    const parsed = parse(own);
    if ('problems' in parsed) throw new TypeError(JSON.stringify(parsed.problems));
    expect(parsed.config.recordTypes).toEqual([
      { name: 'dossier', alphabet: 'alphanumeric', length: { from: 6, to: 10 }, fold: 'upper', strip: '-' },
    ]);
  });

  it.each([', day: 36', ', cardCeiling: 900', 'floor: 500, '])('are refused without "%s"', (part) => {
    expect(block).toContain(part);
    expect(parse(block.replace(part, ''))).toHaveProperty('problems');
  });
});
