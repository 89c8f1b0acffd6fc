// The lists of a report when something comes between: another report into the same file, or somebody who breaks it off.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { verifyLedger } from '@palier/gateway';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exposureCommand } from '../../packages/gateway/src/cli/exposure.ts';
import { always, entryOf, type LedgerFolder, ledgerFolder, reportOn } from '../support/ledger-folder.ts';

const launcher = new URL('../../packages/gateway/bin/palier.js', import.meta.url).pathname;
const entries = 5000;
let folder: LedgerFolder;
let words: readonly string[];
beforeEach(async () => {
  folder = await ledgerFolder();
  const ledger = await folder.open();
  await Promise.all(Array.from({ length: entries }, (_, place) => ledger.append(entryOf(place))));
  await ledger.close();
  const key = join(folder.directory, 'private.jwk');
  writeFileSync(key, JSON.stringify(folder.operator.private));
  words = ['report', '--directory', folder.directory, '--key', key, '--csv', at('seen.csv')];
});
afterEach(() => folder.remove());

const at = (name: string): string => join(folder.directory, name);
const papers = (): readonly string[] => readdirSync(folder.directory).filter((name) => name.includes('.csv'));
const report = (...more: readonly string[]): Promise<number> =>
  exposureCommand([...words, ...more], {
    out: () => undefined,
    err: () => undefined,
    environment: {},
    interactive: false,
  });

describe('the lists of a report', () => {
  it('are those of one report where two are written at once', async () => {
    const outcomes = await Promise.allSettled([report(), report()]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { message: expect.stringContaining('seen.csv.partial is there: another report') },
    });
    const lines = readFileSync(at('seen.csv'), 'utf8').trimEnd().split('\n');
    expect(new Set(lines).size).toBe(entries + 1);
    expect(papers()).toEqual(['seen.csv']);
  });

  it('leave nothing where one of them cannot be begun', async () => {
    await expect(report('--details', at('seen.csv'))).rejects.toThrow('is there');
    expect(papers()).toEqual([]);
  });

  it.skipIf(process.platform === 'win32')('leave nothing where it is broken off', async () => {
    const child = spawn(process.execPath, [launcher, 'exposure', ...words], { stdio: 'ignore' });
    const ended = once(child, 'close');
    while (!existsSync(at('seen.csv.partial'))) await new Promise((resolve) => setTimeout(resolve, 1));
    child.kill('SIGINT');
    expect(await ended).toEqual([130, null]);
    expect(papers()).toEqual([]);
  });
});

describe.skipIf(process.platform === 'win32')(
  'a folder of an instance that an operator moved, with a link in its place',
  () => {
    it('is read where the gateway writes, and told by its name where it leads nowhere', async () => {
      // Not below the ledger: what lies there is an instance by itself.
      const moved = `${folder.directory}-moved`;
      renameSync(at('gateway'), moved);
      symlinkSync(moved, at('gateway'));
      const ledger = await folder.open();
      await ledger.append(entryOf(entries));
      await ledger.close();
      const { persons } = await reportOn(folder, always);
      expect(persons).toHaveLength(entries + 1);
      rmSync(moved, { recursive: true });
      await expect(verifyLedger(folder.directory)).rejects.toThrow(at('gateway'));
    });
  },
);
