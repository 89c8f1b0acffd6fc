// No room, no folder, a segment cut under the gateway: refused in bounded time, nothing shown, and good again by itself
// once there is room, in the same process (A125, A140). SQLite, ledger and log each on their own and all at once.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Instances, startInstances } from '../support/instances.ts';
import { seat } from '../support/professional.ts';
import { lootOf, openThief, type Thief } from '../support/thief.ts';

const mounts: string[] = [];

/** A small disk of its own; false where nobody may mount. */
function mounted(path: string): boolean {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m,mode=0700', 'tmpfs', path], { stdio: 'ignore' });
    mounts.push(path);
    return true;
  } catch {
    return false;
  }
}

function fill(path: string): void {
  for (const size of [65_536, 512, 1])
    try {
      for (let block = 0; block < 100; block += 1)
        writeFileSync(join(path, 'filler'), Buffer.alloc(size), { flag: 'a' });
    } catch {
      // Full.
    }
}

const isLinux = process.platform === 'linux';

describe.skipIf(!isLinux)('a gateway', () => {
  let site: Instances;
  let disks = false;
  let place = 0;
  beforeAll(async () => {
    site = await startInstances({
      stores: '{ durable: sqlite:db/palier.db }',
      count: 1,
      limit: "trap '' XFSZ;",
      changes: [
        ['stores: {', 'log: { file: log/gateway.log }\nstores: {'],
        ['code: { records: 5, within: 12h, day: 45 }', 'code: { records: 40, within: 12h, day: 45 }'],
      ],
      before: (folder) => {
        disks = ['db', 'ledger-0', 'log'].every((name) => mounted(join(folder, name)));
        for (const name of ['db', 'ledger-0', 'log']) mkdirSync(join(folder, name), { recursive: true });
      },
    });
  }, 60_000);
  afterAll(async () => {
    const [instance] = site?.all ?? [];
    await instance?.kill();
    for (const path of mounts) execFileSync('umount', ['-l', path]);
    await site?.close();
  });

  async function present(login: string): Promise<Thief> {
    const professional = seat(site, login);
    await professional.signIn();
    await professional.enrolApp();
    return openThief(professional.browser, site.origin, lootOf(site.persons));
  }
  const ask = (thief: Thief): Promise<number> => thief.ask(`/api/patients/${site.persons.nirOf(place++)}`);

  /** Nothing is shown while it lasts, every answer is a 503 in time, and the same process shows again afterwards. */
  async function survives(login: string, harm: () => void, mend: () => void): Promise<void> {
    const thief = await present(login);
    const pid = site.all[0]?.pid;
    expect([await ask(thief), await ask(thief), thief.persons.size]).toEqual([200, 200, 2]);
    harm();
    // The last page of a disk may still take a line or two.
    await expect.poll(() => ask(thief), { timeout: 5000, interval: 0 }).toBe(503);
    const seen = thief.persons.size;
    for (let wave = 0; wave < 3; wave += 1) {
      const since = performance.now();
      const statuses = await Promise.all(Array.from({ length: 4 }, () => ask(thief)));
      expect([statuses, thief.persons.size]).toEqual([[503, 503, 503, 503], seen]);
      expect(performance.now() - since).toBeLessThan(5000);
      await new Promise((resolve) => setTimeout(resolve, 700));
    }
    mend();
    await expect.poll(() => ask(thief), { timeout: 10_000, interval: 300 }).toBe(200);
    expect([site.all[0]?.pid, site.all[0]?.isRunning]).toEqual([pid, true]);
  }
  const prlimit = (limit: string): void => {
    execFileSync('prlimit', ['--pid', String(site.all[0]?.pid), `--fsize=${limit}:`]);
  };
  const verified = (): ReturnType<Instances['palier']> => {
    const [directory, key] = [join(site.folder, 'ledger-0'), join(site.folder, 'ledger-private.jwk')];
    return site.palier('ledger', 'verify', '--directory', directory, '--key', key);
  };
  async function chainIsWhole(): Promise<void> {
    const { code, out } = await verified();
    expect([code, out]).toEqual([0, expect.stringContaining(' 0 fault(s)')]);
  }
  const segment = (): string => {
    const folder = join(site.folder, 'ledger-0', 'gateway');
    return join(
      folder,
      readdirSync(folder)
        .filter((name) => name.endsWith('.jsonl'))
        .sort()
        .at(-1) ?? '',
    );
  };

  it('that may write nothing at all refuses, and goes on when it may', async () => {
    await survives(
      'pharmacie-01',
      () => prlimit('1'),
      () => prlimit('unlimited'),
    );
    await chainIsWhole();
  }, 120_000);

  it.each(['db', 'ledger-0'])(
    'whose disk below %s is full refuses, and goes on when there is room',
    async (name) => {
      if (!disks) return expect(mounts).toEqual([]);
      const path = join(site.folder, name);
      await survives(
        name === 'db' ? 'pharmacie-02' : 'pharmacie-03',
        () => fill(path),
        () => rmSync(join(path, 'filler')),
      );
      await chainIsWhole();
    },
    60_000,
  );

  it('whose log has no room goes on all the same, and says how many lines are missing', async () => {
    if (!disks) return expect(mounts).toEqual([]);
    const thief = await present('pharmacie-04');
    const path = join(site.folder, 'log');
    fill(path);
    for (let asked = 0; asked < 5; asked += 1) expect(await ask(thief)).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(await ask(thief)).toBe(200);
    rmSync(join(path, 'filler'));
    expect(await ask(thief)).toBe(200);
    await expect
      .poll(() => execFileSync('cat', [join(path, 'gateway.log')], { encoding: 'utf8' }))
      .toMatch(/"kind":"log-lost","lines":\d/);
  }, 120_000);

  it('whose folder of the ledger is gone refuses until somebody makes it, and then says from there on', async () => {
    const folder = join(site.folder, 'ledger-0', 'gateway');
    const since = statSync(segment()).size;
    expect(since).toBeGreaterThan(0);
    await survives(
      'medecin-01',
      () => rmSync(folder, { recursive: true }),
      () => mkdirSync(folder, { mode: 0o700 }),
    );
    // Nobody can tell any more who was seen before, and nobody may think so.
    const { code, out } = await verified();
    expect([code, out]).toEqual([1, expect.stringContaining('segment-missing')]);
  }, 120_000);

  it('whose segment is cut refuses what it cannot say is kept, and the fault is told', async () => {
    const thief = await present('medecin-02');
    expect([await ask(thief), await ask(thief)]).toEqual([200, 200]);
    truncateSync(segment(), 1000);
    const lost = thief.persons.size;
    expect([await ask(thief), thief.persons.size]).toEqual([503, lost]);
    await expect.poll(() => ask(thief), { timeout: 10_000, interval: 300 }).toBe(200);
    const { code, out } = await verified();
    expect([code, out]).toEqual([1, expect.stringContaining('missing-or-reordered')]);
  }, 120_000);
});
