// Another key file beside a store that is there: found out at the start, at a reload and by palier check, before a code
// meets a seal that does not open and before anybody is counted a second time.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type Config, createGateway, makeKeyFile, parseConfig } from '@palier/gateway';
import { systemRandom } from '@palier/mfa-core';
import { Pool } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { accountCommand } from '../../packages/gateway/src/cli/account.ts';
import { checkCommand } from '../../packages/gateway/src/cli/check.ts';
import { keysCommand } from '../../packages/gateway/src/cli/keys.ts';
import { ticketCommand } from '../../packages/gateway/src/cli/ticket.ts';
import { runCommand } from '../support/command.ts';
import { type Professional, seat } from '../support/professional.ts';
import { isMissing, type Server, startPostgres } from '../support/servers.ts';
import { type Changes, type Site, startSite } from '../support/start.ts';

interface Kept {
  readonly changes: () => Changes;
  /** The store as an earlier version left it. */
  readonly withoutMark: (site: Site) => Promise<void>;
  /** The store as somebody left it who may write into it and has no keys. */
  readonly forged: (site: Site, mark: string) => Promise<void>;
}

function findsOut({ changes, withoutMark, forged }: Kept): void {
  let site: Site;
  let own: string;
  beforeEach(async () => {
    site = await startSite(changes());
    own = readFileSync(keyFile(), 'utf8');
  });
  afterEach(() => site.close());

  const keyFile = (): string => join(site.folder, 'palier-keys.json');
  const otherKeys = async (): Promise<void> => writeFileSync(keyFile(), await makeKeyFile(systemRandom));
  const reload = (): Promise<void> => site.gateway.reload(configOf(site));
  /** A code has shown five persons, all it buys. */
  async function used(login: string): Promise<Professional> {
    const professional = seat(site, login);
    await professional.signIn();
    await professional.enrolApp();
    expect(await seen(professional, 0, 6)).toEqual([200, 200, 200, 200, 200, 401]);
    return professional;
  }
  async function seen({ browser }: Professional, from: number, to: number): Promise<readonly number[]> {
    const statuses: number[] = [];
    for (let place = from; place < to; place += 1)
      statuses.push((await browser.call(`/api/patients/${site.persons.nirOf(place)}`)).status);
    return statuses;
  }
  async function starts(): Promise<void> {
    await (await createGateway(configOf(site), { clock: site.clock, log: () => undefined })).close();
  }

  it('refuses to start, says which keys and what to do, and starts again with the file of the store', async () => {
    await site.gateway.close();
    await otherKeys();
    await expect(starts()).rejects.toThrow(
      /palier-keys\.json does not have the keys that the durable store was written with \(sealing, digests, records\)\n {4}fix: restore the key file .* "palier keys renew" .* one more day cap/,
    );
    writeFileSync(keyFile(), own);
    await starts();
  });

  it('names the one key that is another', async () => {
    const other = JSON.parse(await makeKeyFile(systemRandom));
    writeFileSync(keyFile(), JSON.stringify({ ...JSON.parse(own), records: other.records }));
    await expect(reload()).rejects.toThrow('was written with (records)\n');
    writeFileSync(keyFile(), JSON.stringify({ ...JSON.parse(own), sealing: other.sealing }));
    await expect(reload()).rejects.toThrow('was written with (sealing)\n');
  });

  it('refuses a reload too, and goes on as before', async () => {
    const professional = await used('pharmacie-01');
    await otherKeys();
    await expect(reload()).rejects.toThrow('does not have the keys');
    expect(await seen(professional, 0, 6)).toEqual([200, 200, 200, 200, 200, 401]);
  });

  it('negative control: without the mark it goes over, and whoever was seen is counted a second time', async () => {
    const professional = await used('pharmacie-01');
    await otherKeys();
    await withoutMark(site);
    await reload();
    expect(await seen(professional, 0, 1)).toEqual([401]);
    site.clock.advance(30);
    const code = await professional.browser.call('/.palier/api/step-up/totp', { code: professional.code() });
    expect(code.status).toBe(503);
  });

  it('a store of before is given a mark by the first that starts', async () => {
    await withoutMark(site);
    await reload();
    await otherKeys();
    await expect(reload()).rejects.toThrow('does not have the keys');
  });

  it('palier check says it at the line of the key file, and changes nothing', async () => {
    expect((await runCommand(site, checkCommand)).code).toBe(0);
    await otherKeys();
    const { code, value } = await runCommand(site, checkCommand);
    expect(code).toBe(1);
    expect(value).toMatchObject({
      problems: [{ path: 'keys.file', problem: expect.stringContaining('sealing, digests, records') }],
    });
    await withoutMark(site);
    expect((await runCommand(site, checkCommand)).code).toBe(0);
    writeFileSync(keyFile(), own);
    await reload();
  });

  it('no ticket is issued and no key rotated with the keys of another store; an account is locked all the same', async () => {
    await otherKeys();
    const before = readFileSync(keyFile(), 'utf8');
    await expect(runCommand(site, ticketCommand, 'issue', 'pharmacie-01')).rejects.toThrow('does not have');
    await expect(runCommand(site, keysCommand, 'rotate')).rejects.toThrow('does not have the keys');
    expect(readFileSync(keyFile(), 'utf8')).toBe(before);
    const { value } = await runCommand(site, accountCommand, 'lock', 'pharmacie-01');
    expect(value).toMatchObject({ locked: 'pharmacie-01' });
  });

  it('palier keys renew goes on with other keys on purpose, and says which those are', async () => {
    expect((await runCommand(site, keysCommand, 'renew')).code).toBe(1);
    await otherKeys();
    expect(await runCommand(site, keysCommand, 'renew')).toEqual({
      code: 0,
      value: { renewed: ['sealing', 'digests', 'records'] },
    });
    await reload();
    expect((await runCommand(site, keysCommand, 'renew')).code).toBe(1);
    writeFileSync(keyFile(), own);
    await expect(reload()).rejects.toThrow('does not have the keys');
  });

  it.each(['', 'a b c', 'a b c d'])(
    'a forged mark (%j) keeps it from starting with a word, and gives nobody a count back',
    async (mark) => {
      const professional = await used('pharmacie-03');
      await forged(site, mark);
      await expect(reload()).rejects.toThrow('somebody else wrote into the store');
      expect((await runCommand(site, checkCommand)).code).toBe(1);
      expect((await runCommand(site, keysCommand, 'renew')).code).toBe(0);
      await reload();
      expect(await seen(professional, 0, 6)).toEqual([200, 200, 200, 200, 200, 401]);
    },
  );

  it('rotations stay possible, with the older keys in the file and without; a file of before them is another', async () => {
    const professional = await used('pharmacie-02');
    expect((await runCommand(site, keysCommand, 'rotate')).code).toBe(0);
    expect((await runCommand(site, keysCommand, 'rotate', '--records')).code).toBe(0);
    await reload();
    expect(await seen(professional, 0, 6)).toEqual([200, 200, 200, 200, 200, 401]);
    const rotated = readFileSync(keyFile(), 'utf8');
    writeFileSync(keyFile(), own);
    await expect(reload()).rejects.toThrow('was written with (sealing, records)');
    const file = JSON.parse(rotated);
    const { recordsBefore: _, ...rest } = file;
    const sealing = { current: 'k2', keys: { k2: file.sealing.keys.k2 } };
    writeFileSync(keyFile(), JSON.stringify({ ...rest, sealing }));
    await reload();
    expect(await seen(professional, 0, 1)).toEqual([200]);
    // Also where an older key was taken out: the next one writes over none.
    await runCommand(site, keysCommand, 'rotate');
    expect(Object.keys(JSON.parse(readFileSync(keyFile(), 'utf8')).sealing.keys)).toEqual(['k2', 'k3', 'k4']);
    await reload();
  });
}

