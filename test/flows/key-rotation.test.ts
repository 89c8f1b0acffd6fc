// A rotation of the sealing key beside a gateway that runs, and beside another rotation.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Config, parseConfig } from '@palier/gateway';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keysCommand } from '../../packages/gateway/src/cli/keys.ts';
import {
  confirmKeys,
  type KeyMarkStore,
  keyMarkOf,
  renewKeyMark,
} from '../../packages/gateway/src/keys/key-mark.ts';
import { readKeyFile } from '../../packages/gateway/src/keys/keys.ts';
import { runCommand } from '../support/command.ts';
import { type Professional, seat } from '../support/professional.ts';
import { type Site, startSite } from '../support/start.ts';

let site: Site;
beforeEach(async () => {
  site = await startSite([]);
});
afterEach(() => site.close());

interface Sealing {
  readonly current: string;
  readonly keys: Readonly<Record<string, string>>;
}

const keyFile = (): string => join(site.folder, 'palier-keys.json');
const sealingIn = (): Sealing => JSON.parse(readFileSync(keyFile(), 'utf8')).sealing;

async function withApp(): Promise<Professional> {
  const professional = seat(site, 'pharmacie-01');
  await professional.signIn();
  await professional.enrolApp();
  return professional;
}

async function typed({ browser, code }: Professional): Promise<number> {
  site.clock.advance(30);
  return (await browser.call('/.palier/api/step-up/totp', { code: code() })).status;
}

describe('a rotation of the sealing key', () => {
  it('refuses no code before the gateway is reloaded, nor after', async () => {
    const professional = await withApp();
    for (const current of ['k2', 'k3']) {
      expect((await runCommand(site, keysCommand, 'rotate')).value).toMatchObject({ current, resealed: 1 });
      expect(await typed(professional)).toBe(200);
      await site.gateway.reload(configOf(site));
      expect(await typed(professional)).toBe(200);
    }
  });

  it('negative control: with a file of before, in which no key waits, codes are a 503 until the reload, and it says so', async () => {
    const { current, keys } = sealingIn();
    const file = JSON.parse(readFileSync(keyFile(), 'utf8'));
    const alone = { current, keys: { [current]: keys[current] } };
    writeFileSync(keyFile(), JSON.stringify({ ...file, sealing: alone }));
    await site.gateway.reload(configOf(site));
    const professional = await withApp();
    expect((await runCommand(site, keysCommand, 'rotate')).value).toMatchObject({ wasKnown: false });
    expect(await typed(professional)).toBe(503);
    await site.gateway.reload(configOf(site));
    expect(await typed(professional)).toBe(200);
  });

  it('and another at the same moment lose no key: whatever was sealed opens', async () => {
    const professional = await withApp();
    const outcomes = await Promise.allSettled(
      Array.from({ length: 5 }, () => runCommand(site, keysCommand, 'rotate')),
    );
    expect(outcomes.some(({ status }) => status === 'fulfilled')).toBe(true);
    expect((await runCommand(site, keysCommand, 'rotate')).code).toBe(0);
    await site.gateway.reload(configOf(site));
    expect(await typed(professional)).toBe(200);
  });
});

describe('a store that gives another mark back than it was given', () => {
  it('ends the start with a word, and does not keep it for ever', async () => {
    const before = readKeyFile(keyFile());
    await runCommand(site, keysCommand, 'rotate');
    const mark = keyMarkOf(before);
    // What a trigger in PostgreSQL does that returns the old row.
    const kept: KeyMarkStore = { first: async () => mark, replace: async () => mark };
    const after = readKeyFile(keyFile());
    await expect(confirmKeys(after, keyFile(), kept)).rejects.toThrow('does not keep the mark of its keys');
    await expect(renewKeyMark(after, kept)).rejects.toThrow('does not keep the mark of its keys');
  });
});

function configOf({ folder }: Site): Config {
  const read = parseConfig(readFileSync(join(folder, 'palier.yaml'), 'utf8'), {
    readFile: (path) => readFileSync(path, 'utf8'),
    environment: {},
    folder,
  });
  if ('problems' in read) throw new Error('unsound');
  return read.config;
}
