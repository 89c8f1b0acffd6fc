// The commonest mistake at a counter: a number typed wrong. It is told as that, names nobody, and leads back.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Professional, seat } from '../support/professional.ts';
import { type Site, startSite } from '../support/start.ts';

let site: Site;
let doctor: Professional;
beforeAll(async () => {
  site = await startSite();
  doctor = seat(site, 'medecin-01');
  await doctor.signIn();
  await doctor.enrolApp();
});
afterAll(() => site.close());

const wrongKey = (): string => `${site.persons.nirOf(3)}00`;
const backIn = (text: string): string | undefined => /id="back" href="([^"]*)"/.exec(text)?.[1];
const english = { 'accept-language': 'en' };

describe('a number that is none', () => {
  it.each(['123', '18001990000', '12345678901234567890'])(
    'is told as one, with what such a number is like: %s',
    async (number) => {
      const page = await doctor.browser.go(`/patients/${number}`);
      expect(page.status).toBe(400);
      expect(page.text).toContain('Ce numéro n’est pas valide');
      expect(page.text).toContain('compte 13 caractères, ou 15 avec sa clé');
      expect(page.text).not.toContain(number);
      const other = await doctor.browser.go(`/patients/${number}`, english);
      expect(other.text).toContain('has 13 characters, or 15 with its key');
    },
  );

  it('is in no line of the log, and neither is the page it was typed on', async () => {
    const referer = `${site.origin.origin}/recherche-patient?x=${wrongKey()}`;
    const page = await doctor.browser.go(`/patients/${wrongKey()}`, { referer });
    expect(page.status).toBe(400);
    expect(JSON.stringify(site.log)).not.toContain(wrongKey());
  });

  it('is a problem of its own for a program, which is told the kind and not the number', async () => {
    const { status, text } = await doctor.browser.call(`/api/patients/${wrongKey()}`);
    expect([status, JSON.parse(text)]).toMatchObject([
      400,
      { type: 'urn:palier:problem:unreadable-number', reason: 'record-id-malformed', recordType: 'nir' },
    ]);
    expect(text).not.toContain(wrongKey());
  });

  it('leads back to the page it was typed on, by a link and for a script', async () => {
    const referer = `${site.origin.origin}/recherche-patient?onglet=1`;
    const page = await doctor.browser.post('/recherche-patient', { nir: '123' }, { referer });
    expect([page.status, backIn(page.text)]).toEqual([400, '/recherche-patient?onglet=1']);
    expect(page.text).toContain('src="/.palier/back.js"');
    expect(page.headers['content-security-policy']).toContain("script-src 'self'");
    expect((await doctor.browser.go('/.palier/back.js')).status).toBe(200);
  });

  it('leads to the portal where its pages do not say where the person was', async () => {
    for (const said of [{}, { referer: `${site.origin.origin}/` }])
      expect(backIn((await doctor.browser.go('/patients/123', said)).text)).toBe('/');
  });

  it.each([
    'https://elsewhere.example/patients',
    'http://localhost:1/patients',
    'javascript:alert(1)',
    'nonsense',
    'OWN//elsewhere.example/',
    'OWN/.palier/step-up',
    'OWN/patients/123',
  ])('leads nowhere else, and to no page of ours: %s', async (from) => {
    const page = await doctor.browser.go('/patients/123', {
      referer: from.replace('OWN', site.origin.origin),
    });
    expect([page.status, backIn(page.text)]).toEqual([400, undefined]);
    expect(page.text).toContain('href="/"');
  });

  it('is told of numbers alone: another request that is not understood is told as before', async () => {
    const page = await doctor.browser.go('/patients?undeclared=1');
    expect([page.status, page.text.includes('Demande refusée')]).toEqual([400, true]);
    expect(page.text).not.toContain('back.js');
    expect(page.headers['content-security-policy']).not.toContain('script-src');
  });
});
