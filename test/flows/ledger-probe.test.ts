// What readiness asks of the ledger: whether entries can be kept, at once while they are, and after a failure by trying.
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { verifyLedger } from '@palier/gateway';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { entryOf, type LedgerFolder, ledgerFolder } from '../support/ledger-folder.ts';

let folder: LedgerFolder;
beforeEach(async () => {
  folder = await ledgerFolder();
});
afterEach(() => folder.remove());

it('says at once that entries are kept, however many are coming', async () => {
  const ledger = await folder.open();
  let probed = false;
  const appends: Promise<void>[] = [];
  // Faster than the disk, so that something waits whenever a write is done.
  for (let place = 0; place < 1000; place += 1) {
    appends.push(ledger.append(entryOf(place)));
    if (place === 20)
      void ledger.probe().then(() => {
        probed = true;
      });
    await new Promise(setImmediate);
  }
  expect(probed).toBe(true);
  await Promise.all(appends);
  await ledger.close();
  await expect(ledger.probe()).rejects.toThrow('closed');
});

it('says no after a failure until a segment can be begun, and then the next entry is kept', async () => {
  const ledger = await folder.open();
  await ledger.append(entryOf(0));
  await ledger.probe();
  const instance = join(folder.directory, 'gateway');
  rmSync(instance, { recursive: true });
  await expect(ledger.append(entryOf(1))).rejects.toThrow('cannot be written');
  await expect(ledger.probe()).rejects.toThrow('cannot be written');
  await expect(ledger.probe()).rejects.toThrow('cannot be written');
  mkdirSync(instance);
  await ledger.probe();
  await ledger.append(entryOf(2));
  await ledger.close();
  const { entries } = await verifyLedger(folder.directory, { privateKeys: [folder.operator.private] });
  expect(entries).toBe(1);
});
