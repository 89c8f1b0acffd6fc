// What a start would stumble over, found beforehand by the code that uses it: check lists it, serve refuses with it.
import { execFile } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type Config, parseConfig } from '@palier/gateway';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { prepareState } from '../../../../examples/demo/state.ts';
import { createGateway } from '../gateway.ts';
import { checkCommand } from './check.ts';
import { initCommand } from './init.ts';
import { serveCommand } from './serve.ts';
import type { Command, Terminal } from './terminal.ts';

const starter = readFileSync(new URL('../../assets/palier.yaml', import.meta.url), 'utf8');
let folder: string;
let file: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'palier-start-'));
  file = join(folder, 'palier.yaml');
  await prepareState(folder);
  writeFileSync(file, starter);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function run(command: Command, ...words: readonly string[]): Promise<readonly [number, string]> {
  let said = '';
  const hear = (text: string): void => {
    said += text;
  };
  const terminal: Terminal = { out: hear, err: hear, environment: {}, interactive: false };
  return [await command(words, terminal), said];
}

async function failure(command: Command, ...words: readonly string[]): Promise<string> {
  return run(command, ...words).then(
    ([, said]) => `no failure: ${said}`,
    (error: Error) => error.message,
  );
}

function configOf(): Config {
  const parsed = parseConfig(readFileSync(file, 'utf8'), {
    readFile: (path) => readFileSync(path, 'utf8'),
    environment: {},
    folder,
  });
  if ('problems' in parsed) throw new TypeError(JSON.stringify(parsed.problems));
  return parsed.config;
}

const lineOf = (text: string): number => starter.split('\n').findIndex((line) => line.includes(text)) + 1;

describe.each([
  [
    'the private key to seal to',
    () => copyFileSync(join(folder, 'ledger-private.jwk'), join(folder, 'ledger-public.jwk')),
    'sealTo',
    'ledger.sealTo: .*ledger-public.jwk holds the private key',
    'take the private one off this machine',
  ],
  [
    'a key to seal to that is none',
    () => writeFileSync(join(folder, 'ledger-public.jwk'), '{"kty":"RSA"}'),
    'sealTo',
    'ledger.sealTo: .*ledger-public.jwk is no key to seal to',
    'name the public key that palier init wrote',
  ],
  [
    'a file where the ledger should be',
    () => writeFileSync(join(folder, 'ledger'), ''),
    'sealTo',
    'ledger.directory: .*/ledger is a file, not a folder',
    'name another folder',
  ],
  [
    'no folder for the database',
    () => writeFileSync(file, starter.replace('sqlite:palier.db', 'sqlite:nowhere/palier.db')),
    'stores:',
    'stores.durable: the folder .*/nowhere is not there',
    'mkdir -p .*/nowhere',
  ],
  [
    'a database of another program',
    () => writeFileSync(join(folder, 'palier.db'), 'a diary'),
    'stores:',
    'stores.durable: .*palier.db is no database of Palier',
    'name another file',
  ],
  [
    'keys that are lost',
    () => rmSync(join(folder, 'palier-keys.json')),
    'keys:',
    'keys.file: there is no key file at .*palier-keys.json',
    'put it back from a backup: what was enrolled and counted rests on it',
  ],
  [
    'keys that are damaged',
    () => writeFileSync(join(folder, 'palier-keys.json'), '{"sealing":'),
    'keys:',
    'keys.file: .*palier-keys.json is no sound key file',
    'put it back from a backup',
  ],
] as const)('%s', (_what, spoil, setting, problem, fix) => {
  it('is found by check at its line, and serve refuses with the same words and writes nothing', async () => {
    spoil();
    const before = readdirSync(folder).sort();
    const [code, said] = await run(checkCommand, file);
    expect(code).toBe(1);
    const words = new RegExp(`^${file}:${lineOf(setting)}:\\d+ {2}${problem}.*\n {4}fix: .*${fix}`, 'm');
    expect(said).toMatch(words);
    expect(await failure(serveCommand, '--config', file)).toMatch(words);
    expect(readdirSync(folder).sort()).toEqual(before);
  });
});

describe('what init wrote', () => {
  it('is found sound, and checking it writes nothing', async () => {
    const before = readdirSync(folder).sort();
    expect(await run(checkCommand, file)).toEqual([0, expect.stringMatching(/palier\.yaml is sound\n$/)]);
    expect(readdirSync(folder).sort()).toEqual(before);
  });
});

