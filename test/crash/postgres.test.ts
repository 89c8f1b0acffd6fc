// PostgreSQL has the counts and falls in the middle of an attack on two instances, again and again: refused in bounded
// time, good again by itself, not one person more, and everybody who was seen is in a ledger (A124, A125, A140).
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Instances, startInstances } from '../support/instances.ts';
import { seat } from '../support/professional.ts';
import { isMissing, type Server, startPostgres } from '../support/servers.ts';
import { lootOf, openThief, type Thief } from '../support/thief.ts';

const N = 5;
const falls = 3;

describe.skipIf(isMissing('postgres'))('a PostgreSQL that falls', () => {
  let postgres: Server;
  let site: Instances;
  beforeAll(async () => {
    postgres = await startPostgres();
    site = await startInstances({ stores: `{ durable: "${postgres.url}" }` });
  }, 60_000);
  afterAll(async () => {
    await site?.close();
    await postgres?.stop();
  });

  /** kill -9 of one of its processes: it ends all connections and recovers from what it wrote down. */
  async function fall(): Promise<void> {
    const client = new Client({ connectionString: postgres.url });
    client.on('error', () => undefined);
    await client.connect();
    const { rows } = await client.query('SELECT pg_backend_pid() AS pid');
    process.kill(Number(rows[0].pid), 'SIGKILL');
    await client.end().catch(() => undefined);
  }

  it('lets nobody see more than one presence, and answers again by itself', async () => {
    const loot = lootOf(site.persons);
    const thieves: Thief[] = [];
    for (const login of ['pharmacie-01', 'pharmacie-02', 'medecin-01', 'medecin-02']) {
      const professional = seat(site, login);
      await professional.signIn();
      await professional.enrolApp();
      thieves.push(openThief(professional.browser, site.origin, loot));
    }
    const statuses = new Map<number, number>();
    let place = 0;
    let slowest = 0;
    let under = true;
    const ask = async (thief: Thief): Promise<number> => {
      const since = performance.now();
      const instance = site.all[place % 2];
      const status = await thief.ask(`/api/patients/${site.persons.nirOf(place++)}`, instance?.port);
      slowest = Math.max(slowest, performance.now() - since);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      return status;
    };
    const lanes = thieves.flatMap((thief) =>
      Array.from({ length: 2 }, async () => {
        while (under) await ask(thief);
      }),
    );
    for (let count = 0; count < falls; count += 1) {
      await new Promise((resolve) => setTimeout(resolve, 20 + 150 * count));
      await fall();
      await expect.poll(() => ask(thieves[0] as Thief), { timeout: 20_000 }).toBeOneOf([200, 401]);
    }
    await new Promise((resolve) => setTimeout(resolve, 1000));
    under = false;
    await Promise.all(lanes);
    expect([...statuses.keys()].sort().filter((status) => ![200, 401, 503].includes(status))).toEqual([]);
    expect(statuses.get(503) ?? 0).toBeGreaterThan(0);
    expect(loot.persons.size).toBeLessThanOrEqual(thieves.length * N);
    expect(loot.persons.size).toBeGreaterThan(thieves.length);
    expect(slowest).toBeLessThan(15_000);

    const key = join(site.folder, 'ledger-private.jwk');
    const named = new Set<string>();
    for (const index of site.all.keys()) {
      const [directory, csv] = [
        join(site.folder, `ledger-${index}`),
        join(site.folder, `notices-${index}.csv`),
      ];
      expect((await site.palier('ledger', 'verify', '--directory', directory, '--key', key)).code).toBe(0);
      await site.palier('exposure', 'report', '--directory', directory, '--key', key, '--csv', csv);
      for (const [, person = ''] of readFileSync(csv, 'utf8').matchAll(/^"nir","([^"]+)"/gm))
        named.add(person);
    }
    expect([...loot.persons].filter((person) => !named.has(person))).toEqual([]);
  }, 180_000);
});
