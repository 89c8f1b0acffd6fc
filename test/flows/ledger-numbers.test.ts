// Where the chain goes on follows from what is on the disk, and somebody else may have written there: nothing that was put
// there may leave no number for the next entry, keep the gateway from its start, or hide that it was put there.
import {
  appendFileSync,
  existsSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { verifyLedger } from '@palier/gateway';
import { secondsOf } from '@palier/mfa-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chained } from '../../packages/gateway/src/ledger/line.ts';
import { entryOf, type LedgerFolder, ledgerFolder, personOf, reportOn } from '../support/ledger-folder.ts';
import { relinked } from '../support/ledger-relinked.ts';

let folder: LedgerFolder;
beforeEach(async () => {
  folder = await ledgerFolder();
});
afterEach(() => folder.remove());

const greatest = 2 ** 48 - 1;
const clear = { at: '2026-03-10T08:00:00.000Z', account: 'a', route: 'r', outcome: 'released', count: 1 };
const group = (n: number, entries: number): Readonly<Record<string, unknown>> => ({
  n,
  entries: Array.from({ length: entries }, () => clear),
  sealed: 'AAAA',
});

/** A gateway that was killed after three entries; `forge` has the disk before it comes back. */
async function killed(forge: (lines: readonly string[]) => readonly string[]): Promise<void> {
  const ledger = await folder.open();
  for (let place = 0; place < 3; place += 1) await ledger.append(entryOf(place));
  const [path = ''] = folder.segments();
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  await ledger.close();
  writeFileSync(path, `${forge(lines).join('\n')}\n`);
}

/** Opens, takes an entry, and closes. */
async function take(place: number): Promise<void> {
  const ledger = await folder.open();
  await ledger.append(entryOf(place)).finally(() => ledger.close().catch(() => undefined));
}

const after = (members: Readonly<Record<string, unknown>>) => (lines: readonly string[]) => [
  ...lines,
  chained(/"hash":"([^"]*)"\}$/.exec(lines.at(-1) ?? '')?.[1] ?? '', members).text,
];

describe('a number that was forged before a restart', () => {
  it.each([
    ['the greatest', after(group(greatest, 1))],
    ['the greatest but one, of two entries', after(group(greatest, 2))],
    ['in an end', after({ end: 'full', at: clear.at, entries: greatest })],
    [
      'in the head, with nothing behind it',
      ([head = '']: readonly string[]) =>
        relinked([head.replace('"entries":0,', `"entries":${greatest - 1},`)]),
    ],
  ])('leaves one for every entry after it, and is told: %s', async (_what, forge) => {
    await killed(forge);
    await take(3);
    await take(4);
    const { faultCount } = await verifyLedger(folder.directory);
    expect(faultCount).toBeGreaterThan(0);
    const { persons } = await reportOn(folder);
    const seen = persons.map(({ id }) => id);
    for (const place of [3, 4]) expect(seen).toContain(personOf(place));
  });

  it('nor does one that is put there while the gateway writes', async () => {
    const ledger = await folder.open();
    await ledger.append(entryOf(0));
    const [path = ''] = folder.segments();
    appendFileSync(
      path,
      `${after(group(greatest, 1))(readFileSync(path, 'utf8').trimEnd().split('\n')).at(-1)}\n`,
    );
    await expect(ledger.append(entryOf(1))).rejects.toThrow('cannot be written');
    for (const place of [2, 3]) {
      folder.clock.advance(2);
      await ledger.append(entryOf(place));
    }
    await ledger.close();
    expect((await verifyLedger(folder.directory)).faultCount).toBeGreaterThan(0);
  });

  it('does not hide behind the next number either: the seal is missing', async () => {
    await killed(after(group(4, 1)));
    await take(3);
    expect((await verifyLedger(folder.directory)).faults).toEqual([]);
    const { faults } = await verifyLedger(folder.directory, { privateKeys: [folder.operator.private] });
    expect(faults).toMatchObject([{ segment: 1, line: 5, fault: 'forged' }]);
  });

  it('is not there where nobody wrote, and the numbers go on (negative control)', async () => {
    await killed((lines) => lines);
    await take(3);
    const { faults, heads } = await verifyLedger(folder.directory);
    expect([faults, heads]).toMatchObject([[], [{ segment: 2, entries: 4 }]]);
  });
});

describe('a segment of the last number there is, put there by somebody else', () => {
  it('ends the numbering with a word: nothing is written where nobody reads', async () => {
    await take(0);
    const forged = join(folder.directory, 'gateway', 'segment-99999999.jsonl');
    writeFileSync(forged, '');
    await expect(folder.open()).rejects.toMatchObject({
      cause: { message: expect.stringContaining('segment-99999999.jsonl') },
    });
  });
});

describe('a file that says it is larger than memory', () => {
  it.skipIf(process.platform === 'win32')(
    'keeps no gateway from its start, and is kept as it was',
    async () => {
      const size = 64 * 2 ** 30;
      await killed((lines) => lines);
      const [path = ''] = folder.segments();
      const length = statSync(path).size;
      truncateSync(path, size);
      await take(3);
      expect(statSync(`${path}.torn`).size).toBe(size);
      expect(readFileSync(path, 'utf8')).toContain(`"torn":${size - length}`);
      const { faults, heads } = await verifyLedger(folder.directory);
      expect([faults, heads]).toMatchObject([[], [{ segment: 2, entries: 4 }]]);
    },
  );
});

describe('a link that waits where a segment will be written', () => {
  it.skipIf(process.platform === 'win32').each(['jsonl.new', 'key.new'])(
    'leads to no other file: segment-00000002.%s',
    async (name) => {
      await take(0);
      const other = join(folder.directory, 'palier.db');
      writeFileSync(other, 'all counts');
      symlinkSync(other, join(folder.directory, 'gateway', `segment-00000002.${name}`));
      await take(1);
      expect(readFileSync(other, 'utf8')).toBe('all counts');
      expect((await verifyLedger(folder.directory)).faults).toEqual([]);
    },
  );

  it.skipIf(process.platform === 'win32')(
    'has nothing written over where retention drops a key',
    async () => {
      const day = 86_400;
      await take(0);
      const other = join(folder.directory, 'palier.db');
      writeFileSync(other, 'all counts');
      const key = join(folder.directory, 'gateway', 'segment-00000001.key');
      rmSync(key);
      symlinkSync(other, key);
      folder.clock.advance(day);
      await take(1);
      folder.clock.advance(1.5 * day);
      await (await folder.open({ retention: secondsOf(2 * day) })).close();
      expect([readFileSync(other, 'utf8'), existsSync(key)]).toEqual(['all counts', false]);
      expect(folder.segments()).toHaveLength(2);
    },
  );
});