function configOf(site: Site): Config {
  const read = parseConfig(readFileSync(join(site.folder, 'palier.yaml'), 'utf8'), {
    readFile: (path) => readFileSync(path, 'utf8'),
    environment: {},
    folder: site.folder,
  });
  if ('problems' in read) throw new Error('unsound');
  return read.config;
}

describe('other keys beside a SQLite file', () => {
  findsOut({
    changes: () => [],
    withoutMark: async ({ folder }) => {
      const database = new DatabaseSync(join(folder, 'palier.db'));
      database.exec('DELETE FROM key_mark');
      database.close();
    },
    forged: async ({ folder }, mark) => {
      const database = new DatabaseSync(join(folder, 'palier.db'));
      database.prepare('UPDATE key_mark SET mark = ?').run(mark);
      database.close();
    },
  });
});

describe.skipIf(isMissing('postgres'))('other keys beside a PostgreSQL database', () => {
  let server: Server;
  let pool: Pool;
  beforeAll(async () => {
    server = await startPostgres();
    pool = new Pool({ connectionString: server.url, max: 2 });
  });
  afterAll(async () => {
    await pool.end();
    await server.stop();
  });
  beforeEach(async () => void (await pool.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public')));
  findsOut({
    changes: () => [['durable: sqlite:palier.db, shared: sqlite:palier.db', `durable: "${server.url}"`]],
    withoutMark: async () => void (await pool.query('DELETE FROM key_mark')),
    forged: async (_site, mark) => void (await pool.query('UPDATE key_mark SET mark = $1', [mark])),
  });
});

describe('a store that does not answer', () => {
  it('is a warning of palier check, and no problem', async () => {
    const site = await startSite([]);
    const text = readFileSync(join(site.folder, 'palier.yaml'), 'utf8').replace(
      'durable: sqlite:palier.db, shared: sqlite:palier.db',
      'durable: "postgres://nobody@127.0.0.1:1/none"',
    );
    writeFileSync(join(site.folder, 'palier.yaml'), text);
    const { code, value } = await runCommand(site, checkCommand);
    await site.close();
    expect(code).toBe(0);
    expect(value).toMatchObject({
      warnings: [{ path: 'stores.durable', problem: expect.stringContaining('could not be asked') }],
    });
  });
});
