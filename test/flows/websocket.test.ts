// WebSockets go through the same door as everything else, and end when what they live by ends.

import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import type { AccountId } from '@palier/mfa-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type Professional, seat } from '../support/professional.ts';
import { sendRaw } from '../support/raw-socket.ts';
import { type Site, startSite } from '../support/start.ts';

let site: Site;
beforeAll(async () => {
  site = await startSite([
    ['durable: sqlite:palier.db, shared: sqlite:palier.db', 'durable: memory, shared: memory'],
    [
      'GET /messages/live, require: signed-in',
      'GET /messages/live, require: { accept: second-factor, maxAge: 1h }',
    ],
  ]);
});
afterAll(() => site.close());

async function present(login: string): Promise<Professional> {
  const professional = seat(site, login);
  await professional.signIn();
  await professional.enrolApp();
  return professional;
}

/** What became of a handshake: an open socket, or the status it was refused with. */
type Opened = { readonly socket: WebSocket } | { readonly status: number };

function open({ browser }: Professional, origin: string = site.origin.origin): Promise<Opened> {
  const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const headers = { cookie, host: site.origin.host, origin };
  const socket = new WebSocket(`ws://127.0.0.1:${site.port}/messages/live`, { headers });
  return new Promise((resolve, reject) => {
    socket.once('open', () => resolve({ socket }));
    socket.once('unexpected-response', (request, response) => {
      request.destroy();
      resolve({ status: response.statusCode ?? 0 });
    });
    socket.once('error', (error) => reject(error));
  });
}

function socketOf(opened: Opened): WebSocket {
  if ('socket' in opened) return opened.socket;
  throw new Error(`refused with ${opened.status}`);
}

const echoOf = (socket: WebSocket, text: string): Promise<string> =>
  new Promise((resolve) => {
    socket.on('message', (bytes) => bytes.toString() === text && resolve(text));
    socket.send(text);
  });

const closing = (socket: WebSocket): Promise<void> =>
  new Promise((resolve) => socket.once('close', () => resolve()));

describe('a WebSocket', () => {
  it('is refused to a password alone and opens after the gesture', async () => {
    const doctor = seat(site, 'medecin-01');
    await doctor.signIn();
    expect(await open(doctor)).toEqual({ status: 401 });
    await doctor.enrolApp();
    const socket = socketOf(await open(doctor));
    expect(await echoOf(socket, 'bonjour')).toBe('bonjour');
    socket.close();
    await closing(socket);
  });

  it('is refused to pages of another site, whose browser sends the cookies all the same', async () => {
    const doctor = await present('medecin-02');
    expect(await open(doctor, 'https://evil.example')).toEqual({ status: 403 });
    socketOf(await open(doctor)).terminate();
  });

  it('A085: is cut within two seconds when the session ends', async () => {
    const nurse = await present('infirmier-01');
    const socket = socketOf(await open(nurse));
    const closed = closing(socket);
    const from = performance.now();
    await nurse.browser.post('/logout', {});
    await closed;
    expect(performance.now() - from).toBeLessThan(2_000);
  });

  it('A085: is cut when its proof grows too old for the route', async () => {
    const nurse = await present('infirmier-02');
    const socket = socketOf(await open(nurse));
    const closed = closing(socket);
    site.clock.advance(59 * 60);
    expect(await echoOf(socket, 'still here')).toBe('still here');
    site.clock.advance(61);
    await closed;
  });
});

/** Opens the events, which a password alone may see, and gives what resolves when they are cut. */
async function events({ browser }: Professional): Promise<{ readonly ended: Promise<void> }> {
  const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const sending = get({
    host: '127.0.0.1',
    port: site.port,
    path: '/evenements',
    headers: { cookie, host: site.origin.host, accept: 'text/event-stream' },
  });
  const [response] = (await once(sending, 'response')) as [IncomingMessage];
  expect(response.statusCode).toBe(200);
  response.on('error', () => undefined).resume();
  return { ended: new Promise((resolve) => response.once('close', () => resolve())) };
}

describe('what streams', () => {
  const questions = (): number => site.seen.filter((line) => line === 'GET /api/me').length;
  const sweeps = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1200));

  it('makes the portal no questions every few seconds: it would never take the person for gone', async () => {
    const doctor = await present('medecin-03');
    const socket = socketOf(await open(doctor));
    await events(doctor);
    const before = questions();
    site.clock.advance(30);
    await sweeps();
    expect(questions()).toBe(before);
    site.clock.advance(31);
    await sweeps();
    expect([questions(), socket.readyState]).toEqual([before + 1, WebSocket.OPEN]);
    socket.terminate();
  });

  it('A085: on a route for who is signed in, too, is cut within a second when the session is ended elsewhere', async () => {
    const doctor = await present('medecin-04');
    const stream = await events(doctor);
    const from = performance.now();
    await site.gateway.mfa.sessions.endAll('medecin-04' as AccountId, 'operator');
    await stream.ended;
    expect(performance.now() - from).toBeLessThan(1000);
  });

  it('A085: is cut within a second of a sign-out, however young the portal’s last word is', async () => {
    const pharmacist = seat(site, 'pharmacie-01');
    await pharmacist.signIn();
    const stream = await events(pharmacist);
    const from = performance.now();
    await pharmacist.browser.post('/logout', {});
    await stream.ended;
    expect(performance.now() - from).toBeLessThan(1000);
  });
});

describe('an upgrade that is not declared', () => {
  const handshake = (target: string, upgrade: string): string =>
    `GET ${target} HTTP/1.1\r\nHost: ${site.origin.host}\r\nConnection: Upgrade\r\nUpgrade: ${upgrade}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`;

  it('never reaches the portal, whatever it wants to become', async () => {
    const before = site.seen.length;
    for (const [target, upgrade] of [
      ['/', 'websocket'],
      ['/nowhere', 'websocket'],
      ['/messages/live', 'h2c'],
      ['/.palier/step-up', 'websocket'],
    ] as const) {
      const answer = await sendRaw(site.port, handshake(target, upgrade), 2000);
      expect(answer.status, `${target} ${upgrade}`).toBeGreaterThanOrEqual(400);
    }
    expect(site.seen.slice(before)).toEqual([]);
  });
});
