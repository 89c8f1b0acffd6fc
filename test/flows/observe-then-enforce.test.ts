// What goes on when a gateway that observed begins to enforce: what was seen counts, what was assumed is worth nothing, and
// an alarm that was only observed holds nobody.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDatabase } from '@palier/mfa-core/stores/sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Alarm } from '../../packages/gateway/src/budget/alarm.ts';
import { sqliteStandings } from '../../packages/gateway/src/stores/sqlite-standing.ts';
import { type Professional, seat } from '../support/professional.ts';
import { type Changes, type Site, startSite } from '../support/start.ts';

const gp = 'gp:\n      code: { records: 5, within: 12h, day: 45 }\n      key: { records: 8, within: 12h }';
const enforcing: Changes = [
  [
    gp,
    `gp:
      code: { records: 45, within: 12h, day: 45 }
      day: { floor: 4, ceiling: 20, cardCeiling: 40 }
  canaries: { file: canaries.txt, as: nir }`,
  ],
];
const observing: Changes = [...enforcing, ['mode: enforce', 'mode: observe']];
const canary = 19_000;

let site: Site;
beforeEach(async () => {
  site = await startSite(observing, (folder, persons) =>
    writeFileSync(join(folder, 'canaries.txt'), `${persons.nirOf(canary)}\n${persons.nirOf(canary + 1)}\n`),
  );
});
afterEach(() => site.close());

async function present(login: string): Promise<Professional> {
  const professional = seat(site, login);
  await professional.signIn();
  await professional.enrolApp();
  return professional;
}
async function look({ browser }: Professional, place: number): Promise<number> {
  site.clock.advance(60);
  return (await browser.call(`/api/patients/${site.persons.nirOf(place)}`)).status;
}
async function alarms(): Promise<readonly Alarm[]> {
  const database = openDatabase(join(site.folder, 'palier.db'));
  try {
    return await sqliteStandings(database).alarms.list(site.clock.now());
  } finally {
    database.close();
  }
}
async function seesAll(professional: Professional, count: number): Promise<void> {
  for (let place = 0; place < count; place += 1) expect(await look(professional, place)).toBe(200);
}

describe('a gateway that begins to enforce', () => {
  it('goes on counting what was seen: over the cap nobody else is shown, until it is a day old', async () => {
    const doctor = await present('medecin-01');
    await seesAll(doctor, 12);
    await site.reload(enforcing);
    expect([await look(doctor, 0), await look(doctor, 50)]).toEqual([200, 429]);
    site.clock.advance(86_400);
    await doctor.signIn();
    const again = await doctor.browser.call('/.palier/api/step-up/totp', { code: doctor.code() });
    expect([again.status, await look(doctor, 50)]).toEqual([200, 200]);
  });

  it('goes on showing what was observed, until when, and counts what it refuses by line and reason', async () => {
    const doctor = seat(site, 'medecin-05');
    await doctor.signIn();
    await look(doctor, 0);
    const until = site.clock.now();
    await site.reload(enforcing);
    site.clock.advance(60);
    // A second reload changes nothing of it.
    await site.reload(enforcing);
    const route = 'GET /api/patients/{nir}';
    expect((await doctor.browser.call(`/api/patients/${site.persons.nirOf(0)}?tab=1`)).status).toBe(400);
    expect((await doctor.browser.go('/nowhere')).status).toBe(404);
    expect((await doctor.browser.go('/nowhere//')).status).toBe(400);
    const answer = await fetch(`http://127.0.0.1:${site.healthPort}/refused`);
    const tables = (await answer.json()) as { readonly refusals: readonly unknown[] };
    expect(tables).toMatchObject({ observed: { until, addresses: [] } });
    expect(JSON.stringify(tables)).toContain('"step-up:no-proof"');
    expect(tables.refusals).toEqual([
      { class: '-', denial: 'refuse:query-parameter-not-declared', route, count: 1 },
      { class: '-', denial: 'refuse:not-declared', count: 1 },
      { class: '-', denial: 'refuse:empty-segment', count: 1 },
    ]);
    await site.reload(observing);
    expect((await fetch(`http://127.0.0.1:${site.healthPort}/observed`)).status).toBe(200);
  });

  it('has counted the answers it would have withheld, and counts those it withholds', async () => {
    const doctor = await present('medecin-06');
    const misspelt: Changes = [['pointer: /patients/*/nir', 'pointer: /persons/*/nir']];
    await site.reload([...observing, ...misspelt]);
    const search = (): Promise<{ readonly status: number }> => doctor.browser.call('/api/patients?nom=MA');
    expect((await search()).status).toBe(200);
    const withheld = { denial: 'unavailable:answer-unreadable', route: 'GET /api/patients', count: 1 };
    expect(site.gateway.observed()).toContainEqual({ class: 'gp', ...withheld });
    await site.reload([...enforcing, ...misspelt]);
    expect((await search()).status).toBe(502);
    const answer = await fetch(`http://127.0.0.1:${site.healthPort}/refused`);
    expect(await answer.json()).toMatchObject({ refusals: [{ class: '-', ...withheld }] });
  });

  it('asks for a gesture where one was assumed', async () => {
    const doctor = seat(site, 'medecin-02');
    await doctor.signIn();
    expect(await look(doctor, 0)).toBe(200);
    await site.reload(enforcing);
    expect(await look(doctor, 0)).toBe(401);
  });

  it('holds nobody for an alarm that was raised while it observed, lists it, and holds for the next', async () => {
    const doctor = await present('medecin-03');
    expect(await look(doctor, canary)).toBe(200);
    expect(await alarms()).toMatchObject([{ kind: 'canary', observed: true }]);
    await site.reload(enforcing);
    expect(await look(doctor, 1)).toBe(200);
    // Negative control: the same, enforcing.
    expect(await look(doctor, canary + 1)).toBe(200);
    expect(await look(doctor, 2)).toBe(401);
  });

  it('and goes back to observing: an alarm that holds is not weakened by what is only observed', async () => {
    const doctor = await present('medecin-04');
    await site.reload(enforcing);
    expect(await look(doctor, canary)).toBe(200);
    await site.reload(observing);
    expect(await look(doctor, canary + 1)).toBe(200);
    await site.reload(enforcing);
    expect(await look(doctor, 2)).toBe(401);
  });
});
