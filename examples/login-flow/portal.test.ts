// The example as a person meets it: stopped at a patient, binds an app with a ticket, goes on; a key where one is asked.
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type AccountId,
  createMfa,
  type Mfa,
  parseAccountId,
  Secret,
  sealingKeys,
  secondsOf,
  systemRandom,
} from '@palier/mfa-core';
import { memoryStores } from '@palier/mfa-core/stores/memory';
import { fakeClock, softwareAuthenticator, totpCode } from '@palier/mfa-core/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPortal } from './portal.ts';

const clock = fakeClock();
let server: Server;
let origin = '';
let mfa: Mfa;

beforeAll(async () => {
  server = createServer((request, response) => createPortal(mfa)(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  mfa = createMfa({
    stores: memoryStores(),
    keys: {
      sealing: sealingKeys('k1', { k1: new Secret(systemRandom(32)) }),
      digests: new Secret(systemRandom(32)),
    },
    relyingParty: { id: 'localhost', name: 'Portail', origins: [origin] },
    clock,
  });
  const portal = createPortal(mfa);
  server.removeAllListeners('request');
  server.on('request', portal);
});

afterAll(() => {
  server.close();
  server.closeAllConnections();
});

interface Visitor {
  get(path: string): Promise<Response>;
  post(path: string, body: object): Promise<Record<string, string>>;
  signIn(login: string): Promise<Response>;
  signOut(): Promise<Response>;
}

function visitor(): Visitor {
  const cookies = new Map<string, string>();
  const send = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const url = `http://127.0.0.1:${new URL(origin).port}${path}`;
    const answer = await fetch(url, {
      redirect: 'manual',
      ...init,
      headers: { cookie, accept: 'text/html', ...init.headers },
    });
    for (const set of answer.headers.getSetCookie()) {
      const [name = '', value = ''] = (set.split(';')[0] ?? '').split('=');
      cookies.set(name, value);
    }
    return answer;
  };
  const json = { 'content-type': 'application/json', origin };
  return {
    get: (path) => send(path),
    post: async (path, body) =>
      (await (
        await send(path, { method: 'POST', headers: json, body: JSON.stringify(body) })
      ).json()) as Record<string, string>,
    signOut: () => send('/logout', { method: 'POST' }),
    signIn: (login) =>
      send('/login', {
        method: 'POST',
        body: new URLSearchParams({ login, password: `${login}-motdepasse` }),
      }),
  };
}

function accountNamed(login: string): AccountId {
  const account = parseAccountId(login);
  if (account === undefined) throw new TypeError('not an account');
  return account;
}

async function ticketFor(login: string): Promise<string> {
  return (await mfa.tickets.issue(accountNamed(login), 'test', secondsOf(600))).code;
}

describe('the portal with a second factor', () => {
  it('knows nobody by a wrong password, and shows a patient to nobody by a right one alone', async () => {
    const ana = visitor();
    expect((await ana.get('/patients/1')).headers.get('location')).toBe('/login');
    await ana.signIn('medecin2');
    expect((await ana.get('/patients/1')).headers.get('location')).toBe('/login');
    await ana.signIn('medecin1');
    expect((await ana.get('/')).status).toBe(200);
    expect((await ana.get('/patients/1')).status).toBe(401);
  });

  it('opens after an app was bound with a ticket, asks again twelve hours later, and forgets all at sign-out', async () => {
    const ana = visitor();
    await ana.signIn('medecin1');
    const { right } = await ana.post('/mfa/enrol/ticket', { ticket: await ticketFor('medecin1') });
    const begun = await ana.post('/mfa/enrol', { right, kind: 'totp', name: 'phone' });
    const { secret } = begun['totp'] as unknown as { readonly secret: string };
    const code = totpCode(fromBase32(secret), clock.now());
    await ana.post('/mfa/enrol/complete', { challenge: begun['challenge'], code, name: 'phone' });
    const seen = await ana.get('/patients/299019900000123');
    expect([seen.status, await seen.text()]).toEqual([200, 'Droits ouverts : 299019900000123\n']);
    expect((await ana.get('/cards/new')).status).toBe(401);
    clock.advance(12 * 3600 + 1);
    expect((await ana.get('/patients/1')).status).toBe(401);
    await ana.signOut();
    expect((await ana.get('/')).headers.get('location')).toBe('/login');
    expect(await mfa.sessions.list(accountNamed('medecin1'))).toEqual([]);
  });

  it('opens the card order for a key only', async () => {
    const bea = visitor();
    await bea.signIn('pharmacie1');
    const key = softwareAuthenticator({ random: systemRandom, counter: 1 });
    const { right } = await bea.post('/mfa/enrol/ticket', { ticket: await ticketFor('pharmacie1') });
    const begun = await bea.post('/mfa/enrol', { right, kind: 'webauthn' });
    const response = await key.create(begun['webauthn'] as never, origin);
    await bea.post('/mfa/enrol/complete', { challenge: begun['challenge'], response });
    expect((await bea.get('/cards/new')).status).toBe(200);
  });
});

/** RFC 4648, as a phone reads the secret that is typed. */
function fromBase32(text: string): Uint8Array {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bits = [...text.replaceAll(' ', '')]
    .map((letter) => letters.indexOf(letter).toString(2).padStart(5, '0'))
    .join('');
  return Uint8Array.from(bits.match(/.{8}/g) ?? [], (byte) => Number.parseInt(byte, 2));
}
