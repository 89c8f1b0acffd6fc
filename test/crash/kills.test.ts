// kill -9 at random moments between charge, entry, sync and release, again and again, while a thief with good sessions
// asks for one person after another: over all lives of the gateway his sockets get no more persons than the
// configuration allows, and the ledger, which recovers by itself, names every one of them (A124, A125).
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Instances, startInstances } from '../support/instances.ts';
import { type Professional, seat } from '../support/professional.ts';
import { isMissing, type Server, startPostgres, startRedis } from '../support/servers.ts';
import { lootOf, openThief, type Thief } from '../support/thief.ts';

const N = 5;
const slow = process.env['MODE'] === 'slow';
/** Each costs a start of the gateway. */
const kills = Number(process.env['KILLS'] ?? (slow ? 40 : 2));
const perRound = 2;

/** Mulberry32: the moments of a seed are always the same. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Every account of the portal buys the same with a code. */
const classes = ['nurse', 'specialist', 'paramedical', 'laboratory', 'hospital', 'biller'];
const presence = `code: { records: ${N}, within: 12h, day: 45 }, key: { records: 8, within: 12h }`;

const logins = [
  'pharmacie',
  'medecin',
  'infirmier',
  'laboratoire',
  'hopital',
  'facturation',
  'specialiste',
  'paramedical',
].flatMap((prefix) => Array.from({ length: 9 }, (_, place) => `${prefix}-0${place + 1}`));

describe.each(['SQLite', 'PostgreSQL and Redis'] as const)('on %s', (pair) => {
  // Two instances and two servers: minutes on a busy machine. `npm run test:slow` runs it, and KILLS=8 SEED=11 by hand.
  const wanted = pair === 'SQLite' || slow || process.env['KILLS'] !== undefined;
  const missing = !wanted || (pair !== 'SQLite' && (isMissing('postgres') || isMissing('redis')));
  const servers: Server[] = [];
  let site: Instances;
  beforeAll(async () => {
    if (missing) return;
    if (pair !== 'SQLite') servers.push(await startPostgres(), await startRedis());
    const [postgres, redis] = servers;
    site = await startInstances({
      stores:
        pair === 'SQLite'
          ? '{ durable: sqlite:palier.db }'
          : `{ durable: "${postgres?.url}", shared: "${redis?.url}", patience: 2s }`,
      count: pair === 'SQLite' ? 1 : 2,
      changes: [
        ['    gp:\n', `${classes.map((name) => `    ${name}: { ${presence} }\n`).join('')}    gp:\n`],
      ],
    });
  }, 60_000);
  afterAll(async () => {
    await site?.close();
    for (const server of servers.reverse()) await server.stop();
  });

  it.skipIf(missing)(
    `${kills} kills let nobody see more than one presence of each account, and nobody is missing in the ledger`,
    async () => {
      const seed = Number(process.env['SEED'] ?? 20_260_310);
      const draw = random(seed);
      const loot = lootOf(site.persons);
      const present = async (login: string): Promise<Professional> => {
        const professional = seat(site, login);
        await professional.signIn();
        await professional.enrolApp();
        return professional;
      };
      const thieves: Thief[] = [];
      for (const login of logins.slice(0, kills * perRound))
        thieves.push(openThief((await present(login)).browser, site.origin, loot));

      let place = 0;
      let unanswered = 0;
      const asking = async (thief: Thief, times: number): Promise<void> => {
        for (let asked = 0; asked < times; asked += 1) {
          const target = `/api/patients/${site.persons.nirOf(place++)}`;
          const instance = site.all[Math.floor(draw() * site.all.length)];
          if ((await thief.ask(target, instance?.port)) === 0) unanswered += 1;
        }
      };
      for (let round = 0; round < kills; round += 1) {
        const fresh = thieves.slice(round * perRound, (round + 1) * perRound);
        const seen = thieves.slice(0, round * perRound).filter(() => draw() < 0.2);
        const lanes = [...fresh, ...fresh, ...fresh, ...seen].map((thief) => asking(thief, 6));
        await new Promise((resolve) => setTimeout(resolve, 2 + draw() * 60));
        const victim = site.all[Math.floor(draw() * site.all.length)];
        await victim?.kill();
        await Promise.all(lanes);
        await victim?.start();
      }
      // Afterwards everybody asks for as much as there is.
      await Promise.all(thieves.map((thief) => asking(thief, N + 2)));

      expect(unanswered).toBeGreaterThan(kills);
      expect(loot.persons.size).toBeGreaterThan(kills * perRound);
      expect(loot.persons.size).toBeLessThanOrEqual(kills * perRound * N);

      for (const instance of site.all) await instance.kill();
      for (const instance of site.all) await instance.start();
      const key = join(site.folder, 'ledger-private.jwk');
      const named = new Set<string>();
      for (const index of site.all.keys()) {
        const directory = join(site.folder, `ledger-${index}`);
        const verified = await site.palier('ledger', 'verify', '--directory', directory, '--key', key);
        expect([verified.code, verified.out]).toEqual([0, expect.stringContaining(' 0 fault(s)')]);
        const csv = join(site.folder, `notices-${index}.csv`);
        await site.palier('exposure', 'report', '--directory', directory, '--key', key, '--csv', csv);
        for (const [, person = ''] of readFileSync(csv, 'utf8').matchAll(/^"nir","([^"]+)"/gm))
          named.add(person);
      }
      expect([...loot.persons].filter((person) => !named.has(person))).toEqual([]);
      if (slow || process.env['KILLS'] !== undefined)
        console.log(
          `seed ${seed}, ${kills} kills on ${pair}: ${place} look-ups, ${unanswered} cut off; ${loot.persons.size} persons seen of at most ${kills * perRound * N}; ${named.size} in the ledger`,
        );
    },
    (kills + 2) * 60_000,
  );
});
