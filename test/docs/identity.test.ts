// That the page on identities shows configurations the gateway takes whole, and speaks of no command that is not there.
import { readFileSync } from 'node:fs';
import { parseConfig } from '@palier/gateway';
import { describe, expect, it } from 'vitest';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const text = read('docs/identity.md');
const blocks: readonly string[] = [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, yaml]) => yaml ?? '');

describe('docs/identity.md', () => {
  it('shows configurations that are sound and wholly honoured', () => {
    expect(blocks.length).toBe(5);
    for (const yaml of blocks)
      expect(parseConfig(yaml, { readFile: () => 'x'.repeat(64), environment: {} })).toMatchObject({
        config: {},
      });
  });

  it('would notice a setting that is not there', () => {
    const [first = ''] = blocks;
    const wrong = first.replace('ask: /api/me', 'asks: /api/me');
    expect(parseConfig(wrong, { readFile: () => 'x'.repeat(64), environment: {} })).toHaveProperty(
      'problems',
    );
  });

  it('tells the limits that are the defaults', () => {
    const one = blocks.at(-1) ?? '';
    const bare = one.replace(/ {6}limits:\n(?: {8}.*\n)+/, '');
    expect(bare).not.toBe(one);
    const limitsOf = (yaml: string): unknown => {
      const parsed = parseConfig(yaml, { readFile: () => 'x'.repeat(64), environment: {} });
      return 'config' in parsed ? parsed.config.routes[0]?.signIn?.limits : parsed.problems;
    };
    expect(limitsOf(one)).toEqual(limitsOf(bare));
  });

  it('names a command that exists', () => {
    const [, command = ''] = /`palier ([a-z]+ [a-z-]+)`/.exec(text) ?? [];
    const [first = '', second = ''] = command.split(' ');
    expect(read('packages/gateway/src/cli/main.ts')).toMatch(new RegExp(`palier ${first} .*${second}`));
  });
});
