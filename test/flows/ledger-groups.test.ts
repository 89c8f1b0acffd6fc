// Entries that came together share a line: sealed together, searched and reported one by one. And ledgers of before, which
// have a line for each entry, are read as ever.

import { createCipheriv } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { searchLedger, verifyLedger } from '@palier/gateway';
import { systemRandom } from '@palier/mfa-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { wrapFor } from '../../packages/gateway/src/ledger/keys.ts';
import { chained } from '../../packages/gateway/src/ledger/line.ts';
import {
  accountOf,
  always,
  entryOf,
  type LedgerFolder,
  ledgerFolder,
  personOf,
  recordOf,
  reportOn,
  tamper,
} from '../support/ledger-folder.ts';
import { relinked } from '../support/ledger-relinked.ts';

let folder: LedgerFolder;
beforeEach(async () => {
  folder = await ledgerFolder();
});
afterEach(() => folder.remove());

const linesOf = (segment: string): readonly string[] => readFileSync(segment, 'utf8').trimEnd().split('\n');

async function verified(): Promise<readonly unknown[]> {
  const { entries, faults } = await verifyLedger(folder.directory, {
    privateKeys: [folder.operator.private],
  });
  return [entries, ...faults.map(({ line, fault }) => `${line} ${fault}`)];
}

/** Twenty entries in one line, of twenty accounts, the odd ones misses. */
async function twentyAtOnce(): Promise<string> {
  const ledger = await folder.open();
  const entries = Array.from({ length: 20 }, (_, place) =>
    entryOf(place, {
      account: accountOf(`account-${place}`),
      outcome: place % 2 === 1 ? 'miss' : 'released',
    }),
  );
  await Promise.all(entries.map((entry) => ledger.append(entry)));
  await ledger.close();
  return folder.segments()[0] ?? '';
}

