// The key of record digests changes while the gateway runs, and no count changes with it.
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseConfig } from '@palier/gateway';
import { instantOf } from '@palier/mfa-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keysCommand } from '../../packages/gateway/src/cli/keys.ts';
import { finishRecordRotation } from '../../packages/gateway/src/keys/record-rotation.ts';
import { runCommand } from '../support/command.ts';
import { type Professional, seat } from '../support/professional.ts';
import { type Site, startSite } from '../support/start.ts';

let site: Site;
beforeEach(async () => {
  site = await startSite([]);
});
afterEach(() => site.close());

const look = async ({ browser }: Professional, place: number): Promise<number> =>
  (await browser.call(`/api/patients/${site.persons.nirOf(place)}`)).status;
const keyFile = (): string => join(site.folder, 'palier-keys.json');

async function reload(): Promise<void> {
  const text = readFileSync(join(site.folder, 'palier.yaml'), 'utf8');
  const read = parseConfig(text, {
    readFile: (path) => readFileSync(path, 'utf8'),
    environment: {},
    folder: site.folder,
  });
  if ('problems' in read) throw new Error('unsound');
  await site.gateway.reload(read.config);
}

/** Has used the whole presence: five persons. */
async function used(login: string): Promise<Professional> {
  const professional = seat(site, login);
  await professional.signIn();
  await professional.enrolApp();
  for (let place = 0; place < 5; place += 1) expect(await look(professional, place)).toBe(200);
  expect(await look(professional, 5)).toBe(401);
  return professional;
}

describe('a rotation of the record key', () => {
  it('keeps every count: who was seen stays free, who was not is asked for a gesture', async () => {
    const pharmacist = await used('pharmacie-01');
    expect((await runCommand(site, keysCommand, 'rotate', '--records')).code).toBe(0);
    await reload();
    for (let place = 0; place < 5; place += 1) expect(await look(pharmacist, place)).toBe(200);
    expect(await look(pharmacist, 5)).toBe(401);
    // What was touched has moved: once it has, the old key is needed no more for it.
    finishRecordRotation(keyFile(), instantOf(0), true);
    await reload();
    expect(await look(pharmacist, 0)).toBe(200);
    if (process.platform !== 'win32') expect(statSync(keyFile()).mode & 0o077).toBe(0);
  });

  it('negative control: without the key before, persons that were seen look new and are charged again', async () => {
    const pharmacist = await used('pharmacie-02');
    await runCommand(site, keysCommand, 'rotate', '--records');
    finishRecordRotation(keyFile(), instantOf(0), true);
    // Nothing was moved yet, and the gateway says so; the operator goes on all the same.
    await expect(reload()).rejects.toThrow('was written with (records)');
    await runCommand(site, keysCommand, 'renew');
    await reload();
    expect(await look(pharmacist, 0)).toBe(401);
  });

  it('is not begun twice, and ends after a year or with a word', async () => {
    await runCommand(site, keysCommand, 'rotate', '--records');
    await expect(runCommand(site, keysCommand, 'rotate', '--records')).rejects.toThrow('under way');
    await expect(runCommand(site, keysCommand, 'finish', '--records')).rejects.toThrow('--early');
    const begun = readFileSync(keyFile(), 'utf8');
    expect((await runCommand(site, keysCommand, 'finish', '--records', '--early')).code).toBe(0);
    writeFileSync(keyFile(), begun);
    finishRecordRotation(keyFile(), instantOf(Date.now() + 366 * 86_400_000), false);
    expect(readFileSync(keyFile(), 'utf8')).not.toContain('recordsBefore');
  });
});

describe('the files of the gateway', () => {
  it('are for their owner alone, also those of the database', async () => {
    await used('pharmacie-03');
    for (const name of ['palier.db', 'palier.db-wal', 'palier.db-shm', 'palier-keys.json'])
      expect([name, statSync(join(site.folder, name)).mode & 0o077]).toEqual([name, 0]);
  });
});