describe.skipIf(process.getuid?.() !== 0)('for another user than the one the files belong to', () => {
  it('check says so of each, and does not ask for new keys', async () => {
    chmodSync(folder, 0o755);
    // Loaded before the user changes: the project itself may lie where only its owner comes.
    const program = `import { checkCommand } from ${JSON.stringify(new URL('./check.ts', import.meta.url).href)};
      process.setgroups([]); process.setgid(65534); process.setuid(65534);
      const say = (text) => process.stdout.write(text);
      await checkCommand([${JSON.stringify(file)}], { out: say, err: say, environment: {}, interactive: false });`;
    const said = await new Promise<string>((resolve) => {
      const words = ['--conditions=palier-source', '--input-type=module', '--eval', program];
      execFile(process.execPath, words, (_error, out, err) => resolve(out + err));
    });
    expect(said).toMatch(
      /keys\.file: .*palier-keys\.json cannot be read by this user \(\w+\)\n {4}fix: run palier as the owner of .*palier-keys\.json \(user 0\), or give it to this user: chown /,
    );
    expect(said).toMatch(/ledger\.directory: .* cannot be written by this user/);
    expect(said).toMatch(/stores\.durable: .* cannot be written by this user/);
    expect(said).not.toMatch(/palier init|EACCES/);
  });
});

describe('a gateway that cannot start', () => {
  it('leaves no segment in the ledger where its store does not open, which is said', async () => {
    mkdirSync(join(folder, 'palier.db'));
    await expect(createGateway(configOf())).rejects.toThrow('palier.db');
    expect(existsSync(join(folder, 'ledger'))).toBe(false);
  });

  it('says which setting names a port that is taken, for each, and closes what it opened', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const address = other.address();
    const port = typeof address === 'object' ? address?.port : 0;
    try {
      for (const [name, listen, health] of [
        ['listen', port, 0],
        ['healthListen', 0, port],
      ] as const) {
        const text = starter
          .replace('127.0.0.1:8080', `127.0.0.1:${listen}`)
          .replace('127.0.0.1:9090', `127.0.0.1:${health}`);
        writeFileSync(file, text);
        const said = await failure(serveCommand, '--config', file);
        expect(said).toMatch(
          new RegExp(`^${name}: 127\\.0\\.0\\.1:${port} is taken: this gateway runs already`),
        );
        expect(said).toContain(`or write another port at ${name}`);
        expect(said).not.toContain('EADDRINUSE');
      }
    } finally {
      other.close();
    }
  });
});

describe('palier init again', () => {
  const lost = (): void => rmSync(join(folder, 'palier-keys.json'));

  it('makes lost keys anew where nothing rests on them, and touches nothing else', async () => {
    lost();
    const kept = readFileSync(join(folder, 'ledger-public.jwk'), 'utf8');
    expect(await run(initCommand, '--directory', folder)).toEqual([
      0,
      `written: ${join(folder, 'palier-keys.json')}\n`,
    ]);
    expect(await run(checkCommand, file)).toEqual([0, expect.stringMatching(/palier\.yaml is sound\n$/)]);
    expect(readFileSync(join(folder, 'ledger-public.jwk'), 'utf8')).toBe(kept);
  });

  it('makes them anew beside a store that takes no others until the operator says so', async () => {
    const gateway = await createGateway(configOf(), { log: () => undefined });
    await gateway.close();
    lost();
    const [code, said] = await run(initCommand, '--directory', folder);
    expect(code).toBe(0);
    expect(said).toContain('The store was written with other keys and does not take these.');
    const [checked, words] = await run(checkCommand, file);
    expect(checked).toBe(1);
    expect(words).toContain('palier keys renew');
    expect(await failure(serveCommand, '--config', file)).toContain('palier keys renew');
  });

  it('makes none beside a store of before that would take any, and says the way and its price', async () => {
    lost();
    const database = new DatabaseSync(join(folder, 'palier.db'));
    database.exec('CREATE TABLE factor (id TEXT)');
    database.close();
    const said = await failure(initCommand, '--directory', folder);
    expect(said).toMatch(
      /palier-keys\.json is lost: what the store at stores\.durable holds was made with it/,
    );
    expect(said).toMatch(/put it back from a backup\. Without one everybody enrols anew/);
    expect(existsSync(join(folder, 'palier-keys.json'))).toBe(false);
  });

  it('says what is missing beside them: the configuration, the public key, or nothing', async () => {
    expect(await failure(initCommand, '--directory', folder)).toContain('nothing is missing');
    rmSync(join(folder, 'ledger-public.jwk'));
    expect(await failure(initCommand, '--directory', folder)).toMatch(
      /ledger-public\.jwk is missing\n {4}fix: put it back/,
    );
    rmSync(file);
    expect(await failure(initCommand, '--directory', folder)).toMatch(
      /palier\.yaml is missing\n {4}fix: put it back/,
    );
    expect(existsSync(file)).toBe(false);
  });

  it.skipIf(process.platform !== 'linux')('ends where no folder can be made', { timeout: 5000 }, async () => {
    expect(await failure(initCommand, '--directory', '/proc/palier')).toContain(
      'no folder can be made at /proc/palier',
    );
  });
});

describe('a configuration that cannot be read', () => {
  it('is named with what to do: none there, or a folder', async () => {
    expect(await failure(checkCommand, join(folder, 'none.yaml'))).toMatch(
      /there is no file .*none\.yaml\n {4}fix: make one with "palier init", or name yours with --config FILE/,
    );
    expect(await failure(serveCommand, '--config', folder)).toContain(
      `${folder} is a folder, not a file\n    fix: name the file in it: --config ${file}`,
    );
  });
});
