// Two gateways on one store, and the clock of one is not that of the other. A thief goes to both in turn: within what is
// forgiven the bound is that of a window a little shorter, and beyond it the one that is off shows nobody anything, takes
// nothing from what the other counts and opened, and goes on by itself when its clock is right.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createClockCheck, instantOf, type ProofId } from '@palier/mfa-core';
import { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BudgetStore, Charge } from '../../packages/gateway/src/budget/budget-store.ts';
import { digestOf } from '../../packages/gateway/src/budget/budget-store-contract.ts';
import { postgresBudgetStore } from '../../packages/gateway/src/stores/postgres-budget.ts';
import { type Instances, startInstances } from '../support/instances.ts';
import { type Professional, seat } from '../support/professional.ts';
import { isMissing, type Server, startPostgres, startRedis } from '../support/servers.ts';

const [second, minute, hour, day] = [1000, 60_000, 3_600_000, 86_400_000];
const N = 5;

describe.skipIf(isMissing('postgres'))('a thief between two clocks, counting in PostgreSQL', () => {
  let postgres: Server;
  let pool: Pool;
  let store: BudgetStore;
  beforeAll(async () => {
    postgres = await startPostgres();
    pool = new Pool({ connectionString: postgres.url });
    store = await postgresBudgetStore(pool);
  }, 60_000);
  afterAll(async () => {
    await pool?.end();
    await postgres?.stop();
  });

  const [cap, boughtAt] = [8, Date.UTC(2026, 0, 5, 8)];
  /** One person more, on the one proof the thief has. */
  const lookUp = (name: string, person: string): Charge => ({
    records: [{ digest: digestOf(person) }],
    limits: [{ set: `account:${name}`, windowMilliseconds: day, cap }],
    fleet: undefined,
    novelty: undefined,
    presence: {
      proof: `prf_${name}` as ProofId,
      records: N,
      expiresAt: instantOf(boughtAt + 12 * hour),
      freeWithin: `account:${name}`,
    },
    enforce: true,
  });

  /** How many persons one proof shows in a few seconds over two instances; `checked` says whether they look at the store's clock. */
  async function stolen(name: string, ahead: number, checked: boolean, from = boughtAt): Promise<number> {
    let now = from;
    const steady = (): number => now;
    const instances = [0, ahead].map(async (by) => {
      const clock = { now: () => instantOf(now + by) };
      const check = createClockCheck({ clock, steady, time: async () => instantOf(now) });
      return async (person: string): Promise<boolean> => {
        if (checked) await check.demand();
        return (await store.consume(lookUp(name, person), clock.now())).charged.outcome === 'granted';
      };
    });
    const [sound, off] = await Promise.all(instances);
    const ask = async (instance: typeof sound, person: string): Promise<number> =>
      (await instance?.(person).catch(() => false)) ? 1 : 0;
    let shown = 0;
    for (let turn = 0; turn < 3; turn += 1) {
      for (let place = 0; place < N + 1; place += 1) shown += await ask(sound, `${turn} ${place}`);
      // As many as it takes for one that is off to sweep what it thinks is over.
      for (let place = 0; place < 520; place += 1) shown += await ask(off, `off ${turn} ${place}`);
      now += 2 * second;
    }
    return shown;
  }

  it.each([2 * second, -2 * second, 5 * minute, -5 * minute, hour, -hour, day, -day])(
    'is shown one presence and no more when the clocks are %d ms apart',
    async (ahead) => expect(await stolen(`with ${ahead}`, ahead, true)).toBe(N),
  );

  it('gets nothing for a presence that is over by one clock and not by the other', async () => {
    const nearlyOver = boughtAt + 12 * hour - 20 * second;
    expect(await stolen('nearly over', 25 * second, true, nearlyOver)).toBe(N);
  });

  it('would be shown a presence at every sweep if a clock a day ahead were believed', async () => {
    expect(await stolen('without', day, false)).toBe(3 * N);
  });
});

