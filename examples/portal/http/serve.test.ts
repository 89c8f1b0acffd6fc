// What every request meets whatever it asks for: unknown paths, wrong methods, bodies that cannot be read.

import { connect } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { form, jsonPost, type StartedPortal, startPortal } from '../starting.ts';

let portal: StartedPortal;
let cookie: string;
beforeAll(async () => {
  portal = await startPortal();
  cookie = await portal.signIn();
});
afterAll(() => portal.close());

it('an unknown path is 404, as a page and as JSON', async () => {
  const page = await portal.ask('/nulle-part', { cookie });
  expect([page.status, page.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8']);
  const api = await portal.ask('/api/nulle-part', { cookie });
  expect([api.status, await api.json()]).toEqual([404, { error: 'not-found' }]);
  expect((await portal.ask('/profil/', { cookie })).status).toBe(404);
});

it('a wrong method is 405 and says which ones there are', async () => {
  const answer = await portal.ask('/login', { method: 'DELETE' });
  expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, POST']);
});

it('a path that is not percent-encoding is 400', async () => {
  expect((await portal.ask('/patients/%zz', { cookie })).status).toBe(400);
});

it('HEAD gives the headers of GET and no body', async () => {
  const get = await portal.ask('/profil', { cookie });
  const head = await portal.ask('/profil', { method: 'HEAD', cookie });
  expect(head.headers.get('content-length')).toBe(get.headers.get('content-length'));
  expect(await head.text()).toBe('');
});

it('a body of another type, broken or too large is refused without ending the portal', async () => {
  const asText = { method: 'POST', body: 'nir=1', headers: { 'content-type': 'text/plain' } };
  expect((await portal.ask('/recherche-patient', { ...asText, cookie })).status).toBe(415);
  const broken = { ...jsonPost({}), body: '{"nir":' };
  expect((await portal.ask('/api/recherche', { ...broken, cookie })).status).toBe(400);
  const large = form({ nir: '1'.repeat(1_048_577) });
  expect((await portal.ask('/recherche-patient', { ...large, cookie })).status).toBe(413);
  expect((await portal.ask('/api/me', { cookie })).status).toBe(200);
});

it('pages with records are kept by nobody and framed by nobody', async () => {
  const { headers } = await portal.ask('/', { cookie });
  expect(headers.get('cache-control')).toBe('no-store');
  expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
});

it('the public pages need no session', async () => {
  const types = {
    '/public/a-propos': 'text/html',
    '/public/portal.css': 'text/css',
    '/public/messages.js': 'text/javascript',
  };
  for (const [path, type] of Object.entries(types)) {
    const answer = await portal.ask(path);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toContain(type);
  }
});

it('closing lets a request under way finish, then ends its connection at once', async () => {
  const other = await startPortal();
  const socket = connect(other.port, '127.0.0.1');
  let received = '';
  socket.on('data', (chunk: Buffer) => {
    received += chunk.toString();
  });
  socket.write('POST /login HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n');
  socket.write('Content-Length: 54\r\nExpect: 100-continue\r\n\r\n');
  await expect.poll(() => received).toContain('100 Continue');
  const closed = other.close();
  socket.write('login=pharmacie-01&password=pharmacie-01-motdepasse'.padEnd(54, '&'));
  await closed;
  await expect.poll(() => received).toContain('303 See Other');
});
