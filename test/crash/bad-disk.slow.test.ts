// The disk answers EIO, or has become read-only, below a gateway with load on it: the store, the ledger and the log, each
// on its own. Nothing counted leaves without its charge and its entry, what cannot be kept is a 503, the process lives and
// goes on by itself when the disk does, and the ledger names everybody whose number arrived (A125, A140).
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Instances, startInstances } from '../support/instances.ts';
import { seat } from '../support/professional.ts';
import { type RealDisk, realDisk } from '../support/real-disk.ts';
import { lootOf, openThief, type Thief } from '../support/thief.ts';

/** What a code buys here, and how many persons the load goes round. */
const [bought, pool] = [40, 25];
const folders = ['db', 'ledger-0', 'log'] as const;
type Folder = (typeof folders)[number];

const places = mkdtempSync(join(tmpdir(), 'palier-bad-disk-'));
const fault = join(places, 'fault');
const library = compiled(join(places, 'bad-disk.so'));
afterAll(() => rmSync(places, { recursive: true, force: true }));

/** What makes calls fail, put before the gateway; undefined where there is no C compiler. */
function compiled(path: string): string | undefined {
  const source = fileURLToPath(new URL('../support/bad-disk.c', import.meta.url));
  try {
    execFileSync('cc', ['-shared', '-fPIC', '-o', path, source, '-ldl'], { stdio: 'ignore' });
    return path;
  } catch {
    return undefined;
  }
}

/** Fails visibly where everything is promised to be there. */
const mayMiss = process.env['CI'] !== 'true';

interface Stand {
  readonly site: Instances;
  /** With a good session, and a phone that bought one presence. */
  readonly thief: () => Promise<Thief>;
  /** Everybody whose number arrived, at whomever. */
  readonly arrived: () => readonly string[];
}

async function standOn(limit: string, before: (folder: string) => void): Promise<Stand> {
  const site = await startInstances({
    stores: '{ durable: sqlite:db/palier.db }',
    count: 1,
    limit,
    changes: [
      ['stores: {', 'log: { file: log/gateway.log }\nstores: {'],
      ['code: { records: 5, within: 12h, day: 45 }', `code: { records: ${bought}, within: 12h, day: 45 }`],
    ],
    before: (folder) => {
      for (const name of folders) mkdirSync(join(folder, name), { recursive: true });
      before(folder);
    },
  });
  const thieves: Thief[] = [];
  return {
    site,
    arrived: () => thieves.flatMap(({ persons }) => [...persons]),
    thief: async () => {
      const professional = seat(site, `pharmacie-0${thieves.length + 1}`);
      await professional.signIn();
      await professional.enrolApp();
      const thief = openThief(professional.browser, site.origin, lootOf(site.persons));
      thieves.push(thief);
      return thief;
    },
  };
}

/** Four lanes that ask for the same persons again and again; `end` answers every status there was. */
function load({ site }: Stand, thief: Thief, from: number): { readonly end: () => Promise<Set<number>> } {
  let [ended, asked] = [false, 0];
  const statuses = new Set<number>();
  const lane = async (): Promise<void> => {
    while (!ended) statuses.add(await thief.ask(target(site, from + (asked++ % pool))));
  };
  const lanes = Array.from({ length: 4 }, lane);
  return {
    end: async () => {
      ended = true;
      await Promise.all(lanes);
      return statuses;
    },
  };
}

const ready = async (site: Instances): Promise<number> =>
  (await fetch(`http://127.0.0.1:${site.all[0]?.healthPort}/ready`)).status;
const target = (site: Instances, place: number): string => `/api/patients/${site.persons.nirOf(place)}`;

/** Verifies, and answers the exit code and what was printed. */
function verified(site: Instances): ReturnType<Instances['palier']> {
  const [directory, key] = [join(site.folder, 'ledger-0'), join(site.folder, 'ledger-private.jwk')];
  return site.palier('ledger', 'verify', '--directory', directory, '--key', key);
}

async function missing({ site, arrived }: Stand): Promise<readonly string[]> {
  const [directory, key] = [join(site.folder, 'ledger-0'), join(site.folder, 'ledger-private.jwk')];
  const csv = join(site.folder, 'notices.csv');
  rmSync(csv, { force: true });
  await site.palier('exposure', 'report', '--directory', directory, '--key', key, '--csv', csv);
  const named = new Set(
    [...readFileSync(csv, 'utf8').matchAll(/^"nir","([^"]+)"/gm)].map(([, person]) => person),
  );
  return arrived().filter((person) => !named.has(person));
}

/**
 * Under load all the time: shows, refuses everything while it lasts, shows again. Then the thief asks for all there is;
 * answers how many persons he got.
 */
