// docs/cards.md: its configuration is one the gateway accepts, and what it names exists.
import { readFileSync } from 'node:fs';
import { parseConfig } from '@palier/gateway';
import { describe, expect, it } from 'vitest';

const text = readFileSync(new URL('../../docs/cards.md', import.meta.url), 'utf8');
const blocks = [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, block]) => block ?? '');
const read = (yaml: string): ReturnType<typeof parseConfig> =>
  parseConfig(yaml, { readFile: () => '', environment: {} });

describe('docs/cards.md', () => {
  it('shows a configuration that is sound, and in which nothing is refused', () => {
    const parsed = read(blocks[0] ?? '');
    expect(parsed).toMatchObject({ unavailable: [] });
  });

  it('shows keys that count as cards, which the same configuration takes', () => {
    const whole = (blocks[0] ?? '').replace(/^enrolment:.*\n/m, '');
    expect(read(`${whole}${blocks[1]}`)).toMatchObject({
      unavailable: [],
      config: { enrolment: { cardClass: [expect.any(String)] } },
    });
  });

  it('names only settings that exist, with their defaults', () => {
    const parsed = read(blocks[0] ?? '');
    const card =
      'config' in parsed ? parsed.config.identity.find((one) => one.kind === 'client-certificate') : {};
    for (const name of [
      'policies',
      'extendedKeyUsage',
      'signatures',
      'rsaBits',
      'ecBits',
      'remind',
      'shared',
      'issuers',
      'matches',
      'account',
    ])
      expect(card).toHaveProperty(name);
    expect(card).toMatchObject({ rsaBits: 2048, ecBits: 256, remind: 30 * 86_400 });
  });
});