describe
  .skipIf(isMissing('postgres') || isMissing('redis'))
  .each(['PostgreSQL alone', 'PostgreSQL and Redis'])('two instances on %s whose clocks differ', (pair) => {
  let [postgres, redis]: Server[] = [];
  let site: Instances;
  beforeAll(async () => {
    postgres = await startPostgres();
    if (pair === 'PostgreSQL and Redis') redis = await startRedis();
    const shared = redis === undefined ? '' : `, shared: "${redis.url}", patience: 2s`;
    site = await startInstances({
      stores: `{ durable: "${postgres.url}"${shared} }`,
      limit: `export NODE_OPTIONS="--import=${new URL('../support/own-clock.mjs', import.meta.url)}";`,
    });
  }, 60_000);
  afterAll(async () => {
    await site?.close();
    await redis?.stop();
    await postgres?.stop();
  });

  /** The clock of the second one, and until it has noticed. */
  async function setAhead(milliseconds: number): Promise<void> {
    writeFileSync(join(site.folder, 'palier-1.yaml.ahead'), `${milliseconds}`);
    const off = Math.abs(milliseconds) > 30_000;
    const noticed = Math.abs(milliseconds) >= 5000;
    await expect
      .poll(
        async () => {
          const answer = await ready(1);
          return [answer.status, (await answer.text()).includes('the clock of this machine')];
        },
        { timeout: 10_000 },
      )
      .toEqual([off ? 503 : 200, noticed]);
  }
  const ready = (instance: number): Promise<Response> =>
    fetch(`http://127.0.0.1:${site.all[instance]?.healthPort}/ready`);
  async function present(login: string): Promise<Professional> {
    const professional = seat(site, login);
    await professional.signIn();
    await professional.enrolApp();
    return professional;
  }
  let place = 0;
  const look = async ({ browser }: Professional, at: number): Promise<number> => {
    site.send(at);
    return (await browser.call(`/api/patients/${site.persons.nirOf(place++)}`)).status;
  };

  it('count together what each shows while they are two seconds apart', async () => {
    await setAhead(2 * second);
    const pharmacist = await present('pharmacie-01');
    const statuses: number[] = [];
    for (let turn = 0; turn < 6; turn += 1) statuses.push(await look(pharmacist, turn % 2));
    expect(statuses).toEqual([200, 200, 200, 200, 200, 401]);
  }, 60_000);

  it.each([
    ['pharmacie-03', 25 * second],
    ['pharmacie-04', -25 * second],
  ])(
    'take a code of %s once while they are %d ms apart, however often it comes to both',
    async (login, apart) => {
      // Enrolled at the beginning of a step, so that the phone's next code is good until the end.
      await expect.poll(() => Date.now() % 30_000, { timeout: 40_000 }).toBeLessThan(15_000);
      site.send(0);
      const professional = await present(login);
      await setAhead(apart);
      site.send('in-turn');
      site.clock.advance(30);
      const code = professional.code();
      site.clock.advance(-30);
      // Four to each: of five, the one that is behind could find all wrong before the other has seen one, and all would wait.
      const sent = Array.from({ length: 8 }, () =>
        professional.browser.call('/.palier/api/step-up/totp', { code }),
      );
      const statuses = (await Promise.all(sent)).map(({ status }) => status);
      expect(statuses.filter((status) => status === 200)).toHaveLength(1);
      await setAhead(0);
    },
    90_000,
  );

  it('are both stopped by one command, whatever the hour is', async () => {
    await setAhead(day);
    const { browser } = seat(site, 'pharmacie-02');
    site.send(1);
    const open = async (): Promise<number> => (await browser.go('/public/portal.css')).status;
    expect(await open()).toBe(200);
    expect((await site.palier('stop', 'everything', '--reason', 'the clock')).code).toBe(0);
    await expect.poll(open, { timeout: 10_000 }).toBe(403);
    expect((await site.palier('resume', 'everything')).code).toBe(0);
    await expect.poll(open, { timeout: 10_000 }).toBe(200);
    await setAhead(0);
  }, 60_000);

  it.each([
    ['medecin-01', 5 * minute],
    ['medecin-02', -5 * minute],
    ['medecin-03', hour],
    ['medecin-04', -hour],
    ['medecin-05', day],
    ['medecin-06', -day],
  ])(
    'show %s one presence, on the one that is right, when the other is off by %d ms, and nobody loses it',
    async (login, apart) => {
      site.send(0);
      const professional = await present(login);
      expect([await look(professional, 0), await look(professional, 1)]).toEqual([200, 200]);
      await setAhead(apart);
      const off: number[] = [];
      for (let turn = 0; turn < 6; turn += 1) off.push(await look(professional, 1));
      const { status } = await professional.browser.call('/.palier/api/step-up/totp', { code: '123456' });
      expect([off, status]).toEqual([[503, 503, 503, 503, 503, 503], 503]);
      expect(await (await ready(1)).text()).toMatch(
        new RegExp(
          `^not ready\nthe clock of this machine is [\\d.]+ s ${apart > 0 ? 'ahead of' : 'behind'} the store's\n$`,
        ),
      );
      // What is open stays open.
      expect((await professional.browser.go('/public/portal.css')).status).toBe(200);
      const sound: number[] = [];
      for (let turn = 0; turn < 4; turn += 1) sound.push(await look(professional, 0));
      expect(sound).toEqual([200, 200, 200, 401]);
      const words = (): readonly unknown[] =>
        (site.all[1]?.log ?? []).filter(({ kind }) => kind === 'clock-apart').map(({ refusing }) => refusing);
      await expect.poll(() => words().at(-1)).toBe(true);
      await setAhead(0);
      await expect.poll(() => look(professional, 1)).toBe(401);
      await expect.poll(() => words().at(-1)).toBe(false);
    },
    60_000,
  );
});
