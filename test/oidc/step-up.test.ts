// A card proved at an OpenID Connect provider, driven over HTTP through the real oidc-provider over mutual TLS.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Page } from '../support/browser.ts';
import { formTo } from '../support/forms.ts';
import { type Professional, seat } from '../support/professional.ts';
import { type ProviderSite, startProviderSite } from '../support/provider-site.ts';

let site: ProviderSite;
beforeAll(async () => {
  site = await startProviderSite();
});
afterAll(() => site.close());

const doctorCard = '899700218896/card';
const begin = '/.palier/oidc/pro-sante-connect/step-up';

async function arrived(login = 'medecin-01'): Promise<Professional> {
  const professional = seat(site, login);
  await professional.signIn();
  return professional;
}

/** Presses the provider's button on a step-up page; answers with the provider's address. */
async function leave(professional: Professional, page: Page): Promise<string> {
  const { action, fields } = formTo(page, begin);
  const away = await professional.browser.post(action, fields);
  return /^0; url=(.+)$/.exec(String(away.headers['refresh'] ?? ''))?.[1] ?? '';
}

describe('a look-up that a card opens', () => {
  it('comes back where the person was stopped, after one visit to the provider', async () => {
    const doctor = await arrived();
    const nir = site.persons.nirOf(0);
    const stopped = await doctor.browser.go(`/patients/${nir}`);
    expect(stopped.status).toBe(303);
    const page = await doctor.browser.go(stopped.location);
    const address = await leave(doctor, page);
    expect(address).toMatch(/^https:\/\/localhost:\d+\/auth\/realms\/esante-wallet\/auth\?/);
    const back = await site.identify(address, doctorCard);
    const done = await doctor.browser.go(back);
    expect(done.location).toBe(`/patients/${nir}`);
    const shown = await doctor.browser.go(done.location);
    expect([shown.status, shown.text.includes(site.persons.personByIndex(0).family)]).toEqual([200, true]);
  });
});