async function survives(
  stand: Stand,
  from: number,
  harm: () => void,
  mend: () => Promise<void> | void,
): Promise<number> {
  const { site } = stand;
  const thief = await stand.thief();
  const pid = site.all[0]?.pid;
  const under = load(stand, thief, from);
  await expect.poll(() => thief.persons.size, { timeout: 20_000, interval: 0 }).toBeGreaterThan(3);
  harm();
  const ask = (place: number): Promise<number> => thief.ask(target(site, place));
  await expect.poll(() => ask(from), { timeout: 10_000, interval: 0 }).toBe(503);
  await Promise.all(Array.from({ length: 4 }, () => ask(from)));
  const seen = thief.persons.size;
  expect(await ready(site)).toBe(503);
  for (let wave = 0; wave < 4; wave += 1) {
    const statuses = await Promise.all(Array.from({ length: pool }, (_, place) => ask(from + place)));
    expect([new Set(statuses), thief.persons.size]).toEqual([new Set([503]), seen]);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  expect([site.all[0]?.pid, site.all[0]?.isRunning]).toEqual([pid, true]);
  await mend();
  await expect.poll(() => ask(from), { timeout: 20_000, interval: 100 }).toBe(200);
  expect(await ready(site)).toBe(200);
  const statuses = await under.end();
  // 0: the connection broke, where the mending was a restart.
  expect([...statuses].filter((status) => status !== 0).sort()).toEqual([200, 503]);
  for (let place = 0; place < 2 * bought; place += 1) await ask(from + place);
  return thief.persons.size;
}

describe.skipIf(library === undefined && mayMiss)('a gateway whose disk answers with errors', () => {
  let stand: Stand;
  let from = 0;
  beforeAll(async () => {
    stand = await standOn(`export LD_PRELOAD=${library} PALIER_BAD_DISK=${fault};`, () => undefined);
  }, 60_000);
  afterAll(() => stand?.site.close());
  const harm = (what: string, folder: Folder) => (): void =>
    writeFileSync(fault, `${what} ${join(stand.site.folder, folder)}/`);
  const mend = (): void => rmSync(fault, { force: true });
  afterEach(mend);

  it.each([
    ['write 5', 'db'],
    ['write 30', 'db'],
    ['torn 5', 'db'],
    ['write 5', 'ledger-0'],
    ['write 30', 'ledger-0'],
    ['torn 5', 'ledger-0'],
    ['sync 5', 'ledger-0'],
  ] as const)(
    '(%s below %s) refuses what is counted, goes on, and misses nobody',
    async (what, folder) => {
      from += 100;
      const pid = stand.site.all[0]?.pid;
      // What was charged is charged: one presence and no more, whatever broke.
      expect(await survives(stand, from, harm(what, folder), mend)).toBeLessThanOrEqual(bought);
      expect(stand.site.all[0]?.pid).toBe(pid);
      const { code, out } = await verified(stand.site);
      expect([code, out]).toEqual([0, expect.stringContaining(' 0 fault(s)')]);
      expect(await missing(stand)).toEqual([]);
    },
    120_000,
  );

  it('(everything below log) shows all the same, and says how many lines are missing', async () => {
    const thief = await stand.thief();
    const ask = (place: number): Promise<number> => thief.ask(target(stand.site, place));
    expect(await ask(5000)).toBe(200);
    harm('torn 5', 'log')();
    for (let place = 5001; place < 5006; place += 1) expect(await ask(place)).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 500));
    mend();
    expect(await ask(5006)).toBe(200);
    const file = join(stand.site.folder, 'log', 'gateway.log');
    await expect
      .poll(() => readFileSync(file, 'utf8'))
      .toMatch(/\n\{"time":"[^"]+","kind":"log-lost","lines":\d+\}\n/);
    expect(await missing(stand)).toEqual([]);
  }, 60_000);
});

describe('a gateway whose disk becomes read-only under it', () => {
  let stand: Stand;
  const disks = new Map<string, RealDisk>();
  beforeAll(async () => {
    stand = await standOn('', (folder) => {
      for (const name of folders) {
        const disk = realDisk(join(places, name), join(folder, name));
        if (disk !== undefined) disks.set(name, disk);
      }
    });
  }, 60_000);
  afterAll(async () => {
    await stand?.site.all[0]?.kill();
    for (const disk of disks.values()) disk.remove();
    await stand?.site.close();
  });

  it('below the ledger, refuses, and goes on by itself on the disk that takes its place', async ({
    skip,
  }) => {
    const disk = disks.get('ledger-0');
    if (disk === undefined) return skip('nobody may mount here');
    const pid = stand.site.all[0]?.pid;
    expect(await survives(stand, 1000, disk.breakDown, disk.replace)).toBeLessThanOrEqual(bought);
    expect(stand.site.all[0]?.pid).toBe(pid);
    const { code, out } = await verified(stand.site);
    expect([code, out]).toEqual([0, expect.stringContaining(' 0 fault(s)')]);
    expect(await missing(stand)).toEqual([]);
  }, 120_000);

  it('below the store, refuses until it is started again on the disk that takes its place', async ({
    skip,
  }) => {
    const disk = disks.get('db');
    if (disk === undefined) return skip('nobody may mount here');
    const mend = async (): Promise<void> => {
      disk.replace();
      await stand.site.all[0]?.kill();
      await stand.site.all[0]?.start();
    };
    // Charges do not wait for the disk: those it never got are forgotten, as when the power is cut.
    expect(await survives(stand, 1100, disk.breakDown, mend)).toBeLessThanOrEqual(2 * bought);
    expect((await verified(stand.site)).out).toContain(' 0 fault(s)');
    expect(await missing(stand)).toEqual([]);
  }, 120_000);

  it('below the log, shows all the same', async ({ skip }) => {
    const disk = disks.get('log');
    if (disk === undefined) return skip('nobody may mount here');
    const thief = await stand.thief();
    disk.breakDown();
    for (let place = 1200; place < 1210; place += 1)
      expect(await thief.ask(target(stand.site, place))).toBe(200);
    // And somebody who is in no ledger would be missed.
    const somebody = stand.site.persons.nirOf(1300).slice(0, 13);
    const arrived = (): readonly string[] => [...stand.arrived(), somebody];
    expect(await missing({ ...stand, arrived })).toEqual([somebody]);
  }, 60_000);
});
