// What the ledger acknowledged it has: after kill -9, beside a second writer, on a disk that is full, gone or read by
// somebody else meanwhile (A125, A140).

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { exposureReport, type LedgerEntry, verifyLedger } from '@palier/gateway';
import { instantOf, secondsOf } from '@palier/mfa-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { entryOf, type LedgerFolder, ledgerFolder, personOf } from '../support/ledger-folder.ts';

let folder: LedgerFolder;
beforeEach(async () => {
  folder = await ledgerFolder();
});
afterEach(() => folder.remove());

const always = { accounts: undefined, from: instantOf(0), to: instantOf(8e15) };

async function personsKept(): Promise<ReadonlySet<string>> {
  const persons = new Set<string>();
  const { directory, operator } = folder;
  await exposureReport(
    { directory, privateKeys: [operator.private], ...always },
    ({ id }) => void persons.add(id),
  );
  return persons;
}

/** Starts the writer; `said` grows with its lines. */
function write(
  first: number,
  { manner = 'patient', limit = '' } = {},
): { readonly child: ChildProcess; readonly said: string[] } {
  const script = new URL('../support/ledger-writer.ts', import.meta.url).pathname;
  const { directory, operator } = folder;
  const words = [script, directory, JSON.stringify(operator.public), String(first), manner];
  const shell = ['-c', `${limit} exec "$0" "$@"`, process.execPath, '--conditions=palier-source', ...words];
  const child = spawn('sh', shell, { stdio: ['ignore', 'pipe', 'ignore'] });
  const said: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => said.push(line));
  return { child, said };
}

