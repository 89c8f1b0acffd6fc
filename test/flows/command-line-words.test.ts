// What nobody means to type, and answers that reach nobody: a clear word and the exit code of the page, and nothing half done.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accountCommand } from '../../packages/gateway/src/cli/account.ts';
import { alarmCommand } from '../../packages/gateway/src/cli/alarm.ts';
import { budgetCommand } from '../../packages/gateway/src/cli/budget.ts';
import { checkCommand } from '../../packages/gateway/src/cli/check.ts';
import { explainCommand } from '../../packages/gateway/src/cli/explain.ts';
import { exposureCommand } from '../../packages/gateway/src/cli/exposure.ts';
import { keysCommand } from '../../packages/gateway/src/cli/keys.ts';
import { ledgerCommand } from '../../packages/gateway/src/cli/ledger.ts';
import { reviewCommand } from '../../packages/gateway/src/cli/review.ts';
import { resumeCommand, stopCommand } from '../../packages/gateway/src/cli/stop.ts';
import type { Terminal } from '../../packages/gateway/src/cli/terminal.ts';
import { ticketCommand } from '../../packages/gateway/src/cli/ticket.ts';

const launcher = new URL('../../packages/gateway/bin/palier.js', import.meta.url).pathname;
let folder: string;

const silent: Terminal = { out: () => undefined, err: () => undefined, environment: {}, interactive: false };

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function ended(child: ChildProcess): Promise<Ended> {
  let [out, err] = ['', ''];
  child.stdout?.on('data', (text) => {
    out += text;
  });
  child.stderr?.on('data', (text) => {
    err += text;
  });
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, out, err })));
}

function palier(...words: readonly string[]): Promise<Ended> {
  return ended(spawn(process.execPath, [launcher, ...words], { cwd: folder }));
}

/** Whoever reads is gone before anything is printed. */
function palierUnread(...words: readonly string[]): Promise<Ended> {
  const child = spawn(process.execPath, [launcher, ...words], { cwd: folder });
  child.stdout.destroy();
  return ended(child);
}

/** Standard output is a disk that is full. */
function palierOnFullDisk(...words: readonly string[]): Promise<Ended> {
  const shell = ['-c', 'exec "$0" "$@" > /dev/full', process.execPath, launcher, ...words];
  return ended(spawn('sh', shell, { cwd: folder }));
}

const tickets = async (account: string): Promise<number> =>
  JSON.parse((await palier('ticket', 'list', account, '--json')).out).length;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'palier-'));
  expect((await palier('init')).out).toMatch(/can read who was seen\.\n$/);
}, 30_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('words that nobody means', () => {
  it.each(['constructor', 'se\u001b[2Jrve'])('%j is no command', async (word) => {
    const { code, err } = await palier(word);
    const told = `palier: there is no command "${word.replace('\u001b', '?')}"`;
    expect([code, err.split('\n')[0]]).toEqual([2, told]);
  });

  it.each([
    [['acount', 'lock', 'pharmacie-01'], 'did you mean "account"? palier --help'],
    [['zzz'], 'fix: palier --help lists them all'],
    [['account', 'lokc', 'pharmacie-01'], 'did you mean "lock"? write: palier account'],
    [['stop', 'organization', 'cabinet-12'], 'did you mean "organisation"? write: palier stop'],
    [['ticket', 'isue', 'pharmacie-01'], 'did you mean "issue"? write: palier ticket'],
    [['ledger', 'verfy'], 'did you mean "verify"? write: palier ledger'],
    [['ticket', 'issue'], 'palier ticket: write: palier ticket'],
  ])('%j asks after the verb that was meant', async (words, told) => {
    expect(await palier(...words)).toMatchObject({ code: 2, err: expect.stringContaining(told) });
  });

  it('a word too many is told with what to write, and is a 2', async () => {
    expect(await palier('ticket', 'issue', 'pharmacie', '01')).toMatchObject({
      code: 2,
      err: 'palier ticket: "01" is one word too many (quote a name with a blank); write: palier ticket issue ACCOUNT | list [ACCOUNT] | revoke ACCOUNT TICKET\n',
    });
    expect(await tickets('pharmacie')).toBe(0);
  });

  it.each([
    [ticketCommand, 'issue pharmacie 01'],
    [ticketCommand, 'list pharmacie 01'],
    [ticketCommand, 'revoke pharmacie tid_x 01'],
    [accountCommand, 'show pharmacie 01'],
    [accountCommand, 'lock pharmacie 01'],
    [accountCommand, 'reset-factors pharmacie 01'],
    [accountCommand, 'remove-factor pharmacie fac_x 01'],
    [alarmCommand, 'list 01'],
    [alarmCommand, 'end pharmacie 01'],
    [budgetCommand, 'renew 01'],
    [reviewCommand, 'done gls_x 01'],
    [stopCommand, 'list 01'],
    [stopCommand, 'class general 01'],
    [resumeCommand, 'class general 01'],
    [explainCommand, 'GET / 01'],
    [checkCommand, 'palier.yaml 01'],
    [keysCommand, 'rotate 01'],
    [keysCommand, 'renew 01'],
    [ledgerCommand, 'verify 01'],
    [ledgerCommand, 'destroy-keys 01'],
    [exposureCommand, 'report 01 --key ledger-private.jwk'],
  ] as const)('%o does nothing for %j', async (command, words) => {
    const typed = [...words.split(' '), '--config', join(folder, 'palier.yaml')];
    await expect(command(typed, silent)).rejects.toThrow('"01" is one word too many');
  });

  it('help is given wherever it is asked for, and a name may look like the question', async () => {
    for (const words of [
      ['serve', '--help'],
      ['account', 'lock', 'pharmacie-01', '-h'],
    ])
      expect(await palier(...words)).toMatchObject({ code: 0, out: expect.stringContaining('palier serve') });
    expect((await palier('account', 'show', '--', '--help')).out).toContain('--help\n  no factor');
  });
});