describe('entries that came together', () => {
  it('share a line, and each is found by its account and reported as itself', async () => {
    expect(linesOf(await twentyAtOnce())).toHaveLength(3);
    expect(await verified()).toEqual([20]);
    const { persons, exposure } = await reportOn(folder);
    expect(exposure.unopenedCount).toBe(0);
    const seen = persons.map(({ id, releases }) => [id, releases.map(({ account }) => account)]);
    expect(seen).toEqual(
      Array.from({ length: 10 }, (_, half) => [personOf(2 * half), [`account-${2 * half}`]]),
    );
    const found = await searchLedger(folder.directory, { ...always, accounts: new Set(['account-7']) });
    expect(found).toMatchObject([{ account: 'account-7', releases: 0, misses: 1 }]);
  });

  it.each([
    ['an account', (line: string) => line.replace('"account-3"', '"account-4"')],
    ['the number', (line: string) => line.replace('"n":1,', '"n":2,')],
    [
      'the order',
      (line: string) =>
        line
          .replace('"account-3"', '"other"')
          .replace('"account-5"', '"account-3"')
          .replace('"other"', '"account-5"'),
    ],
    ['the count', (line: string) => line.replace('"count":1', '"count":0')],
  ])('do not open once %s was changed by somebody who computes the hashes anew', async (_what, change) => {
    const path = await twentyAtOnce();
    const before = linesOf(path);
    tamper(path, (lines) => relinked(lines.map((line, at) => (at === 1 ? change(line) : line))));
    expect(linesOf(path)[1]).not.toBe(before[1]);
    expect(await verified()).toEqual(expect.arrayContaining(['2 forged']));
    // Every release of the line is told as one that did not open; the misses name nobody.
    expect((await reportOn(folder)).exposure.unopenedCount).toBe(10);
  });

  it('do not open with one more than was sealed', async () => {
    tamper(await twentyAtOnce(), (lines) =>
      relinked(
        lines.map((line, at) =>
          at === 1
            ? line.replace(/\}\],"sealed"/, `},${/\{"at".*?"count":1\}/.exec(line)?.[0] ?? ''}],"sealed"`)
            : line,
        ),
      ),
    );
    expect(await verified()).toEqual(expect.arrayContaining(['2 forged']));
  });

  /** JSON.parse takes the last of two members with one name; the seal covers what stands before it. */
  const secondList = (line: string): string => {
    const entries = JSON.parse(line).entries as object[];
    const others = entries.map((entry) => ({ ...entry, account: 'victim' }));
    return line.replace(/,"hash":"/, `,"entries":${JSON.stringify(others)},"hash":"`);
  };

  it('are never read from a second list behind the seal, which it does not cover', async () => {
    tamper(await twentyAtOnce(), (lines) =>
      relinked(lines.map((line, at) => (at === 1 ? secondList(line) : line))),
    );
    expect(await verified()).toEqual(expect.arrayContaining(['2 unreadable']));
    const found = await searchLedger(folder.directory, { ...always, accounts: new Set(['victim']) });
    expect(found).toEqual([]);
  });

  it('nor in the last line after a crash: the gateway that comes back sets it aside', async () => {
    const path = await twentyAtOnce();
    tamper(path, (lines) =>
      relinked(lines.slice(0, 2).map((line, at) => (at === 1 ? secondList(line) : line))),
    );
    await (await folder.open()).close();
    expect(readFileSync(`${path}.torn`, 'utf8')).toContain('victim');
    const found = await searchLedger(folder.directory, { ...always, accounts: new Set(['victim']) });
    expect(found).toEqual([]);
  });

  it('are reported in as many passes as their bytes have room for, whatever number a forger writes', async () => {
    tamper(await twentyAtOnce(), (lines) =>
      relinked(
        lines.map((line, at) => (at === 1 ? line.replace('"count":1', '"count":2000000000000') : line)),
      ),
    );
    expect((await reportOn(folder)).exposure.unopenedCount).toBe(10);
  }, 5000);

  it('are several lines where they show very many records, so that each line can be read', async () => {
    const ledger = await folder.open();
    const records = Array.from({ length: 3000 }, (_, place) => recordOf(place));
    await Promise.all([0, 1, 2].map((place) => ledger.append(entryOf(place, { records }))));
    await ledger.close();
    expect(linesOf(folder.segments()[0] ?? '')).toHaveLength(5);
    expect(await verified()).toEqual([3]);
    expect((await reportOn(folder)).persons).toHaveLength(3000);
  });
});

describe('a ledger of before', () => {
  /** What a gateway of before wrote: a line for each entry, the sealed part no list. */
  async function older(count: number): Promise<string> {
    await (await folder.open()).close();
    const [path = ''] = folder.segments();
    const key = systemRandom(32);
    const wrapped = await (await wrapFor(folder.operator.public))(key);
    const lines = [chained('', { ...JSON.parse(linesOf(path)[0] ?? ''), key: wrapped, hash: undefined })];
    const hash = (): string => lines.at(-1)?.hash ?? '';
    for (let n = 1; n <= count; n += 1) {
      const nonce = Buffer.alloc(12);
      nonce.writeUIntBE(n, 6, 6);
      const at = '2026-03-10T08:00:00.000Z';
      const clear = { n, at, account: 'pharmacie-01', route: 'GET /x', outcome: 'released', count: 1 };
      const cipher = createCipheriv('aes-256-gcm', key, nonce);
      cipher.setAAD(Buffer.from(`${hash()}\n${JSON.stringify(clear)}`));
      const records = [{ id: personOf(n), type: 'nir' }];
      const secret = { class: 'pharmacy', fields: ['identity'], status: 200, peer: '192.0.2.7', records };
      const sealed = [cipher.update(JSON.stringify(secret)), cipher.final(), cipher.getAuthTag()];
      lines.push(chained(hash(), { ...clear, sealed: Buffer.concat(sealed).toString('base64url') }));
    }
    writeFileSync(path, lines.map(({ text }) => `${text}\n`).join(''));
    rmSync(path.replace('.jsonl', '.key'));
    return path;
  }

  it('is verified, opened and searched, and a gateway of today goes on behind it', async () => {
    const path = await older(5);
    const ledger = await folder.open();
    await ledger.append(entryOf(6));
    await ledger.close();
    expect(linesOf(path)).toHaveLength(7);
    expect(await verified()).toEqual([6]);
    expect((await reportOn(folder)).persons.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5, 6].map(personOf));
    const [found] = await searchLedger(folder.directory, always);
    expect(found).toMatchObject({ account: 'pharmacie-01', releases: 6 });
  });

  it('has no entry read from what stands behind its seal', async () => {
    const path = await older(3);
    tamper(path, (lines) =>
      relinked(
        lines.map((line, at) =>
          at === 2 ? line.replace(',"hash":"', ',"account":"victim","hash":"') : line,
        ),
      ),
    );
    expect(await verified()).toEqual(expect.arrayContaining(['3 unreadable']));
  });

  it('shows what was changed in it (negative control)', async () => {
    const path = await older(5);
    tamper(path, (lines) =>
      relinked(lines.map((line, at) => (at === 3 ? line.replace('"count":1', '"count":2') : line))),
    );
    expect(await verified()).toEqual([5, '4 forged', '5 forged', '6 forged']);
  });
});
