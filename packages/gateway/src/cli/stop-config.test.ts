// The kill switch is used on the day on which somebody is just editing the configuration.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prepareState } from '../../../../examples/demo/state.ts';
import { accountCommand } from './account.ts';
import { resumeCommand, stopCommand } from './stop.ts';
import type { Command } from './terminal.ts';
import { ticketCommand } from './ticket.ts';

const starter = readFileSync(new URL('../../assets/palier.yaml', import.meta.url), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'palier-stop-'));
const sound = join(folder, 'palier.yaml');
const edited = join(folder, 'edited.yaml');

beforeAll(async () => {
  await prepareState(folder);
  writeFileSync(sound, starter);
  await run(sound, ticketCommand, 'issue', 'pharmacie-01');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function run(
  file: string,
  command: Command,
  ...words: readonly string[]
): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  let [out, err] = ['', ''];
  const hear = (text: string): void => {
    err += text;
  };
  const tell = (text: string): void => {
    out += text;
  };
  const environment = { WEBHOOK_SECRET: 'k'.repeat(32) };
  const code = await command([...words, '--config', file], {
    out: tell,
    err: hear,
    environment,
    interactive: false,
  });
  return { code, out, err };
}

function editing(change: (text: string) => string): string {
  const text = change(starter);
  expect(text).not.toBe(starter);
  writeFileSync(edited, text);
  return edited;
}

const halfEdits: readonly (readonly [string, (text: string) => string])[] = [
  ['a route that asks for nothing known', (text) => text.replace('maxAge: 12h', 'maxAge: 12 hours')],
  ['a bracket left open', (text) => text.replace('require: open }', 'require: open')],
  ['a quote left open', (text) => text.replace('  - match: GET /patients\n', '  - match: "GET /patients\n')],
  ['a wrong indent', (text) => text.replace('      cookie: PORTALSID', '   cookie: PORTALSID')],
  ['a key written twice', (text) => `${text}\nmode: enforce\n`],
  ['an unknown key', (text) => `${text}\nmaintenance: true\n`],
  ['an alias', (text) => text.replace('name: /name', 'name: *name')],
  [
    'a variable that this shell has not',
    (text) =>
      `${text}\nnotify: { webhook: { url: "https://siem.example/", secret: { env: SIEM_SECRET } } }\n`,
  ],
  ['no origin', (text) => text.replace(/^origin: .*$/m, '')],
];

describe('with one mistake elsewhere in the configuration', () => {
  it.each(halfEdits)('%s: every verb of the kill switch holds, and says what is wrong', async (_, change) => {
    const file = editing(change);
    const locked = await run(file, accountCommand, 'lock', 'pharmacie-01', '--reason', 'stolen');
    expect(locked).toMatchObject({ code: 0, out: 'locked; 0 session(s) ended\n' });
    expect(locked.err).toContain(
      'warning: the configuration is not sound; this goes on with the stores it names',
    );
    expect(locked.err).toMatch(/edited\.yaml:\d+:\d+ .*\n {4}fix: /);
    // Seen by whoever reads the configuration that the gateway runs with.
    expect((await run(sound, stopCommand, 'list')).out).toContain('account pharmacie-01');
    expect((await run(file, stopCommand, 'list')).out).toContain('account pharmacie-01');
    expect((await run(file, accountCommand, 'show', 'pharmacie-01')).code).toBe(0);
    expect((await run(file, accountCommand, 'revoke-sessions', 'pharmacie-01')).code).toBe(0);
    expect(await run(file, accountCommand, 'unlock', 'pharmacie-01')).toMatchObject({ out: 'unlocked\n' });
    expect((await run(file, stopCommand, 'everything')).out).toBe('stopped: everything \n');
    expect((await run(file, resumeCommand, 'everything')).out).toBe('ended\n');
  });

  it('a class and a route hold unchecked, and exit code 3 says so', async () => {
    const file = editing((text) => text.replace('require: open }', 'require: open'));
    expect(await run(file, stopCommand, 'class', 'pharmacy')).toMatchObject({
      code: 3,
      out: 'stopped, unchecked: class pharmacy\n',
      err: expect.stringContaining('whether the class "pharmacy" is spelt right cannot be said'),
    });
    expect((await run(file, stopCommand, 'route', 'GET /patients/{nir}')).code).toBe(3);
    const readable = editing((text) => text.replace('maxAge: 15m', 'maxAge: 15 minutes'));
    expect((await run(readable, stopCommand, 'route', 'GET /patients/{nir}')).code).toBe(0);
    await run(sound, resumeCommand, 'class', 'pharmacy');
    await run(sound, resumeCommand, 'route', 'GET /patients/{nir}');
  });

  it('without the section of the keys, locks all the same, and says that no session was ended', async () => {
    const file = editing((text) => text.replace('keys: { file', 'keys: { fiel'));
    await expect(run(file, accountCommand, 'lock', 'kine-01')).rejects.toThrow(
      'kine-01 is locked and shown nothing; its sessions were not ended: the configuration is not sound, and its keys',
    );
    expect((await run(sound, stopCommand, 'list')).out).toContain('account kine-01');
  });

  it('a secret of the environment is read as ever, and one that is not there sends no notice and says so', async () => {
    const webhook = (name: string): string =>
      `notify: { webhook: { url: "https://siem.example/", secret: { env: ${name} } } }`;
    const told = async (name: string): Promise<string> => {
      const file = editing((text) =>
        `${text}\n${webhook(name)}\n`.replace('maxAge: 12h', 'maxAge: 12 hours'),
      );
      return (await run(file, accountCommand, 'show', 'pharmacie-01')).err;
    };
    expect(await told('WEBHOOK_SECRET')).not.toContain('notify');
    expect(await told('OTHER_SECRET')).toContain('notify cannot be read: nobody is sent a notice of it');
  });

  it('what needs more is refused, and says which verbs do not', async () => {
    const file = editing((text) => text.replace('maxAge: 12h', 'maxAge: 12 hours'));
    await expect(run(file, ticketCommand, 'issue', 'pharmacie-01')).rejects.toThrow(
      'not sound: a ticket needs its keys and its enrolment; palier account lock and palier stop need its stores alone',
    );
    await expect(run(file, accountCommand, 'reset-factors', 'pharmacie-01')).rejects.toThrow(
      'needs it whole',
    );
  });
});

describe('where the stores themselves cannot be read', () => {
  const stores = 'stores: { durable: "sqlite:palier.db" }';
  it.each([
    ['another key', 'stroes: { durable: "sqlite:palier.db" }', '"stroes" stands where stores is meant'],
    ['a bracket left open', 'stores: { durable: "sqlite:palier.db"', 'written where it cannot be read'],
    ['a key written twice', `${stores}\n${stores}`, 'written where it cannot be read, or twice'],
    ['an unknown place', 'stores: { durable: "mysql:palier" }', 'is not a store'],
    ['Redis alone', 'stores: { durable: "redis://cache" }', 'may lose what it was told'],
    ['a file nobody made', 'stores: { durable: "sqlite:other.db" }', 'there is no '],
    [
      'a password that this shell has not',
      'stores: { durable: { url: "postgres://palier@db/palier", password: { env: NO_PASSWORD } } }',
      'the environment variable NO_PASSWORD is not set',
    ],
  ])('%s: nothing is done, and the words say why', async (_, written, why) => {
    const file = editing((text) => text.replace(stores, written).replace('maxAge: 12h', 'maxAge: 12 hours'));
    const locking = run(file, accountCommand, 'lock', 'kine-02');
    await expect(locking).rejects.toThrow(
      /^nothing was done: the configuration is not sound, and its stores/,
    );
    await expect(locking).rejects.toThrow(why);
    expect((await run(sound, stopCommand, 'list')).out).not.toContain('kine-02');
  });

  it('a file is looked for beside the configuration, wherever the command is typed', async () => {
    const elsewhere = join(folder, 'elsewhere');
    mkdirSync(elsewhere);
    const away = join(elsewhere, 'palier.yaml');
    const broken = starter.replace('maxAge: 12h', 'maxAge: 12 hours');
    writeFileSync(
      away,
      broken
        .replace('sqlite:palier.db', 'sqlite:../palier.db')
        .replace('file: palier-k', 'file: ../palier-k'),
    );
    expect((await run(away, accountCommand, 'lock', 'kine-03')).err).toContain(join(folder, 'palier.db'));
    expect((await run(sound, stopCommand, 'list')).out).toContain('kine-03');
  });
});
