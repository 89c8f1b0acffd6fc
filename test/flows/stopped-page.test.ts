// Who is stopped reads so, and can leave: the portal's sign-out is offered and goes through; nothing else does.

import { join } from 'node:path';
import { openDatabase } from '@palier/mfa-core/stores/sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Stop } from '../../packages/gateway/src/stops/stop.ts';
import { sqliteStandings } from '../../packages/gateway/src/stores/sqlite-standing.ts';
import { type Professional, seat } from '../support/professional.ts';
import { type Site, startSite } from '../support/start.ts';

let site: Site;
beforeAll(async () => {
  site = await startSite([]);
});
afterAll(() => site.close());

/** Signed in at the portal, and stopped; a fifth of a second later every page knows. */
async function stopped(login: string, kind: Stop['kind'], name: string): Promise<Professional> {
  const person = seat(site, login);
  await person.signIn();
  const database = openDatabase(join(site.folder, 'palier.db'));
  const at = Date.now() as Stop['at'];
  await sqliteStandings(database).stops.put({ kind, name, reason: 'test', by: 'operator@desk', at });
  database.close();
  await expect.poll(async () => (await person.browser.go('/.palier/factors')).status).toBe(403);
  return person;
}
async function resume(kind: Stop['kind'], name: string): Promise<void> {
  const database = openDatabase(join(site.folder, 'palier.db'));
  await sqliteStandings(database).stops.end(kind, name);
  database.close();
}

describe('a locked account', () => {
  it.each(['/', '/.palier/factors', '/.palier/step-up'])(
    'is offered the sign-out at %s, and no way round in a circle',
    async (target) => {
      const nurse = await stopped('infirmier-01', 'account', 'infirmier-01');
      const page = await nurse.browser.go(target);
      expect(page.status).toBe(403);
      expect(page.forms.map(({ action }) => action)).toEqual(['/logout']);
      expect(page.text).not.toContain('href="/"');
    },
  );

  it('leaves by it, and sees nothing by anything else', async () => {
    const nurse = await stopped('infirmier-02', 'account', 'infirmier-02');
    const before = site.seen.length;
    expect((await nurse.browser.go(`/patients/${site.persons.nirOf(1)}`)).status).toBe(403);
    expect((await nurse.browser.post('/recherche-patient', { nir: site.persons.nirOf(1) })).status).toBe(403);
    expect(site.seen.slice(before).filter((line) => !line.includes('/api/me'))).toEqual([]);
    const left = await nurse.browser.post('/logout', {});
    expect(left.status).toBeLessThan(400);
    expect(site.seen.at(-1)).toBe('POST /logout');
    expect((await nurse.browser.go(`/patients/${site.persons.nirOf(1)}`)).location).toBe('/login');
  });

  it('stays where everything is stopped: then nothing passes', async () => {
    const nurse = await stopped('infirmier-03', 'everything', '');
    expect((await nurse.browser.post('/logout', {})).status).toBe(403);
    await resume('everything', '');
  });
});
