// Two gateways on one PostgreSQL and one Redis are one gateway: what works once works once on both, what one shows counts
// on the other, and what is broken means no on either (A124, A125, A127).
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Instances, startInstances } from '../support/instances.ts';
import { type Professional, seat } from '../support/professional.ts';
import { isMissing, type Server, startPostgres, startRedis } from '../support/servers.ts';

const N = 5;
const missing = isMissing('postgres') || isMissing('redis');

describe.skipIf(missing)('two instances', () => {
  let [postgres, redis]: Server[] = [];
  let site: Instances;
  beforeAll(async () => {
    [postgres, redis] = [await startPostgres(), await startRedis()];
    site = await startInstances({
      stores: `{ durable: "${postgres.url}", shared: "${redis.url}", patience: 2s }`,
      // Two codes and two persons of the second: the cap of all codes is 7.
      changes: [['code: { records: 5, within: 12h, day: 45 }', 'code: { records: 5, within: 12h, day: 7 }']],
    });
  }, 60_000);
  afterAll(async () => {
    await site?.close();
    await redis?.stop();
    await postgres?.stop();
  });

  /** Enrolled at the beginning of a step of codes, so that the phone's two codes are good until the end of the case. */
  async function present(login: string): Promise<Professional> {
    while (Date.now() % 30_000 > 20_000) await new Promise((resolve) => setTimeout(resolve, 100));
    const professional = seat(site, login);
    await professional.signIn();
    await professional.enrolApp();
    return professional;
  }
  const look = async ({ browser }: Professional, place: number): Promise<number> =>
    (await browser.call(`/api/patients/${site.persons.nirOf(place)}`)).status;
  const shown = (statuses: readonly number[]): number => statuses.filter((one) => one === 200).length;

  it('A136: accept a code once, however many times it is sent to both at the same moment', async () => {
    const pharmacist = await present('pharmacie-01');
    site.clock.advance(30);
    const code = pharmacist.code();
    const tries = Array.from({ length: 20 }, () =>
      pharmacist.browser.call('/.palier/api/step-up/totp', { code }),
    );
    const statuses = (await Promise.all(tries)).map(({ status }) => status);
    expect(shown(statuses)).toBe(1);
    site.clock.advance(-30);
  }, 60_000);

  it('share one presence: of 40 look-ups at once five are shown, and one instance knows what the other showed', async () => {
    const pharmacist = await present('pharmacie-02');
    const statuses = await Promise.all(Array.from({ length: 40 }, (_, place) => look(pharmacist, place)));
    expect([shown(statuses), statuses.filter((one) => one === 401).length]).toEqual([N, 40 - N]);
  }, 60_000);

  it('share the cap of a day: a second code shows two persons more on the other instance', async () => {
    const doctor = await present('medecin-01');
    site.send(0);
    for (let place = 100; place < 100 + N; place += 1) expect(await look(doctor, place)).toBe(200);
    site.send(1);
    expect(await look(doctor, 100 + N)).toBe(401);
    site.clock.advance(30);
    expect((await doctor.browser.call('/.palier/api/step-up/totp', { code: doctor.code() })).status).toBe(
      200,
    );
    site.clock.advance(-30);
    const statuses: number[] = [];
    for (let place = 200; place < 205; place += 1) statuses.push(await look(doctor, place));
    expect(shown(statuses)).toBe(2);
    site.send('in-turn');
  }, 60_000);

  it('A125: answer 503 in bounded time when Redis dies in the middle, and count nothing anew until told', async () => {
    const pharmacist = await present('pharmacie-03');
    expect(await look(pharmacist, 300)).toBe(200);
    await redis?.stop();
    const since = performance.now();
    const broken = await Promise.all(Array.from({ length: 20 }, (_, place) => look(pharmacist, 301 + place)));
    expect(broken.every((status) => status === 503)).toBe(true);
    expect(performance.now() - since).toBeLessThan(5000);
    expect((await pharmacist.browser.go('/public/portal.css')).status).toBe(200);
    expect((await health(site.all[0]?.healthPort)).status).toBe(503);

    // It comes back empty: an empty count is no count.
    redis = await startRedis(['--port', `${redis?.port}`]);
    await expect
      .poll(async () => (await pharmacist.browser.call('/.palier/api/session')).status, {
        timeout: 10_000,
      })
      .toBe(200);
    site.clock.advance(30);
    await expect
      .poll(
        async () =>
          (await pharmacist.browser.call('/.palier/api/step-up/totp', { code: pharmacist.code() })).status,
        { timeout: 10_000 },
      )
      .toBe(200);
    expect(await look(pharmacist, 300)).toBe(503);
    await expect
      .poll(async () => {
        await look(pharmacist, 300);
        return site.all.flatMap(({ log }) => log).filter(({ kind }) => kind === 'counts-lost').length;
      })
      .toBeGreaterThan(0);

    const renewed = await site.palier('budget', 'renew', '--json');
    expect([renewed.code, JSON.parse(renewed.out).renewed]).toEqual([0, true]);
    // Void: the presence was bought before the counts began anew. The next gesture helps.
    await expect.poll(() => look(pharmacist, 300), { timeout: 10_000 }).toBe(401);
    const colleague = await present('pharmacie-04');
    await expect.poll(() => look(colleague, 300), { timeout: 10_000 }).toBe(200);
    await expect.poll(async () => (await health(site.all[0]?.healthPort)).status).toBe(200);
  }, 60_000);

  it('A124: one killed with -9 in the middle takes nothing along: the other goes on with the same counts', async () => {
    const pharmacist = await present('pharmacie-05');
    expect(await look(pharmacist, 399)).toBe(200);
    const tries = Array.from({ length: 60 }, (_, place) => look(pharmacist, 400 + place).catch(() => 0));
    await site.all[0]?.kill();
    const during = shown(await Promise.all(tries));
    const after: number[] = [];
    for (let place = 500; place < 500 + N; place += 1) after.push(await look(pharmacist, place));
    expect(during + shown(after)).toBeLessThanOrEqual(N - 1);
    expect(await look(pharmacist, 399)).toBe(200);
    expect(after.every((status) => status === 200 || status === 401)).toBe(true);
    // The code that was used on the dead instance is used on the living one.
    expect(
      (await pharmacist.browser.call('/.palier/api/step-up/totp', { code: pharmacist.code() })).status,
    ).not.toBe(200);
  }, 60_000);

  it('A140: answer 503 in bounded time when PostgreSQL is gone', async () => {
    const pharmacist = await present('pharmacie-06');
    await postgres?.stop();
    const since = performance.now();
    const answer = await pharmacist.browser.call('/.palier/api/step-up/totp', { code: '000000' });
    expect(answer.status).toBe(503);
    expect(performance.now() - since).toBeLessThan(5000);
    expect((await health(site.all[1]?.healthPort)).status).toBe(503);
  }, 60_000);
});

