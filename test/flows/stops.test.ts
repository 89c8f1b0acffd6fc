// The kill switch and the lock: one word of the operator, and every instance shows nothing in under a second, streams and
// WebSockets included. Measured by asking again and again, never by waiting.
import { postgresStores } from '@palier/mfa-core/stores/postgres';
import { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { Stop, StopStore } from '../../packages/gateway/src/stops/stop.ts';
import { postgresStandings } from '../../packages/gateway/src/stores/postgres-standing.ts';
import { type Instances, startInstances } from '../support/instances.ts';
import { type Professional, seat } from '../support/professional.ts';
import { isMissing, type Server, startPostgres, startRedis } from '../support/servers.ts';

const second = 1000;
const route = 'GET /api/patients/{nir}';

describe.skipIf(isMissing('postgres') || isMissing('redis'))('a stop', () => {
  let [postgres, redis]: Server[] = [];
  let site: Instances;
  let pool: Pool;
  let stops: StopStore;
  beforeAll(async () => {
    [postgres, redis] = [await startPostgres(), await startRedis()];
    const stores = `{ durable: "${postgres.url}", shared: "${redis.url}", patience: 2s }`;
    site = await startInstances({ stores });
    pool = new Pool({ connectionString: postgres.url, max: 2 });
    pool.on('error', () => undefined); // The last test ends the server under a connection at rest.
    await postgresStores(pool);
    ({ stops } = await postgresStandings(pool, 10_000));
  }, 60_000);
  afterAll(async () => {
    await pool?.end();
    await site?.close();
    await redis?.stop();
    await postgres?.stop();
  });

  async function present(login: string): Promise<Professional> {
    const professional = seat(site, login);
    await professional.signIn();
    await professional.enrolApp();
    return professional;
  }
  async function look({ browser }: Professional, instance: number): Promise<string> {
    site.send(instance);
    const { status, text } = await browser.call(`/api/patients/${site.persons.nirOf(1)}`);
    return status === 200 ? 'shown' : `${status} ${JSON.parse(text).type}`;
  }
  /** Milliseconds from the operator's word until this instance does what is wanted. */
  async function until(who: Professional, instance: number, wanted: string, since: number): Promise<number> {
    while (performance.now() - since < 5 * second)
      if ((await look(who, instance)) === wanted) return performance.now() - since;
    return Number.POSITIVE_INFINITY;
  }
  function joined({ browser }: Professional, instance: number): Promise<WebSocket> {
    const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = { cookie, host: site.origin.host, origin: site.origin.origin };
    const socket = new WebSocket(`ws://127.0.0.1:${site.all[instance]?.port}/messages/live`, { headers });
    return new Promise((resolve, reject) => {
      socket.once('open', () => resolve(socket));
      socket.once('error', reject);
    });
  }
  const closed = (socket: WebSocket, since: number): Promise<number> =>
    new Promise((resolve) => socket.once('close', () => resolve(performance.now() - since)));
  const stopOf = (kind: Stop['kind'], name: string): Stop => {
    return { kind, name, reason: 'test', by: 'operator@desk', at: Date.now() as Stop['at'] };
  };
  const refusal = '403 urn:palier:problem:stopped-by-operator';

  it.each([
    ['class', 'pharmacy', 'pharmacie-01'],
    ['account', 'pharmacie-02', 'pharmacie-02'],
    ['everything', '', 'pharmacie-03'],
  ] as const)(
    'of a whole %s %s holds on both instances, WebSockets included, in under a second, and ends as fast',
    async (kind, name, login) => {
      const pharmacist = await present(login);
      expect([await look(pharmacist, 0), await look(pharmacist, 1)]).toEqual(['shown', 'shown']);
      const sockets = await Promise.all([joined(pharmacist, 0), joined(pharmacist, 1)]);
      const since = performance.now();
      const closing = sockets.map((socket) => closed(socket, since));
      await stops.put(stopOf(kind, name));
      const times = [
        await until(pharmacist, 0, refusal, since),
        await until(pharmacist, 1, refusal, since),
        ...(await Promise.all(closing)),
      ];
      expect(Math.max(...times)).toBeLessThan(second);
      // No factor is bound meanwhile, and what is open to all stays open unless everything is stopped.
      expect((await pharmacist.browser.go('/.palier/factors')).status).toBe(403);
      expect((await pharmacist.browser.go('/public/portal.css')).status).toBe(
        kind === 'everything' ? 403 : 200,
      );
      const again = performance.now();
      await stops.end(kind, name);
      expect(await until(pharmacist, 1, 'shown', again)).toBeLessThan(second);
    },
    30_000,
  );

  it('of a route stops that route alone, for everybody', async () => {
    const doctor = await present('medecin-01');
    const since = performance.now();
    await stops.put(stopOf('route', route));
    expect(await until(doctor, 0, refusal, since)).toBeLessThan(second);
    expect((await doctor.browser.go(`/patients/${site.persons.nirOf(1)}`)).status).toBe(200);
    await stops.end('route', route);
  }, 30_000);

  it('of another class or organisation stops nobody here', async () => {
    const doctor = await present('medecin-02');
    await stops.put(stopOf('class', 'pharmacy'));
    await stops.put(stopOf('organisation', 'elsewhere'));
    const other = await present('infirmier-01');
    expect([await look(doctor, 0), await look(other, 1)]).toEqual(['shown', 'shown']);
    await stops.end('class', 'pharmacy');
    await stops.end('organisation', 'elsewhere');
  }, 30_000);

  it('of an account ends without what was opened while an instance did not know of it yet', async () => {
    const nurse = await present('infirmier-03');
    // As if the lock had ended the sessions of before, and this one came in the fifth of a second after it.
    await stops.put(stopOf('account', 'infirmier-03'));
    expect((await site.palier('account', 'unlock', 'infirmier-03')).code).toBe(0);
    expect(await until(nurse, 0, '401 urn:palier:problem:step-up-required', performance.now())).toBeLessThan(
      second,
    );
  }, 30_000);

  it('is a command: lock, unlock, stop, resume, revoke-sessions; each is told by every instance', async () => {
    const nurse = await present('infirmier-02');
    expect((await site.palier('account', 'lock', 'infirmier-02', '--reason', 'stolen laptop')).code).toBe(0);
    expect(await look(nurse, 0)).toBe(refusal);
    const listed = await site.palier('stop', 'list', '--json');
    expect(JSON.parse(listed.out)).toMatchObject([
      { kind: 'account', name: 'infirmier-02', reason: 'stolen laptop' },
    ]);
    expect((await site.palier('account', 'unlock', 'infirmier-02')).code).toBe(0);
    expect((await site.palier('account', 'unlock', 'infirmier-02')).code).toBe(1);
    // The session ended with the lock: a new gesture is asked for.
    expect(await look(nurse, 1)).toBe('401 urn:palier:problem:step-up-required');
    expect((await site.palier('stop', 'route', 'GET /nowhere')).code).toBe(2);
    expect((await site.palier('stop', 'class', 'nurse')).code).toBe(0);
    expect(await look(nurse, 0)).toBe(refusal);
    expect((await site.palier('resume', 'class', 'nurse')).code).toBe(0);
    for (const { log } of site.all)
      expect(log.filter(({ kind }) => kind === 'stopped').length).toBeGreaterThanOrEqual(1);

    const doctor = await present('medecin-03');
    const socket = await joined(doctor, 1);
    const pages = closed(socket, 0);
    expect((await site.palier('account', 'revoke-sessions', 'medecin-03')).code).toBe(0);
    expect(await look(doctor, 0)).toBe('401 urn:palier:problem:step-up-required');
    socket.terminate();
    await pages;
  }, 120_000);

  it('A140: that nobody can read is no permission: the store is gone, and the answer is 503', async () => {
    const doctor = await present('medecin-04');
    expect(await look(doctor, 0)).toBe('shown');
    await postgres?.stop();
    // What was read less than a fifth of a second ago still counts; then nobody gets through.
    await expect
      .poll(async () => (await look(doctor, 0)).slice(0, 3), { timeout: second, interval: 20 })
      .toBe('503');
  }, 30_000);
});
