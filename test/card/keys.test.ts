// A security key counted as a card by the gateway's configuration, against a route that asks for a card.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemRandom } from '@palier/mfa-core';
import { attestationAuthority, softwareAuthenticator } from '@palier/mfa-core/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMovingClock } from '../support/moving-clock.ts';
import { seat } from '../support/professional.ts';
import { type Changes, inMemory, type Site, startSite } from '../support/start.ts';

const model = '11111111-2222-3333-4444-555555555555';
const maker = attestationAuthority(systemRandom, createMovingClock().now());

const changes: Changes = [
  ...inMemory,
  ['  first: [ticket]\n', `  first: [ticket]\n  cardClass: [${model}]\n  attestationRoots: makers\n`],
];

let site: Site;
beforeAll(async () => {
  site = await startSite(changes, (folder) => {
    mkdirSync(join(folder, 'makers'));
    writeFileSync(join(folder, 'makers', 'maker.pem'), maker.root);
  });
});
afterAll(() => site.close());

/** Enrols a key with a ticket; the status of the last call, and what a card-only route then answers. */
async function enrolled(login: string, asCard: boolean): Promise<readonly [number, number]> {
  const { browser, signIn } = seat(site, login);
  await signIn();
  await browser.go('/.palier/enrol');
  const ticket = await browser.call('/.palier/api/enrol/ticket', { ticket: await site.ticketFor(login) });
  const { right } = JSON.parse(ticket.text) as { readonly right: string };
  const begun = await browser.call('/.palier/api/enrol/begin', { right, kind: 'webauthn', asCard });
  const { challenge, webauthn } = JSON.parse(begun.text);
  const attestation = maker.issue({ aaguid: model });
  const key = softwareAuthenticator({
    random: systemRandom,
    aaguid: model,
    attestation: asCard ? attestation : 'none',
  });
  const response = await key.create(webauthn, site.origin.origin);
  const done = await browser.call('/.palier/api/enrol/complete', { challenge, response });
  const form = { nir: site.persons.nirOf(3), debut: '2026-03-10', fin: '2026-03-12', motif: 'x' };
  return [done.status, (await browser.post('/aat', form)).status];
}

describe('a security key where the operator counts its model as a card', () => {
  it('opens what asks for a card when it was enrolled as one', async () => {
    const [enrolment, route] = await enrolled('medecin-01', true);
    expect(enrolment).toBe(200);
    expect(route).not.toBe(303);
    expect(site.seen.at(-1)).toBe('POST /aat');
  });

  it('does not when it was enrolled as an ordinary key', async () => {
    expect(await enrolled('medecin-02', false)).toEqual([200, 303]);
  });

  it('is offered on the page that binds a key', async () => {
    const { browser, signIn } = seat(site, 'medecin-03');
    await signIn();
    const page = await browser.post('/.palier/enrol/ticket', { ticket: await site.ticketFor('medecin-03') });
    expect(page.text).toContain('id="key-card"');
  });
});
