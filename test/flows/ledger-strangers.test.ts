// What is no file in the folder of a ledger: whoever may write there makes a pipe or a folder under the name of a segment.
// It is told by name and in bounded time; a pipe that was waited for would stop the ledger until the process is started anew.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Ledger, verifyLedger } from '@palier/gateway';
import { secondsOf } from '@palier/mfa-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { entryOf, type LedgerFolder, ledgerFolder, reportOn } from '../support/ledger-folder.ts';

let folder: LedgerFolder;
let ledger: Ledger | undefined;
beforeEach(async () => {
  folder = await ledgerFolder();
  mkdirSync(join(folder.directory, 'gateway'));
});
afterEach(async () => {
  const open = ledger;
  ledger = undefined;
  await open?.close();
  folder.remove();
});

const at = (name: string): string => join(folder.directory, 'gateway', name);
const makers = [
  ['a pipe', (path: string): void => void execFileSync('mkfifo', [path])],
  ['a folder', (path: string): void => mkdirSync(path)],
] as const;

describe.skipIf(process.platform === 'win32').each(makers)(
  '%s under the name of a segment',
  (_what, make) => {
    const named = 'segment-00000007.jsonl is a folder, a pipe or a device, and no file';

    it('keeps the ledger from opening, with its name, until it is taken away', async () => {
      make(at('segment-00000007.jsonl'));
      await expect(folder.open()).rejects.toMatchObject({
        cause: { message: expect.stringContaining(named) },
      });
      rmSync(at('segment-00000007.jsonl'), { recursive: true });
      ledger = await folder.open();
      await ledger.append(entryOf(1));
    });

    it('refuses the entries of a ledger that has to begin anew, and no longer than it is there', async () => {
      ledger = await folder.open({ patience: secondsOf(1) });
      make(at('segment-00000007.jsonl'));
      rmSync(at('segment-00000001.jsonl'));
      const append = async (place: number): Promise<void> => {
        folder.clock.advance(2);
        await ledger?.append(entryOf(place));
      };
      await expect(append(1)).rejects.toMatchObject({
        cause: { message: expect.stringContaining('no such file') },
      });
      await expect(append(2)).rejects.toMatchObject({ cause: { message: expect.stringContaining(named) } });
      rmSync(at('segment-00000007.jsonl'), { recursive: true });
      await append(3);
    });

    it('is told to whoever verifies or reports', async () => {
      make(at('segment-00000007.jsonl'));
      await expect(verifyLedger(folder.directory)).rejects.toThrow(named);
      await expect(reportOn(folder)).rejects.toThrow(named);
    });

    it('in the place of a key makes the persons of its segment unreadable and stops no answer', async () => {
      ledger = await folder.open();
      await ledger.append(entryOf(1));
      await ledger.close();
      rmSync(at('segment-00000001.key'));
      make(at('segment-00000001.key'));
      const { exposure } = await reportOn(folder);
      expect(exposure.ledger.faults).toMatchObject([{ segment: 1, fault: 'key-changed' }]);
    });

    it('in the place of a key keeps no segment from being dropped by retention', async () => {
      const retention = secondsOf(10);
      await (await folder.open()).close();
      rmSync(at('segment-00000001.key'));
      make(at('segment-00000001.key'));
      folder.clock.advance(1);
      const second = await folder.open();
      folder.clock.advance(15);
      await second.append(entryOf(1));
      await second.close();
      ledger = await folder.open({ retention });
      expect(folder.segments().map((path) => path.slice(-8))).toEqual(['02.jsonl', '03.jsonl']);
    });

    it('in the place of the lock is told by its name', async () => {
      make(at('lock'));
      await expect(folder.open()).rejects.toThrow(`${at('lock')} cannot be locked`);
    });
  },
);

describe('a file that is no lock', () => {
  it('is not taken for another gateway', async () => {
    writeFileSync(at('lock'), 'x'.repeat(5000));
    await expect(folder.open()).rejects.toThrow('lock cannot be locked: file is not a database');
    expect(readFileSync(at('lock'), 'utf8')).toHaveLength(5000);
  });
});
