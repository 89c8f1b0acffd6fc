// The answer after an incident: everybody who was seen, nobody else, in figures and on paper; and what is too old is
// gone without breaking the chain.

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import {
  type ExposedPerson,
  type ExposureQuestion,
  exposureSummary,
  noticeHeader,
  noticeLine,
  releaseLines,
  searchLedger,
  verifyLedger,
} from '@palier/gateway';
import { instantOf, secondsOf } from '@palier/mfa-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exposureCommand } from '../../packages/gateway/src/cli/exposure.ts';
import {
  accountOf,
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

const start = Date.UTC(2026, 2, 10, 8);
const seconds = (count: number): ReturnType<typeof instantOf> => instantOf(start + count * 1000);

const report = (changes?: Partial<ExposureQuestion>): ReturnType<typeof reportOn> =>
  reportOn(folder, changes);

/** 19 accounts, 100 look-ups each, a second apart; every third person is looked up by two accounts. */
async function incident(): Promise<ReadonlySet<string>> {
  const ledger = await folder.open({ segment: { entries: 300, age: secondsOf(3600) } });
  const loot = new Set<string>();
  const appends: Promise<void>[] = [];
  for (let second = 0; second < 1900; second += 1) {
    const place = second % 3 === 0 ? Math.floor(second / 6) : 10_000 + second;
    const account = accountOf(`pharmacie-${(second % 19) + 1}`);
    appends.push(ledger.append(entryOf(place, { at: seconds(second), account })));
    loot.add(personOf(place));
  }
  await Promise.all(appends);
  await ledger.close();
  return loot;
}

describe('the exposure report', () => {
  it('names everybody who was seen and nobody else, each once, whatever the number of passes', async () => {
    const loot = await incident();
    for (const mostAtOnce of [1_000_000, 400]) {
      const { exposure, persons } = await report({ mostAtOnce });
      expect(persons).toHaveLength(loot.size);
      expect(new Set(persons.map(({ id }) => id))).toEqual(loot);
      expect(exposure.counts).toMatchObject({
        persons: loot.size,
        personsByType: { nir: loot.size },
        releases: 1900,
        misses: 0,
      });
      expect(exposure.counts.accounts).toHaveLength(19);
    }
  });

  it('narrows to accounts and to a span: the first instant is in, the last is out', async () => {
    await incident();
    const accounts = new Set(['pharmacie-1']);
    const { persons, exposure } = await report({ accounts, from: seconds(19), to: seconds(57) });
    expect(exposure.counts.releases).toBe(2);
    expect(persons.flatMap(({ releases }) => releases.map(({ first }) => first))).toEqual([
      new Date(seconds(19)).toISOString(),
      new Date(seconds(38)).toISOString(),
    ]);
    // Negative control: without the narrowing there are more.
    expect((await report()).exposure.counts.releases).toBe(1900);
  });

  it('tells sessions and factors of a shared account apart, and joins what repeats', async () => {
    const ledger = await folder.open();
    const factor = entryOf(0).factor;
    await ledger.append(entryOf(1, { at: seconds(1) }));
    await ledger.append(entryOf(1, { at: seconds(5) }));
    await ledger.append(
      entryOf(1, { at: seconds(3), factor: undefined, proofKind: 'card', fields: ['aat'] }),
    );
    await ledger.append(entryOf(2, { outcome: 'miss', status: 404 }));
    await ledger.append(entryOf(3, { records: [recordOf(3), recordOf(4)], exemption: 'observe' }));
    await ledger.close();
    const { persons, exposure } = await report();
    expect(persons.map(({ id }) => id)).toEqual([1, 3, 4].map(personOf));
    expect(persons[0]?.releases).toMatchObject([
      {
        factor,
        proofKind: 'totp',
        fields: ['identity', 'rights'],
        times: 2,
        first: new Date(seconds(1)).toISOString(),
        last: new Date(seconds(5)).toISOString(),
      },
      { factor: undefined, proofKind: 'card', fields: ['aat'], times: 1 },
    ]);
    expect(exposure.counts).toMatchObject({
      releases: 5,
      misses: 1,
      exempted: 2,
      fields: ['aat', 'identity', 'rights'],
    });
  });

  it('says that it is a lower bound when the ledger is not whole', async () => {
    await incident();
    const whole = await report();
    expect(exposureSummary(whole.exposure, 'en')).toContain('the figures are exact');
    tamper(folder.segments()[1] ?? '', (lines) =>
      relinked(lines.map((line, at) => (at === 1 ? line.replace('pharmacie-', 'pharmacie-x') : line))),
    );
    const { exposure } = await report();
    expect(exposure.unopenedCount).toBeGreaterThan(0);
    expect(exposure.unopened[0]).toMatchObject({ segment: 2, line: 2, fault: 'forged' });
    expect(exposureSummary(exposure, 'en')).toContain('a lower bound');
  });

  it('tells how far it is, never backwards', async () => {
    await incident();
    const shares: number[] = [];
    await report({ mostAtOnce: 700, onProgress: ({ done, total }) => void shares.push(done / total) });
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(shares.at(-1)).toBe(1);
  });

  it('needs no key to tell how much each account saw and when', async () => {
    await incident();
    const found = await searchLedger(folder.directory, {
      accounts: new Set(['pharmacie-1']),
      from: seconds(0),
      to: seconds(100),
    });
    expect(found).toEqual([
      {
        account: 'pharmacie-1',
        releases: 6,
        misses: 0,
        first: new Date(seconds(0)).toISOString(),
        last: new Date(seconds(95)).toISOString(),
        routes: ['GET /patients/{nir}/droits'],
      },
    ]);
    expect(JSON.stringify(found)).not.toContain(personOf(0));
  });
});

describe('on paper', () => {
  it('a summary says that figures may be too low where observe mode let through what named nobody', async () => {
    const ledger = await folder.open();
    await ledger.append(entryOf(1, { at: seconds(1) }));
    await ledger.append(entryOf(2, { at: seconds(2), records: [], exemption: 'observe' }));
    await ledger.append(entryOf(3, { at: seconds(3), records: [] }));
    await ledger.close();
    const { exposure } = await report();
    expect(exposure.unreadCount).toBe(1);
    const [french, english] = [exposureSummary(exposure, 'fr'), exposureSummary(exposure, 'en')];
    expect(english).toContain('**1 answer(s) left in observe mode in which no person could be read');
    expect(french).toContain('en mode observation');
    expect(english).not.toContain('the figures are exact');
  });

  it('is written, and ends with a code of its own, where answers could not be read', async () => {
    const ledger = await folder.open();
    await ledger.append(entryOf(1, { at: seconds(1) }));
    await ledger.append(entryOf(2, { at: seconds(2), records: [], exemption: 'observe' }));
    await ledger.close();
    const desk = mkdtempSync(join(tmpdir(), 'palier-report-'));
    const [key, notices] = [join(desk, 'key.jwk'), join(desk, 'notices.csv')];
    writeFileSync(key, JSON.stringify(folder.operator.private));
    const said: string[] = [];
    const out = (text: string): void => void said.push(text);
    const terminal = { out, err: out, environment: {}, interactive: false };
    const told = (...more: readonly string[]): Promise<number> =>
      exposureCommand(['report', '--directory', folder.directory, '--key', key, ...more], terminal);
    try {
      expect(await told('--csv', notices, '--language', 'en')).toBe(3);
      expect(said.join('')).toContain('may be too low');
      expect(readFileSync(notices, 'utf8')).toContain(personOf(1));
      const before = new Date(seconds(2)).toISOString();
      expect(await told('--to', before)).toBe(0);
      // What is not whole comes first.
      tamper(folder.segments()[0] ?? '', (lines) => lines.filter((_, index) => index !== 1));
      expect(await told()).toBe(1);
    } finally {
      rmSync(desk, { recursive: true });
    }
  });

  it('says of an account that occurs nowhere that it does, with the name that was meant, and ends with a code of its own', async () => {
    const ledger = await folder.open();
    await ledger.append(entryOf(1, { at: seconds(1), account: accountOf('dent-01') }));
    await ledger.append(entryOf(2, { at: seconds(90), account: accountOf('dent-02') }));
    await ledger.close();
    const asked = async (account: string): ReturnType<typeof report> =>
      report({ accounts: new Set([account]), to: seconds(60) });
    const { exposure } = await asked('dent-O1');
    expect(exposure.strangers).toEqual([{ account: 'dent-O1', near: 'dent-01' }]);
    expect(exposureSummary(exposure, 'en')).toContain(
      '**The account dent-O1 occurs nowhere in this ledger: it is misspelt, or nothing was ever counted for it.** Did you mean dent-01?',
    );
    expect(exposureSummary(exposure, 'fr')).toContain('ne figure nulle part dans ce registre');
    // Who saw nobody in the span is no stranger.
    for (const known of ['dent-01', 'dent-02']) expect((await asked(known)).exposure.strangers).toEqual([]);
  });

  it('names the file that is not the private key, and what is to be there', async () => {
    const desk = mkdtempSync(join(tmpdir(), 'palier-report-'));
    const key = join(desk, 'key.jwk');
    const terminal = { out: () => undefined, err: () => undefined, environment: {}, interactive: false };
    const told = (...more: readonly string[]): Promise<number> =>
      exposureCommand(['report', '--directory', folder.directory, '--key', key, ...more], terminal);
    try {
      await (await folder.open()).close();
      await expect(told()).rejects.toThrow(`there is no file ${key}`);
      writeFileSync(key, JSON.stringify(folder.operator.public));
      await expect(told()).rejects.toThrow(`${key} is not the operator's private key`);
      writeFileSync(key, JSON.stringify(folder.operator.private));
      await expect(told('--heads', join(desk, 'heads'))).rejects.toThrow('there is no file');
      await expect(told('--csv', join(desk, 'no', 'seen.csv'))).rejects.toThrow('no is not there');
      expect(await told('--account', 'dent-O1')).toBe(3);
      expect(await told()).toBe(0);
    } finally {
      rmSync(desk, { recursive: true });
    }
  });

  it('a summary has the figures of the form in both languages, and names no exposed person', async () => {
    await incident();
    const { exposure, persons } = await report();
    const [french, english] = [exposureSummary(exposure, 'fr'), exposureSummary(exposure, 'en')];
    expect(french).toContain('# Rapport d\u2019exposition');
    expect(french).toContain('Personnes concern\u00e9es\u00a0: **1\u00a0583**');
    expect(english).toContain('Persons concerned: **1,583**');
    expect(english).toContain('identity, rights');
    expect(persons.some(({ id }) => french.includes(id) || english.includes(id))).toBe(false);
  });

  it('a notice line has the person, the span and the categories, and not the account', async () => {
    const ledger = await folder.open();
    await ledger.append(entryOf(1, { at: seconds(1) }));
    await ledger.close();
    const { persons } = await report();
    const [line = ''] = persons.map(noticeLine);
    expect(noticeHeader).toBe('"type","person","first","last","fields","times"\r\n');
    expect(line).toBe(
      `"nir","${personOf(1)}","2026-03-10T08:00:01.000Z","2026-03-10T08:00:01.000Z","identity rights","1"\r\n`,
    );
  });

  it('a cell that a spreadsheet would run is disarmed, and quotes and line ends stay in their cell', () => {
    const release = {
      ...({} as ExposedPerson['releases'][number]),
      fields: ['a"b'],
      route: 'GET /\r\nx',
      times: 1,
      first: 'f',
      last: 'l',
    };
    const evil = (account: string): string =>
      releaseLines({ type: 'nir', id: '1', first: 'f', last: 'l', releases: [{ ...release, account }] });
    for (const start of ['=', '+', '-', '@', '\t', '\r'])
      expect(evil(`${start}cmd|x`)).toContain(`,"'${start}cmd|x",`);
    // Where lines are cut at semicolons a cell may begin in the middle of this one.
    for (const [account, disarmed] of [
      ['x;=1+1;', "x;'=1+1;"],
      ['x; =1+1', "x; '=1+1"],
      ['x;"=1+1', 'x;""\'=1+1'],
      ['x|@SUM(1)', "x|'@SUM(1)"],
      ['\uff1d1+1', "'\uff1d1+1"],
      ['dr-strange+1@clinic', 'dr-strange+1@clinic'],
    ] as const)
      expect(evil(account)).toContain(`,"${disarmed}",`);
    expect(evil('pharmacie-01')).toContain(',"pharmacie-01","GET /\r\nx","a""b",');
  });
});

describe('retention', () => {
  const day = 86_400;
  /** One segment a day for ten days. */
  const tenDays = async (retention: number | undefined): Promise<void> => {
    const ledger = await folder.open({
      segment: { entries: 1000, age: secondsOf(day / 2) },
      retention: retention === undefined ? undefined : secondsOf(retention),
    });
    for (let count = 0; count < 10; count += 1) {
      await ledger.append(entryOf(count, { at: folder.clock.now() }));
      folder.clock.advance(day);
    }
    await ledger.close();
  };

  it('drops segments that ended before it, the chain stays whole, and the report knows what is left', async () => {
    await tenDays(3 * day);
    expect(folder.segments().length).toBe(5);
    const { faults, entries } = await verifyLedger(folder.directory, {
      witnessed: folder.heads,
      privateKeys: [folder.operator.private],
    });
    expect([faults, entries]).toEqual([[], 5]);
    expect((await report()).persons.map(({ id }) => id)).toEqual([5, 6, 7, 8, 9].map(personOf));
  });

  it('keeps everything when there is none (negative control)', async () => {
    await tenDays(undefined);
    expect(folder.segments()).toHaveLength(10);
    expect((await verifyLedger(folder.directory)).faults).toEqual([]);
  });

  it('drops nothing because a clock jumped a year ahead, until the same clock has written for a day', async () => {
    await tenDays(365 * day);
    const kept = folder.segments();
    folder.clock.advance(2 * 365 * day);
    const retention = secondsOf(365 * day);
    // Whoever runs into a wrong clock tries again, and again.
    for (let start = 0; start < 3; start += 1) {
      const ledger = await folder.open({ retention });
      await ledger.append(entryOf(20 + start, { at: folder.clock.now() }));
      await ledger.close();
      folder.clock.advance(3600);
    }
    expect(folder.segments()).toEqual(expect.arrayContaining([...kept]));
    // Put right, everything is there, and the order is that of the writing.
    folder.clock.advance(-2 * 365 * day);
    await (await folder.open({ retention })).close();
    const { faults, entries } = await verifyLedger(folder.directory, {
      privateKeys: [folder.operator.private],
    });
    expect([faults, entries]).toEqual([[], 13]);
    // Negative control: a clock that stays is believed, and what it says is old goes.
    folder.clock.advance(2 * 365 * day);
    for (let start = 0; start < 2; start += 1) {
      const ledger = await folder.open({ retention });
      await ledger.append(entryOf(30 + start));
      await ledger.close();
      folder.clock.advance(day);
    }
    expect(folder.segments().filter((path) => kept.includes(path))).toEqual([]);
    expect((await verifyLedger(folder.directory)).faults).toEqual([]);
  });

  it('is no excuse for whoever deletes more than was dropped', async () => {
    await tenDays(3 * day);
    const [first = ''] = folder.segments();
    rmSync(first);
    expect((await verifyLedger(folder.directory)).faults).toMatchObject([
      { fault: 'segment-missing', segment: 7 },
    ]);
  });

  it('drops on after a restart, and leaves no file behind', async () => {
    await tenDays(undefined);
    const ledger = await folder.open({ retention: secondsOf(2 * day) });
    await ledger.close();
    const others = readdirSync(`${folder.directory}/gateway`).filter((name) => !name.endsWith('.jsonl'));
    expect(others.sort()).toEqual([
      'lock',
      ...folder.segments().map((path) => basename(path).replace('.jsonl', '.key')),
    ]);
    expect(folder.segments().length).toBe(4);
    expect((await verifyLedger(folder.directory)).faults).toEqual([]);
  });
});
