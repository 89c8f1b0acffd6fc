// Signing in and out, and the mailbox as a way in.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { form, type StartedPortal, startPortal } from '../starting.ts';

const HOUR = 3_600_000;
let portal: StartedPortal;
beforeAll(async () => {
  portal = await startPortal();
});
afterAll(() => portal.close());

const right = { login: 'pharmacie-01', password: 'pharmacie-01-motdepasse' };
const me = async (cookie: string): Promise<number> => (await portal.ask('/api/me', { cookie })).status;

it('a right password opens a session that the API knows', async () => {
  const answer = await portal.ask('/login', form(right));
  expect(answer.status).toBe(303);
  expect(answer.headers.get('location')).toBe('/');
  expect(answer.headers.get('set-cookie')).toMatch(/^PORTALSID=[\w-]{32}; Path=\/; HttpOnly; SameSite=Lax$/);
  const cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? '';
  const account = await portal.ask('/api/me', { cookie });
  expect(await account.json()).toEqual({
    login: 'pharmacie-01',
    class: 'pharmacy',
    email: 'pharmacie-01@sante.example',
    organisation: 'Pharmacie fictive 01',
    name: portal.accounts.find('pharmacie-01')?.name,
    nationalId: portal.accounts.find('pharmacie-01')?.nationalId,
  });
});

it('a wrong password and an unknown login get the same page and no cookie', async () => {
  const wrong = await portal.ask('/login', form({ ...right, password: 'x' }));
  const unknown = await portal.ask('/login', form({ login: 'pharmacie-99', password: 'x' }));
  expect([wrong.status, unknown.status]).toEqual([401, 401]);
  expect(wrong.headers.get('set-cookie')).toBeNull();
  expect((await unknown.text()).replace('pharmacie-99', 'pharmacie-01')).toBe(await wrong.text());
});

it('after signing in one goes on to where one wanted to go', async () => {
  const asked = await portal.ask('/patients?nom=mar');
  expect([asked.status, asked.headers.get('location')]).toEqual([303, '/login?next=%2Fpatients%3Fnom%3Dmar']);
  const answer = await portal.ask('/login', form({ ...right, next: '/patients?nom=mar' }));
  expect(answer.headers.get('location')).toBe('/patients?nom=mar');
});

it('the way on never leads to another site', async () => {
  for (const next of ['https://a.example/', '//a.example', '/\\a.example', '/\t/a.example', 'patients', '']) {
    const answer = await portal.ask('/login', form({ ...right, next }));
    expect(answer.headers.get('location')).toBe('/');
  }
});

it('the session ends with signing out, after an idle hour and after four hours', async () => {
  const out = await portal.signIn();
  await portal.ask('/logout', { method: 'POST', cookie: out });
  expect(await me(out)).toBe(401);
  const idle = await portal.signIn();
  portal.advance(HOUR - 1);
  expect(await me(idle)).toBe(200);
  portal.advance(HOUR);
  expect(await me(idle)).toBe(401);
  const busy = await portal.signIn();
  for (let i = 0; i < 7; i += 1) {
    portal.advance(HOUR / 2);
    expect(await me(busy)).toBe(200);
  }
  portal.advance(HOUR / 2);
  expect(await me(busy)).toBe(401);
});

it('signing in again in the same browser replaces the session', async () => {
  const first = await portal.signIn();
  const answer = await portal.ask('/login', { ...form(right), cookie: first });
  expect(answer.status).toBe(303);
  expect(await me(first)).toBe(401);
});

it('who reads the mailbox can take the account, once per link', async () => {
  const before = await portal.signIn('medecin-02');
  await portal.ask('/mot-de-passe-oublie', form({ email: 'medecin-02@sante.example' }));
  const [letter] = portal.mails;
  expect(letter?.to).toBe('medecin-02@sante.example');
  const link = letter?.link ?? '';
  expect((await portal.ask(link)).status).toBe(200);
  expect((await portal.ask(link, form({ password: 'short' }))).status).toBe(422);
  expect((await portal.ask(link, form({ password: 'a longer password' }))).status).toBe(200);
  expect((await portal.ask(link, form({ password: 'another password' }))).status).toBe(410);
  expect(await me(before)).toBe(401);
  expect(await portal.signIn('medecin-02')).toBe('');
  expect(await me(await portal.signIn('medecin-02', 'a longer password'))).toBe(200);
});

it('an address nobody reads gets the same answer and no mail', async () => {
  const count = portal.mails.length;
  const unknown = await portal.ask('/mot-de-passe-oublie', form({ email: 'nobody@sante.example' }));
  const known = await portal.ask('/mot-de-passe-oublie', form({ email: 'medecin-01@sante.example' }));
  expect(await unknown.text()).toBe(await known.text());
  expect(portal.mails.length).toBe(count + 1);
});

it('a reset link is dead after an hour and when a newer one was asked for', async () => {
  await portal.ask('/mot-de-passe-oublie', form({ email: 'infirmier-01@sante.example' }));
  await portal.ask('/mot-de-passe-oublie', form({ email: 'infirmier-01@sante.example' }));
  const [older, newer] = portal.mails.slice(-2).map(({ link }) => link);
  expect((await portal.ask(older ?? '')).status).toBe(410);
  expect((await portal.ask(newer ?? '')).status).toBe(200);
  portal.advance(HOUR);
  expect((await portal.ask(newer ?? '')).status).toBe(410);
});
