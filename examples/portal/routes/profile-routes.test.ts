// What may be changed about an account: its address, its password, its delegates.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { form, type StartedPortal, startPortal } from '../starting.ts';

let portal: StartedPortal;
let cookie: string;
beforeAll(async () => {
  portal = await startPortal();
  cookie = await portal.signIn('medecin-01');
});
afterAll(() => portal.close());

it('the address can be changed, and mail follows it', async () => {
  const answer = await portal.ask('/profil', { ...form({ email: 'Ailleurs@sante.example' }), cookie });
  expect(await answer.text()).toContain('value="ailleurs@sante.example"');
  await portal.ask('/mot-de-passe-oublie', form({ email: 'ailleurs@sante.example' }));
  expect(portal.mails.at(-1)).toMatchObject({ to: 'ailleurs@sante.example', login: 'medecin-01' });
});

it('something that is no address changes nothing', async () => {
  const before = portal.accounts.find('medecin-01')?.email;
  for (const email of ['', 'x', 'a b@c.example', '@c.example', 'a@b']) {
    expect((await portal.ask('/profil', { ...form({ email }), cookie })).status).toBe(422);
  }
  expect(portal.accounts.find('medecin-01')?.email).toBe(before);
});

const newPassword = 'une-phrase-assez-longue';

it('the password is changed by who knows it, and the other browsers are signed out', async () => {
  const [here, there] = [await portal.signIn('pharmacie-01'), await portal.signIn('pharmacie-01')];
  const change = (actuel: string, nouveau: string): Promise<Response> =>
    portal.ask('/profil/mot-de-passe', { ...form({ actuel, nouveau }), cookie: here });
  expect((await change('faux', newPassword)).status).toBe(422);
  expect((await change('pharmacie-01-motdepasse', 'court')).status).toBe(422);
  expect((await portal.ask('/profil', { cookie: there })).status).toBe(200);
  expect((await change('pharmacie-01-motdepasse', newPassword)).status).toBe(200);
  expect((await portal.ask('/profil', { cookie: here })).status).toBe(200);
  expect((await portal.ask('/api/me', { cookie: there })).status).toBe(401);
  expect(await portal.accounts.checkPassword('pharmacie-01', newPassword)).toBeDefined();
});

it('a delegate is another account, named once and taken away again', async () => {
  const name = async (delegue: string): Promise<number> =>
    (await portal.ask('/profil/delegues', { ...form({ delegue }), cookie })).status;
  expect(await name('personne')).toBe(422);
  expect(await name('medecin-01')).toBe(422);
  expect([await name(' Pharmacie-02 '), await name('pharmacie-02')]).toEqual([200, 200]);
  const listed = async (): Promise<number> =>
    (await (await portal.ask('/profil', { cookie })).text()).match(/<li>pharmacie-02/g)?.length ?? 0;
  expect(await listed()).toBe(1);
  await portal.ask('/profil/delegues/retirer', { ...form({ delegue: 'pharmacie-02' }), cookie });
  expect(await listed()).toBe(0);
});
