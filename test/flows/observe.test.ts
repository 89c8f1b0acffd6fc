// Observe mode in front of a portal: nobody is stopped, nothing is lost, and what would have been asked is counted.
// It is also the negative control of the other flows: the same requests, with the decision taken out.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { observedCommand } from '../../packages/gateway/src/cli/observed.ts';
import { seat } from '../support/professional.ts';
import { type Changes, type Site, startSite } from '../support/start.ts';

const observing: Changes = [
  ['durable: sqlite:palier.db, shared: sqlite:palier.db', 'durable: memory, shared: memory'],
  ['mode: enforce', 'mode: observe'],
];

let site: Site;
beforeAll(async () => {
  site = await startSite(observing);
});
afterAll(() => site.close());

const nir = (place: number): string => site.persons.nirOf(place);
const counted = (denial: string): number =>
  site.gateway.observed().reduce((sum, row) => sum + (row.denial === denial ? row.count : 0), 0);

describe('a gateway that observes', () => {
  it('shows a password everything, and counts the gestures it would have asked for', async () => {
    const doctor = seat(site, 'medecin-01');
    await doctor.signIn();
    for (let place = 0; place < 30; place += 1) {
      expect((await doctor.browser.call(`/api/patients/${nir(place)}`)).status).toBe(200);
    }
    expect(counted('step-up:no-proof')).toBe(1);
    expect(counted('step-up:presence-used-up')).toBeGreaterThanOrEqual(1);
  });

  it('counts by class what the answer and the caps would have been denied for, and tells the operator alone', async () => {
    const pharmacist = seat(site, 'pharmacie-04');
    await pharmacist.signIn();
    // A list that no gesture buys: more persons than the demo's presence of five.
    const page = await pharmacist.browser.call('/api/patients?nom=MA');
    expect(page.status).toBe(200);
    for (let place = 100; place < 170; place += 1) {
      await pharmacist.browser.call(`/api/patients/185069999${String(place).padStart(4, '0')}`);
    }
    const answer = await fetch(`http://127.0.0.1:${site.healthPort}/observed`);
    const { counts } = (await answer.json()) as {
      counts: readonly { class: string; denial: string; count: number }[];
    };
    const of = (denial: string): number =>
      counts.find((row) => row.class === 'pharmacy' && row.denial === denial)?.count ?? 0;
    expect(of('step-up:no-proof')).toBe(1);
    expect(of('refuse:more-persons-than-one-gesture')).toBe(1);
    expect(of('slow-down:misses')).toBeGreaterThan(0);
    expect((await fetch(new URL('/observed', site.origin))).status).toBe(404);
  });

  it('shows the same to palier observed', async () => {
    const file = join(site.folder, 'operator.yaml');
    writeFileSync(
      file,
      `healthListen: 127.0.0.1:${site.healthPort}
origin: https://portail.example
upstream: http://127.0.0.1:8081
identity: [{ portal-session: { cookie: SID, ask: /api/me, account: /login } }]
keys: { file: keys.json }
ledger: { directory: ledger, sealTo: dpo.jwk }
routes: [{ match: GET /, require: signed-in }]
`,
    );
    const said: string[] = [];
    const out = (text: string): void => void said.push(text);
    const terminal = { out, err: out, environment: {}, interactive: false };
    expect(await observedCommand(['--config', file], terminal)).toBe(0);
    expect(said.join('')).toMatch(/^pharmacy +slow-down:misses +\d+$/m);
  });

  it('names the route and the parameter that no route declares, under the class of whoever asked, and no value', async () => {
    const doctor = seat(site, 'medecin-05');
    await doctor.signIn();
    const search = `/api/patients/${nir(9)}`;
    for (const query of [
      'onglet=droits',
      'onglet=soins',
      'DURAND',
      'p1990399999001=1',
      `${'x'.repeat(41)}=1`,
    ])
      expect((await doctor.browser.call(`${search}?${query}`)).status).toBe(200);
    const rows = site.gateway
      .observed()
      .filter(({ denial }) => denial === 'refuse:query-parameter-not-declared');
    const row = {
      class: 'gp',
      denial: 'refuse:query-parameter-not-declared',
      route: 'GET /api/patients/{nir}',
    };
    expect(rows).toEqual([
      { ...row, parameter: 'onglet', count: 2 },
      { ...row, count: 3 },
    ]);
    // A stranger cannot fill the table.
    await seat(site, 'medecin-06').browser.call(`${search}?strange=1`);
    expect(JSON.stringify(site.gateway.observed())).not.toContain('strange');
  });

  it('names a parameter at most two hundred times', async () => {
    const doctor = seat(site, 'medecin-07');
    await doctor.signIn();
    const letters = (at: number): string => String.fromCharCode(97 + Math.floor(at / 26), 97 + (at % 26));
    for (let at = 0; at < 220; at += 1) await doctor.browser.call(`/api/patients/${nir(9)}?${letters(at)}=1`);
    expect(site.gateway.observed().filter(({ parameter }) => parameter !== undefined).length).toBe(200);
  });

  it('has in the log everything that palier observed counts', async () => {
    const told = site.log.flatMap(({ wouldBe }) => (wouldBe ?? []) as readonly string[]);
    const sums = (names: readonly string[]): Readonly<Record<string, number>> =>
      Object.fromEntries(
        [...new Set(names)].sort().map((name) => [name, names.filter((one) => one === name).length]),
      );
    const table = site.gateway
      .observed()
      .flatMap(({ denial, count }) => Array.from({ length: count }, () => denial));
    expect(told.length).toBeGreaterThan(0);
    expect(sums(told)).toEqual(sums(table));
    // More than one of one request, and what only the answer told.
    expect(site.log.some(({ wouldBe }) => Array.isArray(wouldBe) && wouldBe.length > 1)).toBe(true);
    expect(told).toContain('slow-down:misses');
  });

  it('lets undeclared addresses through to the portal and counts them', async () => {
    const { browser } = seat(site, 'medecin-02');
    const before = site.seen.length;
    const counts = counted('refuse:not-declared');
    const answer = await browser.go('/nowhere');
    expect(answer.status).toBe(404);
    expect(site.seen.slice(before)).toEqual(['GET /nowhere']);
    expect(counted('refuse:not-declared')).toBe(counts + 1);
  });

  it('names the addresses that no line declares and the portal knows, and no person in them', async () => {
    const doctor = seat(site, 'medecin-08');
    await doctor.signIn();
    const undeclared = `/api/patients/${nir(4)}/history`;
    // Of a line of the log, which goes by itself alone, less is shown than of the table.
    const address = '/api/patients/{…}/{…}';
    expect((await doctor.browser.call(undeclared)).status).toBe(404);
    // The portal knows /api/me under GET; POST is declared nowhere.
    expect((await doctor.browser.call('/api/me', {})).status).not.toBe(404);
    const answer = await fetch(`http://127.0.0.1:${site.healthPort}/observed`);
    const { addresses } = (await answer.json()) as { readonly addresses: readonly unknown[] };
    expect(addresses).toContainEqual({ method: 'POST', address: '/api/me', count: 1 });
    // What the portal does not know either is no line that is missing.
    expect(JSON.stringify(addresses)).not.toContain('/api/patients');
    expect(site.log).toContainEqual(expect.objectContaining({ route: 'undeclared', address }));
    expect(JSON.stringify(site.log)).not.toContain(nir(4));
  });

  it('answers exactly what the portal answers', async () => {
    const nurse = seat(site, 'infirmier-01');
    await nurse.signIn();
    const through = await nurse.browser.go(`/patients/${nir(3)}`);
    const cookie = `PORTALSID=${nurse.browser.cookies.get('PORTALSID')}`;
    const headers = { cookie, accept: 'text/html', 'accept-language': 'fr' };
    const straight = await fetch(new URL(`/patients/${nir(3)}`, site.portal), { headers });
    expect(through.text).toBe(await straight.text());
  });

  it('lets the portal answer a stranger itself where persons are counted', async () => {
    const stranger = seat(site, 'medecin-03');
    const before = counted('sign-in');
    const straight = await fetch(new URL(`/api/patients/${nir(5)}`, site.portal));
    expect((await stranger.browser.call(`/api/patients/${nir(5)}`)).status).toBe(straight.status);
    expect(straight.status).toBe(401);
    expect(counted('sign-in')).toBe(before + 1);
  });
});
