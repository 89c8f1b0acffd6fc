// The gateway shows the provider its certificate (tls_client_auth, RFC 8705), trusts only the authority configured for the
// provider, and an older authentication counts once where the operator lets it count.
import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeAuthority } from '../../examples/health-portal/certificates.ts';
import { type ProviderSite, startProviderSite, stepUpLines } from '../support/provider-site.ts';
import { addressIn, cardOf, leave, proofsOf, stopped, visit } from '../support/provider-visit.ts';
import { inMemory } from '../support/start.ts';

let site: ProviderSite;
beforeAll(async () => {
  site = await startProviderSite();
});
afterAll(() => site.close());

const lines = (): { issuer: string; folder: string } => ({
  issuer: site.provider.issuer,
  folder: site.folder,
});
const settings = (card: string): Parameters<ProviderSite['reload']>[0] => [
  ...inMemory,
  ['enrolment:\n', `${stepUpLines(lines(), card)}enrolment:\n`],
];
let place = 200;
const person = (): string => {
  place += 1;
  return `/patients/${site.persons.nirOf(place)}`;
};

describe('mutual TLS with the provider', () => {
  it('is what lets the code be redeemed: with another authority’s certificate it is not', async () => {
    const own = ['gateway-client.pem', 'gateway-client-key.pem'].map((name) => join(site.folder, name));
    for (const file of own) renameSync(file, `${file}.kept`);
    const stranger = await makeAuthority(site.folder, 'stranger authority');
    await stranger.client('gateway client');
    await site.reload(settings('{ acr: eidas1, amr: [sc, pin] }'));
    const { doctor } = await visit(site, person());
    expect(await proofsOf(doctor)).toEqual([]);
    for (const file of own) renameSync(`${file}.kept`, file);
    await site.reload(settings('{ acr: eidas1, amr: [sc, pin] }'));
    expect(await proofsOf((await visit(site, person())).doctor)).toEqual(['card']);
  });

  it('is spoken with nobody whose certificate the configured authority did not sign: a 503, and nothing sent', async () => {
    const stranger = await makeAuthority(site.folder, 'other authority');
    const trusted = stepUpLines(lines(), '{ acr: eidas1, amr: [sc, pin] }');
    await site.reload([
      ...inMemory,
      ['enrolment:\n', `${trusted.replace(site.authority.ca, stranger.ca)}enrolment:\n`],
    ]);
    const { doctor, page } = await stopped(site, person());
    const form = page.forms.find(({ action }) => action.startsWith('/.palier/oidc/'));
    const answer = await doctor.browser.post(form?.action ?? '', form?.fields ?? {});
    expect([answer.status, addressIn(answer)]).toEqual([503, '']);
    await site.reload(settings('{ acr: eidas1, amr: [sc, pin] }'));
  });
});

describe('an authentication that may be older', () => {
  it('A226: proves a session once, without a click at the provider, and then never again', async () => {
    await site.reload([
      ...settings('{ acr: eidas1, amr: [sc, pin], within: 30m }'),
      ['enrolment:\n', 'sessions: { cardIdle: 90s }\nenrolment:\n'],
    ]);
    const jar = new Map<string, string>();
    const first = await stopped(site, person());
    await site.identify(await leave(first.doctor, first.page), cardOf.doctor, jar);
    const target = person();
    const second = await stopped(site, target);
    const address = await leave(second.doctor, second.page);
    expect(new URL(address).searchParams.get('max_age')).toBe('1800');
    const done = await second.doctor.browser.go(await site.identify(address, 'nobody is asked', jar));
    expect(done.location).toBe(target);
    // One gesture bought one presence: the same authentication does not buy a second one.
    const again = await second.doctor.browser.go('/.palier/step-up');
    const back = await site.identify(await leave(second.doctor, again), 'nobody is asked', jar);
    const refused = await second.doctor.browser.go(back);
    expect([refused.status, refused.text.includes('trop ancienne')]).toEqual([400, true]);
    expect(await proofsOf(second.doctor)).toEqual(['card']);
    // Nor after the silence in which the session forgets the card: whoever finds the desk empty has no card.
    site.clock.advance(91);
    expect(await proofsOf(second.doctor)).toEqual([]);
    const alone = await second.doctor.browser.go('/.palier/step-up');
    const stolen = await site.identify(await leave(second.doctor, alone), 'nobody is asked', jar);
    expect((await second.doctor.browser.go(stolen)).text).toContain('trop ancienne');
    expect(await proofsOf(second.doctor)).toEqual([]);
    // A session that has not seen this authentication is proved by it: it is the memory that refused, nothing else.
    const third = await stopped(site, person());
    await third.doctor.browser.go(
      await site.identify(await leave(third.doctor, third.page), 'nobody is asked', jar),
    );
    expect(await proofsOf(third.doctor)).toEqual(['card']);
  });
});
