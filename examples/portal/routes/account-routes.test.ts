// An account's own affairs: its sick leaves, its payments.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { form, type StartedPortal, startPortal } from '../starting.ts';

let portal: StartedPortal;
let cookie: string;
beforeAll(async () => {
  portal = await startPortal();
  cookie = await portal.signIn('medecin-01');
});
afterAll(() => portal.close());

const leave = (): Record<string, string> => ({
  nir: portal.persons.nirOf(5),
  debut: '2026-03-10',
  fin: '2026-03-14',
  motif: 'grippe',
});

it('a sick leave is answered with a receipt and listed once', async () => {
  const answer = await portal.ask('/aat', { ...form(leave()), cookie });
  expect(answer.status).toBe(201);
  const receipt = /AAT-[0-9A-F]{12}/.exec(await answer.text());
  expect(receipt).not.toBeNull();
  const list = await (await portal.ask('/aat', { cookie })).text();
  expect(list.match(/<li><span class="number">/g)).toHaveLength(1);
});

it('a sick leave is answered in JSON when JSON is liked better', async () => {
  const headers = { accept: 'application/json' };
  const answer = await portal.ask('/aat', { ...form(leave()), cookie, headers });
  expect(await answer.json()).toMatchObject({
    nir: leave()['nir'],
    firstDay: '2026-03-10',
    reason: 'grippe',
  });
});

it('a sick leave that cannot be is refused and what was typed is kept', async () => {
  for (const wrong of [{ nir: 'x' }, { fin: '2026-03-09' }, { debut: '2026-02-30' }, { debut: '' }]) {
    const answer = await portal.ask('/aat', { ...form({ ...leave(), ...wrong }), cookie });
    expect(answer.status).toBe(422);
    expect(await answer.text()).toContain('value="grippe"');
  }
});

it('payments are the same at every visit', async () => {
  const first = await (await portal.ask('/paiements', { cookie })).text();
  expect(first).toBe(await (await portal.ask('/paiements', { cookie })).text());
  expect(first.match(/<th scope="row">/g)).toHaveLength(12);
});
