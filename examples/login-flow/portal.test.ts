// The example as a person's browser and a program meet it.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createMfa, type Mfa, parseAccountId, Secret, sealingKeys, secondsOf, type AccountId } from '@palier/mfa-core';
import { memoryStores } from '@palier/mfa-core/stores/memory';
import { fakeRandom, totpCode } from '@palier/mfa-core/testing';
import { fakeClock } from '@palier/mfa-core/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createPortal } from './portal.ts';

const clock = fakeClock();
const random = fakeRandom(3);
const account = parseAccountId('medecin-01') as AccountId;
const jar = new Map<string, string>();
let server: Server;
let origin: string;
let mfa: Mfa;

beforeAll(async () => {
  server = createServer().listen(0, 'localhost');
  await new Promise((resolve) => server.once('listening', resolve));
  origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  mfa = createMfa({
    stores: memoryStores(), clock, random, relyingParty: { id: 'localhost', name: 'test', origins: [origin] },
    keys: { sealing: sealingKeys('k1', { k1: new Secret(random(32)) }), digests: new Secret(random(32)) },
  });
  server.on('request', createPortal(mfa, [{ account, password: 'right' }]));
});

afterAll(() => server.close());

async function send(path: string, init: RequestInit = {}): Promise<Response> {
  const headers = { origin, cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; '), ...init.headers };
  const answer = await fetch(origin + path, { redirect: 'manual', ...init, headers });
  for (const cookie of answer.headers.getSetCookie()) {
    const [pair = ''] = cookie.split(';');
    jar.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1));
  }
  return answer;
}

const call = (path: string, body: unknown): Promise<Response> =>
  send(`/mfa${path}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

it('is stopped with a password alone, enrols with a ticket, and then sees the record', async () => {
  expect((await send('/records/1')).status).toBe(401);
  const form = { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' } };
  expect((await send('/login', { ...form, body: 'login=medecin-01&password=wrong' })).status).toBe(401);
  expect((await send('/login', { ...form, body: 'login=medecin-01&password=right' })).status).toBe(303);
  const stopped = await send('/records/1');
  expect(stopped.status).toBe(401);
  expect(stopped.headers.get('www-authenticate')).toContain('insufficient_user_authentication');

  const { code: ticket } = await mfa.tickets.issue(account, 'test', secondsOf(3600));
  const { right } = (await (await call('/enrol/ticket', { ticket })).json()) as { right: string };
  const begun = (await (await call('/enrol', { right, kind: 'totp', name: 'app' })).json()) as { challenge: string; totp: { uri: string } };
  const secret = new URL(begun.totp.uri).searchParams.get('secret') ?? '';
  const done = await call('/enrol/complete', { challenge: begun.challenge, code: totpCode(fromBase32(secret), clock.now()), name: 'app' });
  expect(done.status).toBe(200);
  expect((await send('/records/1')).status).toBe(200);

  await send('/logout', { method: 'POST' });
  expect((await send('/records/1')).status).toBe(401);
});

function fromBase32(text: string): Uint8Array {
  const bits = [...text].map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0')).join('');
  return Uint8Array.from(bits.match(/.{8}/g) ?? [], (byte) => Number.parseInt(byte, 2));
}