/** Names of the packages that a command loads. */
async function packagesOf(...words: readonly string[]): Promise<ReadonlySet<string>> {
  const watch = `
    import { registerHooks } from 'node:module';
    const seen = new Set();
    registerHooks({ load: (url, context, next) => { seen.add(url); return next(url, context); } });
    process.on('exit', () => process.stderr.write('loaded ' + JSON.stringify([...seen])));`;
  const flags = ['--import', `data:text/javascript,${encodeURIComponent(watch)}`];
  const { err } = await ended(spawn(process.execPath, [...flags, launcher, ...words], { cwd: folder }));
  const urls = JSON.parse(/loaded (.*)$/.exec(err)?.[1] ?? '') as readonly string[];
  expect(urls.length).toBeGreaterThan(3);
  return new Set(urls.map((url) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? ''));
}

describe('a command', () => {
  it('loads no package to help, and the kill switch no client of a store that is not there', async () => {
    expect(await packagesOf('account', 'lock', '--help')).toEqual(new Set(['']));
    const loaded = await packagesOf('stop', 'list');
    for (const name of ['redis', '@redis/client', 'pg', 'express', 'openid-client'])
      expect(loaded).not.toContain(name);
    // Negative control: what is used is seen.
    expect(loaded).toContain('zod');
  });
});

describe.skipIf(process.platform === 'win32')('an answer that reaches nobody', () => {
  it('ends no command half-way where its reader is gone', async () => {
    expect(await palierUnread('--help')).toEqual({ code: 0, out: '', err: '' });
    const { code, err } = await palierUnread('ticket', 'issue', 'pharmacie-07');
    expect(code).toBe(0);
    expect(err).not.toContain('EPIPE');
    expect(await tickets('pharmacie-07')).toBe(1);
  });

  it.skipIf(process.platform !== 'linux')('is told and is a no where the disk is full', async () => {
    const { code, err } = await palierOnFullDisk('ticket', 'issue', 'pharmacie-08');
    expect(code).toBe(1);
    expect(err).toContain('palier: what is printed cannot be written: ENOSPC');
    expect(err).not.toContain('node:events');
  });
});

describe.skipIf(process.platform === 'win32')('what somebody else wrote', () => {
  const clear = '\u001b[2J\u009b2J\u202e';

  it('is no command to the terminal of whoever reads it', async () => {
    const told: string[] = [];
    const terminal: Terminal = { ...silent, out: (text) => void told.push(text) };
    const config = ['--config', join(folder, 'palier.yaml')];
    await stopCommand(['everything', '--reason', clear, ...config], terminal);
    await stopCommand(['list', ...config], terminal);
    await resumeCommand(['everything', ...config], terminal);
    const directory = join(folder, 'copied');
    mkdirSync(join(directory, clear), { recursive: true });
    writeFileSync(join(directory, clear, 'segment-00000001.jsonl'), 'nonsense\n');
    await ledgerCommand(['verify', '--directory', directory, ...config], terminal);
    expect(told.join('')).toContain('?[2J?2J?');
    expect(told.join('')).not.toMatch(/[^\P{C}\n]/u);
    const { err } = await palier('account', 'show', clear, '--', clear);
    expect(err).toContain('is one word too many');
    expect(err).not.toMatch(/[^\P{C}\n]/u);
  });
});

describe.skipIf(process.platform === 'win32')('palier serve', () => {
  it('goes on where nobody reads what it says, and where a reload is asked for while it starts', async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const text = readFileSync(join(folder, 'palier.yaml'), 'utf8').replace(
      'sqlite:palier.db',
      `postgres://palier@127.0.0.1:${port}/palier`,
    );
    writeFileSync(join(folder, 'silent.yaml'), text);
    const words = ['serve', '--config', 'silent.yaml'];
    const child = spawn(process.execPath, [launcher, ...words], { cwd: folder });
    child.stderr.destroy();
    await once(silent, 'connection');
    child.kill('SIGHUP');
    // It ends by itself, because the store does not answer.
    expect(await ended(child)).toMatchObject({ code: 1 });
    silent.close();
  });
});

it('a log that was cut is told by its name', async () => {
  writeFileSync(join(folder, 'cut.gz'), gzipSync('x'.repeat(1000)).subarray(0, 15));
  expect(await palier('analyse', 'cut.gz')).toMatchObject({
    code: 1,
    err: expect.stringContaining('cut.gz is no whole gzip file: unexpected end of file'),
  });
});
