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

  it('lets undeclared addresses through to the portal and counts them', async () => {
    const { browser } = seat(site, 'medecin-02');
    const before = site.seen.length;
    const counts = counted('refuse:not-declared');
    const answer = await browser.go('/nowhere');
    expect(answer.status).toBe(404);
    expect(site.seen.slice(before)).toEqual(['GET /nowhere']);
    expect(counted('refuse:not-declared')).toBe(counts + 1);
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
