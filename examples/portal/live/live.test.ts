// What is pushed: ticks over a WebSocket and as server-sent events, and echoes.

import { request as httpRequest } from 'node:http';
import type { Duplex } from 'node:stream';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { type StartedPortal, startPortal } from '../starting.ts';
import { OPCODE, readFrame, writeFrame } from './frames.ts';

let portal: StartedPortal;
let cookie: string;
beforeAll(async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  portal = await startPortal();
  cookie = await portal.signIn();
});
afterEach(() => vi.clearAllTimers());
afterAll(async () => {
  await portal.close();
  vi.useRealTimers();
});

// Node's WebSocket takes headers for the handshake; the browser's type does not know them.
const dial = (port: number, headers: Record<string, string>): WebSocket =>
  Reflect.construct(WebSocket, [`ws://127.0.0.1:${port}/messages/live`, { headers }]);
const connect = (): Promise<WebSocket> =>
  new Promise((resolve, reject) => {
    const socket = dial(portal.port, { cookie });
    socket.addEventListener('open', () => resolve(socket));
    socket.addEventListener('error', () => reject(new Error('no connection')));
  });
const nextMessage = (socket: WebSocket): Promise<string> =>
  new Promise((resolve) =>
    socket.addEventListener('message', ({ data }) => resolve(String(data)), { once: true }),
  );
const closing = (socket: WebSocket): Promise<number> =>
  new Promise((resolve) => socket.addEventListener('close', ({ code }) => resolve(code), { once: true }));

const upgradeStatus = (path: string, headers: Record<string, string>): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    const request = httpRequest({ port: portal.port, path, headers: { connection: 'Upgrade', ...headers } });
    request.on('response', (response) => resolve(response.statusCode));
    request.on('upgrade', (response, socket) => {
      socket.destroy();
      resolve(response.statusCode);
    });
    request.on('error', reject);
    request.end();
  });

it('a live connection ticks each second and echoes what it is sent', async () => {
  const socket = await connect();
  const tick = nextMessage(socket);
  vi.advanceTimersByTime(1_000);
  expect(JSON.parse(await tick)).toMatchObject({ kind: 'tick', at: '2026-03-10T08:00:00.000Z' });
  for (const text of ['bonjour', '', 'x'.repeat(60_000)]) {
    const echo = nextMessage(socket);
    socket.send(text);
    expect(await echo).toBe(text);
  }
  const closed = closing(socket);
  socket.close(1000);
  expect(await closed).toBe(1000);
});

it('a live connection needs a session, the right path and a real handshake', async () => {
  const handshake = {
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
  };
  expect(await upgradeStatus('/messages/live', { ...handshake, cookie })).toBe(101);
  expect(await upgradeStatus('/messages/live', handshake)).toBe(401);
  expect(await upgradeStatus('/api/me', { ...handshake, cookie })).toBe(404);
  expect(await upgradeStatus('/messages/live', { ...handshake, upgrade: 'h2c', cookie })).toBe(400);
});

it('events are streamed until the reader leaves', async () => {
  const leaving = new AbortController();
  const answer = await portal.ask('/evenements', { cookie, signal: leaving.signal });
  expect(answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  expect((await reader?.read())?.value).toBe('retry: 5000\n\n');
  vi.advanceTimersByTime(1_000);
  expect((await reader?.read())?.value).toMatch(/^event: tick\nid: \d+\ndata: {"kind":"tick"/);
  leaving.abort();
  expect((await portal.ask('/evenements')).status).toBe(303);
});

it('closing the portal ends what is still connected', async () => {
  const other = await startPortal();
  const headers = { cookie: await other.signIn() };
  const socket = dial(other.port, headers);
  await new Promise((resolve) => socket.addEventListener('open', resolve));
  const stream = await other.ask('/evenements', { headers });
  const closed = closing(socket);
  await other.close();
  expect(await closed).toBe(1001);
  expect(await stream.text()).toBe('retry: 5000\n\n');
});

it('a client that never answers a close does not hold the portal up', async () => {
  const other = await startPortal();
  const headers = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
    cookie: await other.signIn(),
  };
  const socket = await new Promise<Duplex>((resolve) => {
    const request = httpRequest({ port: other.port, path: '/messages/live', headers });
    request.on('upgrade', (_response, upgraded) => resolve(upgraded));
    request.end();
  });
  await other.close();
  socket.destroy();
});

it('frames that are unmasked, fragmented, unknown or too long are refused', () => {
  const masked = (first: number, length: number): Buffer => Buffer.from([first, 0x80 | length, 0, 0, 0, 0]);
  expect(readFrame(writeFrame(OPCODE.text, Buffer.from('x'))).kind).toBe('broken');
  expect(readFrame(masked(0x01, 0)).kind).toBe('broken');
  expect(readFrame(masked(0x83, 0)).kind).toBe('broken');
  expect(readFrame(masked(0x81, 127)).kind).toBe('broken');
  expect(readFrame(masked(0x89, 126)).kind).toBe('broken');
});

it('a frame that arrives byte by byte is read once it is whole', () => {
  const whole = Buffer.from([0x81, 0x82, 1, 2, 3, 4, 0x61 ^ 1, 0x62 ^ 2]);
  for (let length = 0; length < whole.length; length += 1) {
    expect(readFrame(whole.subarray(0, length)).kind).toBe('incomplete');
  }
  const reading = readFrame(Buffer.concat([whole, Buffer.from([0x81])]));
  expect(reading.kind === 'frame' && [reading.frame.payload.toString(), reading.rest.length]).toEqual([
    'ab',
    1,
  ]);
});
