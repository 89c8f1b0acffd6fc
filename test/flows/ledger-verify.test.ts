// Somebody with the disk: every way to change, hide, move or invent entries is found, and told where; and nothing on the
// disk says who was seen.

import {
  appendFileSync,
  copyFileSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import {
  type ExposureQuestion,
  type LedgerHead,
  makeOperatorKey,
  openLedger,
  verifyLedger,
} from '@palier/gateway';
import { instantOf, secondsOf, systemRandom } from '@palier/mfa-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { destroyKeysBefore } from '../../packages/gateway/src/ledger/destroy-keys.ts';
import {
  accountOf,
  entryOf,
  type LedgerFolder,
  ledgerFolder,
  personOf,
  reportOn,
  tamper,
} from '../support/ledger-folder.ts';
import { relinked } from '../support/ledger-relinked.ts';

let folder: LedgerFolder;
beforeEach(async () => {
  folder = await ledgerFolder();
});
afterEach(() => folder.remove());

/** Three segments of five entries: lines 1 (head), 2 to 6, 7 (end). */
async function fifteen(): Promise<readonly string[]> {
  const ledger = await folder.open({ segment: { entries: 5, age: secondsOf(3600) } });
  for (let place = 0; place < 15; place += 1) await ledger.append(entryOf(place));
  await ledger.close();
  return folder.segments();
}

async function faults(witnessed: readonly LedgerHead[] = []): Promise<readonly string[]> {
  const verified = await verifyLedger(folder.directory, { witnessed });
  expect(verified.faultCount).toBe(verified.faults.length);
  return verified.faults.map(({ segment, line, fault }) => `${segment}:${line} ${fault}`);
}

async function faultsWithKey(): Promise<readonly string[]> {
  const verified = await verifyLedger(folder.directory, { privateKeys: [folder.operator.private] });
  return verified.faults.map(({ segment, line, fault }) => `${segment}:${line} ${fault}`);
}

const without = (index: number) => (lines: readonly string[]) => lines.filter((_, at) => at !== index);
const swapped = (index: number) => (lines: readonly string[]) =>
  lines.map((line, at) => (at === index ? lines[at + 1] : at === index + 1 ? lines[at - 1] : line) ?? '');
const edited =
  (index: number, from: string | RegExp, to: string | ((found: string) => string)) =>
  (lines: readonly string[]) =>
    lines.map((line, at) =>
      at === index ? line.replace(from, typeof to === 'string' ? () => to : to) : line,
    );

/** The same with another letter at its end: one in 64 has any given letter already. */
const otherEnd = (found: string): string => found.slice(0, -1) + (found.endsWith('_') ? '-' : '_');

describe('verify', () => {
  it('finds nothing in a ledger that nobody touched, with the key or without (negative control)', async () => {
    await fifteen();
    expect(await faults(folder.heads)).toEqual([]);
    expect(await faultsWithKey()).toEqual([]);
    const { segments, entries, heads } = await verifyLedger(folder.directory);
    expect([segments, entries, heads]).toEqual([3, 15, folder.heads.slice(-1)]);
  });

  it('goes along while the gateway writes', async () => {
    const ledger = await folder.open();
    await ledger.append(entryOf(1));
    expect(await faults()).toEqual([]);
    appendFileSync(folder.segments()[0] ?? '', '{"n":2,"at":"2026');
    expect(await faults()).toEqual([]);
    // It was not the gateway that wrote this, and it says so.
    await expect(ledger.close()).rejects.toThrow('cannot be written');
  });

  it.each([
    ['an account that was changed', edited(3, 'pharmacie-01', 'pharmacie-02'), ['2:4 changed']],
    ['a time that was changed', edited(3, '2026-03-10', '2026-03-11'), ['2:4 changed']],
    ['one letter of what is sealed', edited(3, /"sealed":"./, otherEnd), ['2:4 changed']],
    ['an entry that is gone', without(3), ['2:4 missing-or-reordered']],
    ['the last entry of a segment gone', without(5), ['2:6 missing-or-reordered']],
    [
      'two entries in another order',
      swapped(3),
      ['2:4 missing-or-reordered', '2:5 missing-or-reordered', '2:6 missing-or-reordered'],
    ],
    [
      'an entry twice',
      (lines: readonly string[]) => lines.flatMap((line, at) => (at === 3 ? [line, line] : [line])),
      ['2:5 missing-or-reordered'],
    ],
    [
      'what is no line of ours',
      edited(3, /^.*$/, 'nothing to see here'),
      ['2:4 unreadable', '2:5 missing-or-reordered'],
    ],
    [
      'a segment cut short',
      (lines: readonly string[]) => lines.slice(0, 4),
      ['2:0 no-end', '3:1 missing-or-reordered'],
    ],
    ['a segment without its head', without(0), ['2:1 no-head', '2:1 changed']],
    [
      'a line behind the end',
      (lines: readonly string[]) => [...lines, lines[3] ?? ''],
      ['2:8 after-end', '3:1 missing-or-reordered'],
    ],
    [
      'the hash of a wrapped key that was changed',
      edited(0, /"key":"./, otherEnd),
      ['2:1 changed', '2:1 key-changed'],
    ],
  ])('finds %s', async (_what, change, expected) => {
    const [, second = ''] = await fifteen();
    tamper(second, change);
    expect(await faults()).toEqual(expected);
  });

  it.each([
    ['a word of retention that is none', ',"hash":"', ',"dropped":null,"hash":"', '2:1 unreadable'],
    ['a key that is none', /"key":"[^"]*"/, '"key":"x"', '2:1 key-changed'],
  ] as const)(
    'tells %s in a head, by somebody who computes the hashes anew, and goes on',
    async (_what, from, to, fault) => {
      const [first = '', second = ''] = await fifteen();
      rmSync(first);
      tamper(second, (lines) =>
        relinked(lines.map((line, at) => (at === 0 ? line.replace(from, to) : line))),
      );
      expect(await faultsWithKey()).toContain(fault);
    },
  );

  it('finds a segment that is gone, in the middle and at the beginning, or under another name', async () => {
    const [first = '', second = '', third = ''] = await fifteen();
    renameSync(second, `${second}.away`);
    expect(await faults()).toEqual(['3:0 segment-missing']);
    renameSync(`${second}.away`, second);
    renameSync(first, `${first}.away`);
    expect(await faults()).toEqual(['2:0 segment-missing']);
    expect((await verifyLedger(folder.directory)).gone).toEqual([]);
    renameSync(`${first}.away`, first);
    expect(await faults()).toEqual([]);
    copyFileSync(second, third.replace('3.jsonl', '4.jsonl'));
    expect(await faults()).toEqual(expect.arrayContaining(['4:1 missing-or-reordered']));
  });
});

describe('the key of a segment', () => {
  const keyOf = (segment: string): string => segment.replace('.jsonl', '.key');
  const personsIn = async (): Promise<{ readonly persons: number; readonly unopened: readonly string[] }> => {
    const { exposure, persons } = await reportOn(folder);
    return { persons: persons.length, unopened: exposure.unopened.map(({ fault }) => fault) };
  };

  it('destroyed alone makes its persons unreadable, the chain stays whole, and both say why', async () => {
    const [first = '', second = ''] = await fifteen();
    const copy = readFileSync(first);
    const [wrapped, untouched] = [readFileSync(keyOf(first)), readFileSync(keyOf(second))];
    const inode = statSync(keyOf(first)).ino;
    const destruction = { by: 'dpo', reason: 'six months', now: folder.clock.now() };
    const end = JSON.parse(readFileSync(first, 'utf8').trimEnd().split('\n').at(-1) ?? '{}').at as string;
    const before = instantOf(Date.parse(end) + 1);
    const outcomes = async (): Promise<readonly string[]> =>
      (await destroyKeysBefore(folder.directory, before, destruction)).map(
        ({ segment, outcome }) => `${segment} ${outcome}`,
      );
    // The clock of the test stands still: all three ended at one moment.
    expect(await outcomes()).toEqual(['1 destroyed', '2 destroyed', '3 destroyed']);
    writeFileSync(keyOf(second), untouched);
    expect(await outcomes()).toEqual(['1 already', '2 destroyed', '3 already']);
    writeFileSync(keyOf(second), untouched);
    expect(await faults(folder.heads)).toEqual([]);
    expect(await faultsWithKey()).toEqual([]);
    const { destroyed } = await verifyLedger(folder.directory);
    expect(destroyed.map(({ segment, by, reason }) => [segment, by, reason])).toEqual([
      [1, 'dpo', 'six months'],
      [3, 'dpo', 'six months'],
    ]);
    expect(await personsIn()).toEqual({ persons: 5, unopened: Array(10).fill('key-destroyed') });
    // Over the key itself, in one write: nobody who dies on the way leaves a key that looks forged.
    expect(statSync(keyOf(first)).size).toBe(wrapped.length);
    expect(statSync(keyOf(first)).ino).toBe(inode);
    // The segment itself was not touched, and what opened it is nowhere in the folder.
    expect(readFileSync(first).equals(copy)).toBe(true);
    const left = readdirSync(join(folder.directory, 'gateway')).map((name) =>
      readFileSync(join(folder.directory, 'gateway', name)),
    );
    expect(left.some((bytes) => bytes.includes(wrapped.subarray(-40)))).toBe(false);
    // Negative control: with the key put back from a copy the persons are there again.
    writeFileSync(keyOf(first), wrapped);
    expect((await personsIn()).persons).toBe(10);
  });

  it('deleted or changed by somebody without that word is a fault, told once', async () => {
    const [first = '', second = ''] = await fifteen();
    rmSync(keyOf(first));
    writeFileSync(keyOf(second), readFileSync(keyOf(second), 'utf8').replace('.', ','));
    expect(await faults()).toEqual(['1:1 key-missing', '2:1 key-changed']);
    expect(await faultsWithKey()).toEqual(['1:1 key-missing', '2:1 key-changed']);
    expect((await personsIn()).persons).toBe(5);
  });

  it('of the open segment is left alone, and taken away under the gateway it is missed at once', async () => {
    const ledger = await folder.open();
    await ledger.append(entryOf(1));
    const [open = ''] = folder.segments();
    const destruction = { by: 'dpo', reason: 'now', now: folder.clock.now() };
    expect(await destroyKeysBefore(folder.directory, instantOf(8e15), destruction)).toEqual([]);
    rmSync(keyOf(open));
    await expect(ledger.append(entryOf(2))).rejects.toThrow('cannot be written');
    folder.clock.advance(2);
    await ledger.append(entryOf(3));
    await ledger.close();
    expect(await faultsWithKey()).toEqual(['1:1 key-missing']);
    expect((await personsIn()).persons).toBe(1);
  });

  it('of an older ledger is in its head: it is read as ever, and cannot be destroyed alone', async () => {
    const [first = '', second = '', third = ''] = await fifteen();
    let hash = '';
    for (const path of [first, second, third]) {
      const wrapped = readFileSync(keyOf(path), 'utf8');
      tamper(path, (lines) => {
        const anew = relinked(
          lines.map((line, at) =>
            at === 0
              ? line
                  .replace(/"key":"[^"]+"/, `"key":"${wrapped}"`)
                  .replace(/"after":"[^"]*"/, `"after":"${hash}"`)
              : line,
          ),
        );
        hash = JSON.parse(anew.at(-1) ?? '{}').hash as string;
        return anew;
      });
      rmSync(keyOf(path));
    }
    expect(await faults()).toEqual([]);
    const destruction = { by: 'dpo', reason: 'old', now: folder.clock.now() };
    const done = await destroyKeysBefore(folder.directory, instantOf(8e15), destruction);
    expect(done.map(({ outcome }) => outcome)).toEqual(['inside', 'inside', 'inside']);
  });
});

describe('somebody who computes the hashes anew', () => {
  const pretend = (lines: readonly string[]): readonly string[] =>
    relinked(edited(3, 'pharmacie-01', 'pharmacie-02')(lines));

  it('passes without the key where nothing follows, and is found with it', async () => {
    const [, , third = ''] = await fifteen();
    tamper(third, pretend);
    expect(await faults()).toEqual([]);
    // The entry itself does not open, and neither does any behind it: they were sealed onto another past.
    expect(await faultsWithKey()).toEqual(['3:4 forged', '3:5 forged', '3:6 forged']);
    // Negative control: hashes alone, computed anew over unchanged lines, change nothing.
    tamper(third, (lines) => relinked(edited(3, 'pharmacie-02', 'pharmacie-01')(lines)));
    expect(await faultsWithKey()).toEqual([]);
  });

  it('is found against a head kept elsewhere, without any key', async () => {
    const [, , third = ''] = await fifteen();
    tamper(third, pretend);
    expect(await faults(folder.heads)).toEqual(['3:0 rewritten']);
  });

  it('cannot drop an entry and renumber: the number is sealed in', async () => {
    const [, , third = ''] = await fifteen();
    tamper(third, (lines) => {
      const kept = without(3)(lines).map((line) =>
        line
          .replace(/"n":14/, '"n":13')
          .replace(/"n":15/, '"n":14')
          .replace(/"entries":15/, '"entries":14'),
      );
      return relinked(kept);
    });
    expect(await faults()).toEqual([]);
    expect(await faultsWithKey()).toEqual(['3:4 forged', '3:5 forged']);
  });
});

describe('a ledger cut off at its end', () => {
  it('shows only against a head kept elsewhere', async () => {
    const [, , third = ''] = await fifteen();
    rmSync(third);
    expect(await faults()).toEqual([]);
    expect(await faultsWithKey()).toEqual([]);
    expect(await faults(folder.heads)).toEqual(['3:0 cut-short']);
    rmSync(join(folder.directory, 'gateway'), { recursive: true });
    expect(await faults(folder.heads)).toEqual(['1:0 cut-short', '2:0 cut-short', '3:0 cut-short']);
  });

  it('or replaced as a whole by somebody who knows the public key, likewise', async () => {
    await fifteen();
    const [told, inner] = [[...folder.heads], join(folder.directory, 'gateway')];
    rmSync(inner, { recursive: true });
    await fifteen();
    expect(await faultsWithKey()).toEqual([]);
    expect(await faults(told)).toEqual(['1:0 rewritten', '2:0 rewritten', '3:0 rewritten']);
  });
});

describe('somebody who deletes the past and calls it retention', () => {
  const day = 86_400_000;
  /** A day passes between segments, so that retention has something to drop; each head with the time it was told at. */
  async function grown(retention: number): Promise<readonly (LedgerHead & { readonly at: number })[]> {
    const told: (LedgerHead & { readonly at: number })[] = [];
    const ledger = await folder.open({
      segment: { entries: 5, age: secondsOf(3600) },
      retention: secondsOf(retention),
      witness: (head) => void told.push({ ...head, at: folder.clock.now() }),
    });
    for (let place = 0; place < 15; place += 1) {
      if (place % 5 === 0) folder.clock.advance(day / 1000);
      await ledger.append(entryOf(place));
    }
    await ledger.close();
    return told;
  }
  async function judged(
    witnessed: readonly (LedgerHead & { readonly at?: number })[],
    retention: number,
  ): Promise<readonly string[]> {
    const { faults: found } = await verifyLedger(folder.directory, {
      privateKeys: [folder.operator.private],
      witnessed,
      keptFrom: folder.clock.now() - retention * 1000,
    });
    return found.map(({ segment, fault }) => `${segment} ${fault}`);
  }
  const year = 365 * 86_400;

  it('is found by the times of heads kept elsewhere', async () => {
    const told = await grown(year);
    // The public key and the gateway's own code are enough to end a chain with a head that says what is gone.
    folder.clock.advance(day / 1000);
    const forger = await folder.open({ retention: secondsOf(86_400), witness: () => undefined });
    await forger.append(entryOf(99));
    await forger.close();
    const { gone } = await verifyLedger(folder.directory);
    expect(gone).toEqual([{ instance: 'gateway', through: 2 }]);
    expect(await faultsWithKey()).toEqual([]);
    expect(await judged(told, year)).toEqual(['1 dropped-early', '2 dropped-early']);
    // Negative control: without the times nobody can tell.
    expect(
      await judged(
        told.map(({ at: _at, ...head }) => head),
        year,
      ),
    ).toEqual([]);
  });

  it('is not held against retention that did what it says (negative control)', async () => {
    const told = await grown(86_400);
    const { gone } = await verifyLedger(folder.directory);
    expect(gone).toEqual([{ instance: 'gateway', through: 1 }]);
    expect(await judged(told, 86_400)).toEqual([]);
  });

  it('is found when nothing that was seen is left, or what is gone was another', async () => {
    const told = await grown(86_400);
    expect(await judged(told.slice(0, 1), 86_400)).toEqual([]);
    const [one] = told;
    if (one === undefined) throw new TypeError('nothing was told');
    expect(await judged([{ ...one, hash: 'x'.repeat(43) }], 86_400)).toEqual(['1 rewritten']);
    rmSync(folder.segments()[0] ?? '');
    expect(await judged([one], 86_400)).toEqual(expect.arrayContaining(['1 cut-short']));
  });
});

describe('the disk', () => {
  const bytesOnDisk = (): Buffer =>
    Buffer.concat(
      readdirSync(folder.directory, { recursive: true, encoding: 'utf8' })
        .map((name) => join(folder.directory, name))
        .filter((path) => statSync(path).isFile())
        .map((path) => readFileSync(path)),
    );
  const spellings = (secret: string): readonly Buffer[] => {
    const plain = Buffer.from(secret);
    const shifted = [0, 1, 2].map((shift) =>
      Buffer.concat([Buffer.alloc(shift), plain])
        .toString('base64url')
        .slice(4, -4),
    );
    // Four letters of base64 occur by chance.
    const telling = shifted.filter((text) => text.length >= 8);
    return [
      plain,
      ...[plain.toString('hex'), ...telling].map((text) => Buffer.from(text)),
      Buffer.from(secret, 'utf16le'),
    ];
  };
  const says = (secret: string): boolean => spellings(secret).some((bytes) => bytesOnDisk().includes(bytes));

  it('names no person, session, factor, proof or address, in no spelling, nor the data key', async () => {
    const drawn: Uint8Array[] = [];
    const ledger = await openLedger({
      directory: folder.directory,
      sealTo: folder.operator.public,
      clock: folder.clock,
      random: (length) => {
        const bytes = systemRandom(length);
        drawn.push(Uint8Array.from(bytes));
        return bytes;
      },
    });
    const entries = Array.from({ length: 50 }, (_, place) =>
      entryOf(place, { account: accountOf(`account-${place}`) }),
    );
    await Promise.all(entries.map((entry) => ledger.append(entry)));
    await ledger.close();
    const [entry] = entries;
    const secrets = [
      ...entries.map((_, place) => personOf(place)),
      entry?.session ?? '',
      entry?.factor ?? '',
      entry?.proof ?? '',
      '192.0.2.7',
      'digest-of-the-counted',
      'identity',
    ];
    expect(secrets.filter(says)).toEqual([]);
    const keys = drawn.flatMap((bytes) => [
      Buffer.from(bytes),
      Buffer.from(Buffer.from(bytes).toString('base64url')),
    ]);
    expect(keys.some((key) => bytesOnDisk().includes(key))).toBe(false);
    // Negative control: the search finds what is in the clear on purpose.
    expect(says('account-7')).toBe(true);
  });

  it('is for its owner alone', async () => {
    await fifteen();
    const modes = [join(folder.directory, 'gateway'), ...folder.segments()].map(
      (path) => statSync(path).mode & 0o077,
    );
    expect(modes).toEqual([0, 0, 0, 0]);
  });

  it('opens for the operator alone: another key is refused, and so is none', async () => {
    await fifteen();
    const stranger = await makeOperatorKey();
    const open = async (privateKeys: ExposureQuestion['privateKeys']) =>
      (await reportOn(folder, { privateKeys })).exposure;
    await expect(open([stranger.private])).rejects.toThrow('no key given for kid');
    await expect(open([])).rejects.toThrow('no key given for kid');
    await expect(open([{ ...stranger.private, kid: folder.operator.public.kid ?? '' }])).rejects.toThrow(
      'does not open',
    );
    await expect(open([folder.operator.public])).rejects.toThrow('private key');
    expect((await open([stranger.private, folder.operator.private])).counts.persons).toBe(15);
  });
});
