// docs/cards.md: its configuration is one the gateway accepts, and what it names exists.
import { readdirSync, readFileSync } from 'node:fs';
import { parseConfig } from '@palier/gateway';
import { describe, expect, it } from 'vitest';

const text = readFileSync(new URL('../../docs/cards.md', import.meta.url), 'utf8');
const blocks = [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, block]) => block ?? '');
const read = (yaml: string): ReturnType<typeof parseConfig> =>
  parseConfig(yaml, { readFile: () => '', environment: {} });

describe('docs/cards.md', () => {
  it('shows a configuration that is sound, and in which nothing is refused', () => {
    const parsed = read(blocks[0] ?? '');
    expect(parsed).toHaveProperty('config');
  });

  it('shows keys that count as cards, which the same configuration takes', () => {
    const whole = (blocks[0] ?? '').replace(/^enrolment:.*\n/m, '');
    const keys = blocks.find((block) => block.startsWith('enrolment:'));
    expect(read(`${whole}${keys}`)).toMatchObject({
      config: { enrolment: { cardClass: [expect.any(String)] } },
    });
  });

  it('shows lists, a responder and a front, each in the place of what stands there', () => {
    const whole = blocks[0] ?? '';
    const source = (without: RegExp, block: string | undefined): string =>
      whole.replace(without, '').replace(/( {2}- client-certificate:\n)/, `$1${block}`);
    const revocation = blocks.find((block) => block.includes('crlRefresh'));
    expect(read(source(/^ {6}(?:crl|crlKeep|grace):.*\n/gm, revocation))).toMatchObject({
      config: {
        identity: [{}, { revocation: { files: [expect.stringContaining('crl')], ocsp: { use: 'prefer' } } }],
      },
    });
    const front = blocks.find((block) => block.includes('behind:'));
    expect(read(source(/^ {6}(?:listen|tls):.*\n/gm, front))).toMatchObject({
      config: { identity: [{}, { behind: { form: 'nginx' } }] },
    });
  });

  it('names every shipped file of a front', () => {
    const named = [...text.matchAll(/examples\/card-fronts\/([a-z-]+\.(?:conf|cfg))/g)].map(
      ([, file]) => file,
    );
    expect(named.sort()).toEqual(readdirSync(new URL('../../examples/card-fronts/', import.meta.url)).sort());
  });

  it('shows a card that signs in, alone', () => {
    const whole = (blocks[0] ?? '').replace(
      /identity:[\s\S]*?routes:/,
      `${blocks.find((block) => block.includes('signsIn'))}routes:`,
    );
    expect(read(whole)).toMatchObject({
      config: { identity: [{ signsIn: true, class: 'gp' }] },
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