async function until(holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 15_000;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error('waited 15 s in vain');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const entriesIn = (text: string): number => text.split('"account":').length - 1;
const keptIn = (said: readonly string[]): readonly number[] =>
  said.filter((line) => line.startsWith('kept ')).map((line) => Number(line.slice(5)));

/** Each costs a second of start-up. */
const kills = process.env['MODE'] === 'slow' ? 20 : 5;

describe('an acknowledged entry', () => {
  it(`is there after each of ${kills} kills, the chain is whole, and the writer goes on by itself`, async () => {
    const acknowledged: number[] = [];
    for (let kill = 0; kill < kills; kill += 1) {
      const { child, said } = write(kill * 100_000);
      await until(() => keptIn(said).length > 10 + kill);
      child.kill('SIGKILL');
      await once(child, 'close');
      acknowledged.push(...keptIn(said));
    }
    const ledger = await folder.open();
    await ledger.close();
    const persons = await personsKept();
    expect(acknowledged.length).toBeGreaterThan(kills * 10);
    expect(acknowledged.filter((place) => !persons.has(personOf(place)))).toEqual([]);
    const { faults, segments } = await verifyLedger(folder.directory, {
      privateKeys: [folder.operator.private],
    });
    expect([faults, segments]).toEqual([[], kills + 1]);
  }, 90_000);

  it('is lost when the acknowledgement does not wait for the ledger (negative control)', async () => {
    const { child, said } = write(0, { manner: 'hasty' });
    await once(child, 'close');
    const persons = await personsKept();
    expect(keptIn(said)).toHaveLength(200);
    expect(keptIn(said).filter((place) => !persons.has(personOf(place))).length).toBeGreaterThan(0);
  });

  it('is in the file before append resolves, also when a hundred come at once', async () => {
    const ledger = await folder.open();
    const [path = ''] = folder.segments();
    const kept = (): number => entriesIn(readFileSync(path, 'utf8'));
    await Promise.all(Array.from({ length: 100 }, (_, place) => ledger.append(entryOf(place))));
    expect(kept()).toBe(100);
    await ledger.append(entryOf(100));
    expect(kept()).toBe(101);
    await ledger.close();
    await expect(ledger.append(entryOf(101))).rejects.toThrow('closed');
  });
});

describe('what a crash leaves behind', () => {
  const crashed = async (leave: (path: string) => void): Promise<void> => {
    const { child, said } = write(0);
    await until(() => keptIn(said).length > 20);
    child.kill('SIGKILL');
    await once(child, 'close');
    leave(folder.segments()[0] ?? '');
    await (await folder.open()).close();
  };

  it.each([
    ['half a line', '{"n":99999,"at":"2026-03-10T08:0'],
    ['blocks of zeros', '\0'.repeat(4096)],
  ])('%s is set aside, not dropped, and the chain goes on before it', async (_what, torn) => {
    let before = '';
    await crashed((path) => {
      before = readFileSync(path, 'utf8').split('\n').slice(0, -1).join('\n');
      writeFileSync(path, `${before}\n${torn}`);
    });
    const [path = ''] = folder.segments();
    expect(readFileSync(`${path}.torn`, 'utf8')).toBe(torn);
    expect(readFileSync(path, 'utf8').startsWith(before)).toBe(true);
    expect(readFileSync(path, 'utf8')).toContain(`"torn":${torn.length}`);
    expect((await verifyLedger(folder.directory)).faults).toEqual([]);
  });

  it('a whole line that lacks only its line feed stays', async () => {
    let count = 0;
    await crashed((path) => {
      const text = readFileSync(path, 'utf8');
      const end = text.lastIndexOf('\n');
      truncateSync(path, Buffer.byteLength(text.slice(0, end)));
      count = entriesIn(text);
    });
    const { entries, faults } = await verifyLedger(folder.directory);
    expect([entries, faults]).toEqual([count, []]);
  });

  it('a torn line with another behind it is a fault: that was no crash of ours (negative control)', async () => {
    const ledger = await folder.open();
    await ledger.append(entryOf(0));
    await ledger.close();
    appendFileSync(folder.segments()[0] ?? '', '{"n":2,"at"');
    await (await folder.open({ instance: 'other' })).close();
    appendFileSync(folder.segments()[0] ?? '', '\n');
    expect((await verifyLedger(folder.directory)).faults).toMatchObject([{ fault: 'unreadable', line: 4 }]);
  });
});

describe('a writer', () => {
  it('is alone in its folder, also within one process; another instance has a folder of its own', async () => {
    const ledger = await folder.open();
    await expect(folder.open()).rejects.toThrow('being written by another gateway');
    const { child, said } = write(0);
    await once(child, 'close');
    expect([said, child.exitCode]).toEqual([[], 1]);
    const other = await folder.open({ instance: 'second' });
    await Promise.all([ledger.append(entryOf(1)), other.append(entryOf(2))]);
    await Promise.all([ledger.close(), other.close()]);
    expect((await personsKept()).size).toBe(2);
    // Negative control: once the first has let go, the same folder opens.
    await (await folder.open()).close();
  });

  it('is refused at once where nothing can be written, and a wrong name of an instance too', async () => {
    writeFileSync(join(folder.directory, 'file'), '');
    await expect(folder.open({ directory: join(folder.directory, 'file') })).rejects.toThrow();
    await expect(folder.open({ instance: '../elsewhere' })).rejects.toThrow('an instance is named');
  });

  it('refuses the private key: with it here, the gateway could read its own ledger', async () => {
    await expect(folder.open({ sealTo: folder.operator.private })).rejects.toThrow('private key');
  });
});

describe('a disk that fails', () => {
  it('refuses within a second when it is full, and what was acknowledged before is kept', async () => {
    const { child, said } = write(0, { limit: 'trap "" XFSZ; ulimit -f 40;' });
    const closed = once(child, 'close');
    await closed;
    const persons = await personsKept();
    expect(keptIn(said).length).toBeGreaterThan(5);
    expect(said.some((line) => line.startsWith('refused'))).toBe(true);
    expect(keptIn(said).filter((place) => !persons.has(personOf(place)))).toEqual([]);
    expect((await verifyLedger(folder.directory)).faults).toEqual([]);
  });

  it('refuses when the folder was deleted under it, and goes on once it can be written again', async () => {
    const ledger = await folder.open();
    await ledger.append(entryOf(1));
    rmSync(join(folder.directory, 'gateway'), { recursive: true });
    const started = performance.now();
    await expect(ledger.append(entryOf(2))).rejects.toThrow('cannot be written');
    await expect(ledger.append(entryOf(3))).rejects.toThrow('a moment ago');
    folder.clock.advance(2);
    await expect(ledger.append(entryOf(4))).rejects.toThrow('cannot be written');
    expect(performance.now() - started).toBeLessThan(1000);
    mkdirSync(join(folder.directory, 'gateway'));
    folder.clock.advance(2);
    await ledger.append(entryOf(5));
    await ledger.close();
    expect(await personsKept()).toEqual(new Set([personOf(5)]));
  });

  it.each([
    ['cut', (path: string) => truncateSync(path, 10), 'cut or written by somebody else'],
    ['written by somebody else', (path: string) => appendFileSync(path, '\n'), 'cut or written'],
    ['moved away', (path: string) => renameSync(path, `${path}.old`), 'no such file'],
    [
      'replaced by a copy',
      (path: string) => {
        copyFileSync(path, `${path}.copy`);
        renameSync(`${path}.copy`, path);
      },
      'moved or replaced',
    ],
  ])(
    'refuses when the open segment was %s under it, and what it takes afterwards is there',
    async (_what, harm, why) => {
      const ledger = await folder.open();
      await ledger.append(entryOf(1));
      harm(folder.segments()[0] ?? '');
      await expect(ledger.append(entryOf(2))).rejects.toMatchObject({
        cause: { message: expect.stringContaining(why) },
      });
      folder.clock.advance(2);
      await ledger.append(entryOf(3));
      await ledger.close();
      expect((await personsKept()).has(personOf(3))).toBe(true);
      // Where an acknowledged entry is gone the numbers do not close over it.
      const { faultCount } = await verifyLedger(folder.directory);
      expect((await personsKept()).has(personOf(1)) || faultCount > 0).toBe(true);
    },
  );

  it('takes the lock of a folder that was made anew: no second writer comes in', async () => {
    const ledger = await folder.open();
    rmSync(join(folder.directory, 'gateway'), { recursive: true });
    await expect(ledger.append(entryOf(1))).rejects.toThrow('cannot be written');
    mkdirSync(join(folder.directory, 'gateway'));
    folder.clock.advance(2);
    await ledger.append(entryOf(2));
    await expect(folder.open()).rejects.toThrow('being written by another gateway');
    await ledger.close();
    // The other way round: whoever came first in the new folder keeps it.
    const first = await folder.open();
    rmSync(join(folder.directory, 'gateway'), { recursive: true });
    const second = await folder.open();
    folder.clock.advance(2);
    await expect(first.append(entryOf(3))).rejects.toThrow('cannot be written');
    folder.clock.advance(2);
    await expect(first.append(entryOf(4))).rejects.toMatchObject({
      cause: { message: expect.stringContaining('another gateway') },
    });
    await second.append(entryOf(5));
    await Promise.all([second.close(), first.close().catch(() => undefined)]);
    expect(await personsKept()).toEqual(new Set([personOf(5)]));
  });

  // Races a real disk against no patience at all: a fast one may win. `npm run test:slow` runs it.
  it.runIf(process.env['MODE'] === 'slow')(
    'does not keep anybody waiting longer than the patience',
    async () => {
      const ledger = await folder.open({ patience: secondsOf(0) });
      const started = performance.now();
      await expect(ledger.append(entryOf(1))).rejects.toThrow('did not answer');
      expect(performance.now() - started).toBeLessThan(500);
      // The disk was only slow: the entry of unknown fate is there, and nobody was told so.
      await ledger.close().catch(() => undefined);
      await until(() => readFileSync(folder.segments()[0] ?? '', 'utf8').includes('"n":1'));
    },
  );
});

describe('an entry', () => {
  it('of many persons or of none is kept like any other', async () => {
    const ledger = await folder.open();
    const many: LedgerEntry['records'] = Array.from(
      { length: 500 },
      (_, place) => entryOf(place).records[0],
    ).filter((record) => record !== undefined);
    await ledger.append(entryOf(0, { records: many }));
    await ledger.append(entryOf(0, { records: [] }));
    await ledger.close();
    expect((await personsKept()).size).toBe(500);
  });
});
