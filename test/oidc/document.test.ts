// That the page for operators shows configurations the gateway takes.
import { readFileSync } from 'node:fs';
import { parseConfig } from '@palier/gateway';
import { expect, it } from 'vitest';

const text = readFileSync(new URL('../../docs/pro-sante-connect.md', import.meta.url), 'utf8');
const blocks: readonly string[] = [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, yaml]) => yaml ?? '');

it('the page on Pro Santé Connect shows configurations that are sound and wholly honoured', () => {
  expect(blocks.length).toBeGreaterThan(0);
  for (const yaml of blocks) {
    const parsed = parseConfig(yaml, { readFile: () => 'x'.repeat(32), environment: {} });
    expect(parsed).toHaveProperty('config');
  }
});
