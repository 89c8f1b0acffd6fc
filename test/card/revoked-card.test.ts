// Revocation in the running gateway: a card on a list opens nothing, and what a card opened ends when it is revoked.
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { formTo } from '../support/forms.ts';
import { type Professional, seat } from '../support/professional.ts';
import { type CardSite, present, startCardSite } from './card-site.ts';

let site: CardSite;
beforeAll(async () => {
  site = await startCardSite(
    ({ lists }) => ({ crl: lists, dangerouslyWithoutRevocation: '' }),
    [['GET /messages/live, require: signed-in', 'GET /messages/live, require: { accept: card, maxAge: 1h }']],
  );
});
afterAll(() => site.close());

/** Where the card is to be shown, for somebody who was stopped before a route that asks for one. */
async function addressFor(who: Professional): Promise<string> {
  const stop = await who.browser.follow('/patients?nom=durand');
  const { action, fields } = formTo(stop, '/.palier/step-up/card');
  return (await who.browser.post(action, fields)).location;
}

async function withCard(login: string) {
  const who = seat(site, login);
  await who.signIn();
  const leaf = await site.cardOf(login);
  const shown = await present(site, await addressFor(who), leaf);
  if (shown.status === 303) await who.browser.go(shown.location.slice(site.origin.origin.length));
  return { who, leaf, shown };
}

const proofs = async ({ browser }: Professional): Promise<number> =>
  (JSON.parse((await browser.call('/.palier/api/session')).text) as { proofs: readonly unknown[] }).proofs
    .length;

describe('a revoked card', () => {
  it('A220: opens nothing', async () => {
    const who = seat(site, 'medecin-01');
    await who.signIn();
    const leaf = await site.cardOf('medecin-01');
    await site.pki.revoke(leaf);
    await site.pki.publish('persons', { from: 0, to: 7 });
    await site.again();
    const refused = await present(site, await addressFor(who), leaf);
    expect([refused.status, refused.location]).toEqual([403, '']);
    expect(site.log.filter(({ kind }) => kind === 'card').at(-1)).toMatchObject({
      outcome: 'refused:revoked',
    });
  });

  it('A217: loses what it opened before, sockets included, and others keep theirs', async () => {
    const one = await withCard('medecin-02');
    const other = await withCard('medecin-03');
    expect([one.shown.status, other.shown.status]).toEqual([303, 303]);
    const cookie = [...one.who.browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const socket = new WebSocket(`ws://127.0.0.1:${site.port}/messages/live`, {
      headers: { cookie, host: site.origin.host, origin: site.origin.origin },
    });
    await once(socket, 'open');
    await site.again();
    expect([await proofs(one.who), await proofs(other.who)]).toEqual([1, 1]);
    const closed = once(socket, 'close');
    await site.pki.revoke(one.leaf);
    await site.pki.publish('persons', { from: 0, to: 7 });
    const from = performance.now();
    await site.again();
    await closed;
    expect(performance.now() - from).toBeLessThan(2000);
    expect([await proofs(one.who), await proofs(other.who)]).toEqual([0, 1]);
    expect(site.log).toContainEqual(expect.objectContaining({ kind: 'card', outcome: 'ended:revoked' }));
  });

  it('A220: stays revoked when an older list is put back into the folder and the gateway reloads', async () => {
    const who = seat(site, 'medecin-04');
    await who.signIn();
    const leaf = await site.cardOf('medecin-04');
    const file = join(site.pki.lists, 'persons.crl.pem');
    const older = readFileSync(file);
    await site.pki.revoke(leaf);
    await site.pki.publish('persons', { from: 0, to: 7 });
    await site.again();
    expect((await present(site, await addressFor(who), leaf)).status).toBe(403);
    const newer = readFileSync(file);
    writeFileSync(file, older);
    await site.again();
    expect((await present(site, await addressFor(who), leaf)).status).toBe(403);
    expect(site.log).toContainEqual(expect.objectContaining({ flaw: 'older-than-known' }));
    writeFileSync(file, newer);
  });
});
