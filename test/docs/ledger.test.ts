// The commands of docs/ledger.md, as they stand there and in their order, on a ledger with an attacker in it.
import { execFile } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type LedgerHead, openLedger } from '@palier/gateway';
import { instantOf, systemRandom } from '@palier/mfa-core';
import type { JWK } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accountOf, entryOf, type LedgerFolder, ledgerFolder, personOf } from '../support/ledger-folder.ts';

const page = readFileSync(new URL('../../docs/ledger.md', import.meta.url), 'utf8');
const commands = [...page.matchAll(/```sh\n(.*?)\n```/gs)].map(([, text]) => text ?? '');
const launcher = new URL('../../packages/gateway/bin/palier.js', import.meta.url).pathname;

interface Ended {
  readonly code: number;
  readonly out: string;
}

/** Runs a command of the page, its words split as a shell would. */
function run(folder: string, command: string): Promise<Ended> {
  const words = [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
  expect(words[0]).toBe('palier');
  return new Promise((resolve) => {
    execFile('node', [launcher, ...words.slice(1)], { cwd: folder }, (error, out, err) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out: out + err });
    });
  });
}

const march = (day: number): number => Date.UTC(2026, 2, day, 10);

describe('the first 72 hours', () => {
  let place: LedgerFolder;
  const heads: LedgerHead[] = [];
  beforeAll(async () => {
    place = await ledgerFolder();
    expect((await run(place.directory, 'palier init')).code).toBe(0);
    const sealTo = JSON.parse(readFileSync(join(place.directory, 'ledger-public.jwk'), 'utf8')) as JWK;
    const directory = join(place.directory, 'ledger');
    const witness = (head: LedgerHead): void => void heads.push(head);
    const ledger = await openLedger({ directory, sealTo, clock: place.clock, random: systemRandom, witness });
    for (let person = 0; person < 40; person += 1) {
      const peer = person < 30 ? '203.0.113.66' : '192.0.2.7';
      await ledger.append(entryOf(person, { at: instantOf(march(10) + person), peer }));
    }
    await ledger.append(entryOf(99, { at: instantOf(march(10)), account: accountOf('medecin-01') }));
    await ledger.close();
    cpSync(directory, join(place.directory, 'copy'), { recursive: true });
    const kept = heads.map((head) => `${JSON.stringify(head)}\n`).join('');
    writeFileSync(join(place.directory, 'heads.jsonl'), kept);
  });
  afterAll(() => place.remove());

  it('are four commands, and one for much later', () => expect(commands).toHaveLength(5));

  it('begin with a lock, and with how much, without a key', async () => {
    // Here a test wrote the ledger: no store knows the account, which lock says.
    expect((await run(place.directory, commands[0] ?? '')).code).toBe(3);
    const found = await run(place.directory, commands[1] ?? '');
    expect(found).toMatchObject({ code: 0 });
    expect(found.out).toMatch(/^pharmacie-01 {2}40 record\(s\) released, 0 missed, 2026-03-10T10:00/);
    expect(found.out).not.toContain('medecin-01');
    expect((await run(place.directory, 'palier ledger search --account nobody')).code).toBe(1);
    const paris = /--from 2026-03-10T09:00\+01:00 --to 2026-03-10T10:00\+01:00/.exec(page)?.[0] ?? '';
    const early = await run(place.directory, `palier ledger search ${paris}`);
    expect(early.out).toBe('nothing from 2026-03-10T08:00:00.000Z to 2026-03-10T09:00:00.000Z (UTC)\n');
  });

  it('find the copy whole, and a copy cut short when the heads say more', async () => {
    expect(await run(place.directory, commands[2] ?? '')).toMatchObject({ code: 0 });
    const more = { instance: 'gateway', segment: 2, entries: 60, hash: 'x'.repeat(43) };
    writeFileSync(join(place.directory, 'more.jsonl'), JSON.stringify(more));
    const cut = await run(place.directory, (commands[2] ?? '').replace('heads.jsonl', 'more.jsonl'));
    expect(cut.code).toBe(1);
    expect(cut.out).toContain('cut-short');
  });

  it('say that they compared with nothing where no head was kept, and what a head is', async () => {
    const command = commands[2] ?? '';
    const whole = await run(place.directory, command);
    writeFileSync(join(place.directory, 'none.jsonl'), '\n');
    const none = await run(place.directory, command.replace('heads.jsonl', 'none.jsonl'));
    writeFileSync(join(place.directory, 'log.jsonl'), 'palier listens\n');
    const log = await run(place.directory, command.replace('heads.jsonl', 'log.jsonl'));
    expect([whole, none].map(({ out }) => out.includes('compared with no head'))).toEqual([false, true]);
    expect(log).toMatchObject({ code: 2, out: expect.stringContaining('every line is a head') });
  });

  it('end with the figures, one line for each person, and what tells the attacker from the owner', async () => {
    const report = await run(place.directory, commands[3] ?? '');
    expect(report.code).toBe(0);
    expect(report.out).toContain(
      '- Asked for: pharmacie-01, from 2026-03-01T00:00:00.000Z to before 2026-04-01T00:00:00.000Z (UTC)',
    );
    expect(report.out).toMatch(/Persons concerned.*40/);
    expect(report.out).not.toContain(personOf(3));
    const lines = (name: string): readonly string[] =>
      readFileSync(join(place.directory, name), 'utf8').trimEnd().split('\r\n').slice(1);
    expect(lines('notices.csv')).toHaveLength(40);
    expect(lines('details.csv').filter((line) => line.includes('"203.0.113.66"'))).toHaveLength(30);
  });

  it('end with a report that says so and is no yes where the heads tell that the end was cut off', async () => {
    const command = (commands[3] ?? '').replaceAll('.csv', '-3.csv');
    const cut = await run(place.directory, command.replace('heads.jsonl', 'more.jsonl'));
    expect(cut).toMatchObject({ code: 1, out: expect.stringMatching(/not whole: 1 fault.*lower bound/s) });
    expect(readFileSync(join(place.directory, 'notices-3.csv'), 'utf8').split('\r\n')).toHaveLength(42);
    const alone = command.replace('--heads heads.jsonl', '').replaceAll('-3.csv', '-4.csv');
    const compared = 'compared with no head kept elsewhere';
    expect(await run(place.directory, alone)).toMatchObject({
      code: 0,
      out: expect.stringContaining(compared),
    });
    expect((await run(place.directory, command.replaceAll('-3.csv', '-5.csv'))).out).not.toContain(compared);
  });

  it('leave a way to forget the persons alone, after which the chain is whole and a report says what it lacks', async () => {
    const destroyed = await run(place.directory, commands[4] ?? '');
    expect(destroyed).toMatchObject({ code: 0, out: 'gateway/1  destroyed\n' });
    const verified = await run(
      place.directory,
      'palier ledger verify --directory ledger --key ledger-private.jwk',
    );
    expect(verified.code).toBe(0);
    expect(verified.out).toContain('as it says: identities are kept six months');
    const report = await run(
      place.directory,
      'palier exposure report --directory ledger --key ledger-private.jwk --language en',
    );
    expect(report.out).toMatch(/not whole.*41/s);
    // The copy was made before, with its keys.
    const copied = await run(place.directory, (commands[3] ?? '').replaceAll('.csv', '-2.csv'));
    expect(copied.out).toMatch(/Persons concerned.*40/);
  });
});