describe.skipIf(missing).each(['PostgreSQL alone', 'SQLite and Redis', 'SQLite alone'] as const)(
  'on %s',
  (pair) => {
    let server: Server | undefined;
    let site: Instances;
    beforeAll(async () => {
      if (pair !== 'SQLite alone')
        server = pair === 'PostgreSQL alone' ? await startPostgres() : await startRedis();
      const durable = pair === 'PostgreSQL alone' ? `"${server?.url}"` : 'sqlite:palier.db';
      const shared = pair === 'SQLite and Redis' ? `, shared: "${server?.url}", patience: 2s` : '';
      site = await startInstances({ stores: `{ durable: ${durable}${shared} }` });
    }, 60_000);
    afterAll(async () => {
      await site?.close();
      await server?.stop();
    });

    it('two instances share one presence too: of 20 look-ups at once five are shown', async () => {
      const pharmacist = seat(site, 'pharmacie-01');
      await pharmacist.signIn();
      await pharmacist.enrolApp();
      const tries = Array.from({ length: 20 }, async (_, place) => {
        const { status } = await pharmacist.browser.call(`/api/patients/${site.persons.nirOf(place)}`);
        return status;
      });
      const statuses = await Promise.all(tries);
      expect(statuses.filter((status) => status === 200)).toHaveLength(N);
    }, 60_000);
  },
);

function health(port: number | undefined): Promise<Response> {
  return fetch(`http://127.0.0.1:${port}/ready`);
}
