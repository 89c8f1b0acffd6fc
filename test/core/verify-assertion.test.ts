// A portal behind the gateway: which assertions it believes, and what happens while the gateway's keys are away.
import { createHash, createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type AssertionVerdict,
  type AssertionVerifier,
  assertionOf,
  assertionVerifier,
  memoryReplays,
  type ReplayMemory,
  requireAssertion,
} from '@palier/mfa-core/verify-assertion';
import express from 'express';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import supertest from 'supertest';
import { afterEach, describe, expect, it } from 'vitest';
import { createMovingClock, type MovingClock } from '../support/moving-clock.ts';

const issuer = 'https://portail.example';
const audience = 'portal';

interface Signer {
  readonly open: JWK;
  sign(change?: Change): Promise<string>;
}

interface Change {
  readonly header?: Record<string, unknown>;
  readonly claims?: Record<string, unknown>;
  readonly without?: readonly string[];
}

async function signer(clock: MovingClock, algorithm = 'ES256'): Promise<Signer> {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
  const jwk = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(jwk);
  const sign = ({ header = {}, claims = {}, without = [] }: Change = {}): Promise<string> => {
    const now = Math.floor(clock.now() / 1000);
    const all = {
      iss: issuer,
      aud: audience,
      sub: 'ana',
      acr: 'phr',
      amr: ['pwd', 'hwk'],
      auth_time: now - 9,
      sid: 'sid_x',
      iat: now,
      exp: now + 60,
      ...claims,
    };
    const kept = Object.fromEntries(Object.entries(all).filter(([name]) => !without.includes(name)));
    return new SignJWT(kept)
      .setProtectedHeader({ alg: algorithm, typ: 'palier-assertion+jwt', kid, ...header })
      .sign(privateKey, { crit: { x: true } });
  };
  return { open: { ...jwk, kid, alg: algorithm, use: 'sig' }, sign };
}

async function desk(): Promise<{
  clock: MovingClock;
  key: Signer;
  judge: (token: string | undefined) => Promise<AssertionVerdict>;
}> {
  const clock = createMovingClock();
  const key = await signer(clock);
  const verifier = assertionVerifier({ issuer, audience, jwks: { keys: [key.open] }, clock });
  return { clock, key, judge: (token) => verifier.verify(token) };
}

/** The first letter, because the last one has bits that say nothing and a signature may end in any of them. */
const otherFirst = (text: string): string => (text.startsWith('A') ? 'B' : 'A') + text.slice(1);

const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('an assertion', () => {
  it('of the gateway tells who asks and what they proved', async () => {
    const { key, judge, clock } = await desk();
    expect(await judge(await key.sign())).toEqual({
      outcome: 'verified',
      assertion: {
        account: 'ana',
        acr: 'phr',
        amr: ['pwd', 'hwk'],
        authTime: clock.now() / 1000 - 9,
        session: 'sid_x',
      },
    });
  });

  it.each([
    ['issuer', { claims: { iss: 'https://evil.example' } }],
    ['audience', { claims: { aud: 'other' } }],
    ['type', { header: { typ: 'JWT' } }],
    ['key id', { header: { kid: '../../etc/passwd' } }],
    ['critical extension', { header: { crit: ['x'], x: 1 } }],
    ['account', { without: ['sub'] }],
    ['empty account', { claims: { sub: '' } }],
    ['account that is a number', { claims: { sub: 7 } }],
    ['level', { without: ['acr'] }],
    ['expiry', { without: ['exp'] }],
    ['expiry as text', { claims: { exp: '9999999999' } }],
    ['time of issue', { without: ['iat'] }],
    ['expiry in a hundred years signed long ago', { claims: { iat: 1, exp: 9_999_999_999 } }],
    ['future', { claims: { iat: 9_999_999_990, exp: 9_999_999_999 } }],
    ['start in the future', { claims: { nbf: 9_999_999_999 } }],
  ] as const)('with a wrong or missing %s is refused (A245, A247)', async (_what, change) => {
    const { key, judge } = await desk();
    expect((await judge(await key.sign(change as Change))).outcome).toBe('refused');
  });

  it('is old after sixty seconds and the tolerance', async () => {
    const { key, judge, clock } = await desk();
    const token = await key.sign();
    clock.advance(64);
    expect((await judge(token)).outcome).toBe('verified');
    clock.advance(2);
    expect(await judge(token)).toEqual({ outcome: 'refused', reason: 'expired' });
  });

  it('of another key, algorithm or shape is refused (A245, A248)', async () => {
    const { key, judge, clock } = await desk();
    const good = await key.sign();
    const [head = '', body = '', tail = ''] = good.split('.');
    const stranger = await signer(clock);
    const rsa = await signer(clock, 'RS256');
    const none = ['none', 'None', 'nOnE'].map(
      (alg) => `${base64url({ alg, typ: 'palier-assertion+jwt' })}.${body}.`,
    );
    const hmac = [JSON.stringify(key.open), key.open.x ?? ''].map((secret) => {
      const signed = `${base64url({ alg: 'HS256', typ: 'palier-assertion+jwt', kid: key.open.kid })}.${body}`;
      return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
    });
    const own = await stranger.sign({ header: { jwk: stranger.open } });
    const tokens = [
      ...none,
      ...hmac,
      own,
      await stranger.sign(),
      await stranger.sign({ header: { kid: key.open.kid } }),
      await rsa.sign(),
      `${head}.${body}`,
      `${head}.${body}.`,
      `${head}..${tail}`,
      `${good}.x`,
      `${good}=`,
      ` ${good}`,
      `${good}\n`,
      `${head}.${base64url({ sub: 'eva' })}.${tail}`,
      `${head}.${body}.${otherFirst(tail)}`,
      'x'.repeat(1_000_000),
      '',
      undefined,
    ];
    for (const token of tokens) expect((await judge(token)).outcome).toBe('refused');
    expect((await judge(good)).outcome).toBe('verified');
  });

  it('bound to a request is good for that request, once', async () => {
    const clock = createMovingClock();
    const key = await signer(clock);
    const verifier = assertionVerifier({
      issuer,
      audience,
      jwks: { keys: [key.open] },
      clock,
      bind: 'request',
    });
    const path_digest = 'ugXsMkxW8pnUFxNmkNWYpP0qnKvwLfPsJKdfX8y2uXE';
    const digest = createHash('sha256').update('/patients/1').digest('base64url');
    const request = { method: 'GET', target: '/patients/1' };
    const token = await key.sign({ claims: { jti: 'a', htm: 'GET', path_digest: digest } });
    expect(await verifier.verify(token, { ...request, method: 'POST' })).toEqual({
      outcome: 'refused',
      reason: 'other-request',
    });
    expect(await verifier.verify(token, { ...request, target: '/patients/2' })).toEqual({
      outcome: 'refused',
      reason: 'other-request',
    });
    expect((await verifier.verify(token, request)).outcome).toBe('verified');
    expect(await verifier.verify(token, request)).toEqual({ outcome: 'refused', reason: 'replayed' });
    const unbound = await key.sign({ claims: { path_digest } });
    expect((await verifier.verify(unbound, request)).outcome).toBe('refused');
  });

  it('bound to a request is good once for two processes that share a memory, and for each of two that do not', async () => {
    const clock = createMovingClock();
    const key = await signer(clock);
    const digest = createHash('sha256').update('/patients/1').digest('base64url');
    const request = { method: 'GET', target: '/patients/1' };
    const process = (replays?: ReplayMemory): AssertionVerifier =>
      assertionVerifier({
        issuer,
        audience,
        jwks: { keys: [key.open] },
        clock,
        bind: 'request',
        ...(replays !== undefined && { replays }),
      });
    const firsts = async (verifiers: readonly AssertionVerifier[]): Promise<number> => {
      const token = await key.sign({ claims: { jti: 'a', htm: 'GET', path_digest: digest } });
      const verdicts = await Promise.all(verifiers.map((verifier) => verifier.verify(token, request)));
      return verdicts.filter(({ outcome }) => outcome === 'verified').length;
    };
    const shared = memoryReplays();
    expect(await firsts([process(shared), process(shared)])).toBe(1);
    expect(await firsts([process(), process()])).toBe(2);
    const broken = process({ remember: () => Promise.reject(new Error('away')) });
    await expect(firsts([broken])).rejects.toThrow('away');
  });
});

const open: Server[] = [];
afterEach(() => {
  for (const server of open.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

describe('the gateway\u2019s keys', () => {
  async function published(): Promise<{
    clock: MovingClock;
    url: URL;
    serve: { status: number; body: string; asked: number };
  }> {
    const serve = { status: 200, body: '', asked: 0 };
    const server = createServer((_request, response) => {
      serve.asked += 1;
      response.statusCode = serve.status;
      response.end(serve.body);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    open.push(server);
    return {
      clock: createMovingClock(),
      url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`),
      serve,
    };
  }

  it('are kept through an outage of a day, and no longer', async () => {
    const { clock, url, serve } = await published();
    const key = await signer(clock);
    const verifier = assertionVerifier({ issuer, audience, jwks: url, clock });
    serve.body = JSON.stringify({ keys: [key.open] });
    expect((await verifier.verify(await key.sign())).outcome).toBe('verified');
    serve.status = 500;
    clock.advance(23 * 3600);
    expect((await verifier.verify(await key.sign())).outcome).toBe('verified');
    clock.advance(2 * 3600);
    await expect(verifier.verify(await key.sign())).rejects.toMatchObject({ code: 'ERR_MFA_KEYS' });
  });

  it('that were never there let nobody in, and are not asked for at every request', async () => {
    const { clock, url, serve } = await published();
    const key = await signer(clock);
    const verifier = assertionVerifier({ issuer, audience, jwks: url, clock });
    for (const body of ['', '{}', '{"keys":[]}', '<html>']) {
      serve.body = body;
      clock.advance(6);
      await expect(verifier.verify(await key.sign())).rejects.toMatchObject({ code: 'ERR_MFA_KEYS' });
    }
    const before = serve.asked;
    for (let again = 0; again < 20; again += 1)
      await expect(verifier.verify(await key.sign())).rejects.toThrow();
    expect(serve.asked).toBe(before);
  });

  it('are looked up again for an unknown one, so that a rotation is seen', async () => {
    const { clock, url, serve } = await published();
    const [old, fresh] = [await signer(clock), await signer(clock)];
    const verifier = assertionVerifier({ issuer, audience, jwks: url, clock });
    serve.body = JSON.stringify({ keys: [old.open] });
    await verifier.verify(await old.sign());
    serve.body = JSON.stringify({ keys: [fresh.open, old.open] });
    clock.advance(6);
    expect((await verifier.verify(await fresh.sign())).outcome).toBe('verified');
    expect(serve.asked).toBe(2);
    const stranger = await signer(clock);
    for (let again = 0; again < 20; again += 1) await verifier.verify(await stranger.sign());
    expect(serve.asked).toBe(2);
  });
});

describe('the middleware', () => {
  it('lets only asserted requests in, and tells the app who it is', async () => {
    const clock = createMovingClock();
    const key = await signer(clock);
    const app = express();
    app.use(requireAssertion({ issuer, audience, jwks: { keys: [key.open] }, clock }));
    app.get('/', (request, response) => void response.json(assertionOf(request)));
    const client = supertest(app);
    const token = await key.sign();
    expect((await client.get('/').set('palier-assertion', token)).body.account).toBe('ana');
    expect((await client.get('/')).status).toBe(401);
    expect((await client.get('/').set('palier-assertion', `${token}x`)).status).toBe(401);
    expect((await client.get('/').set('palier-assertion', [token, token] as never)).status).toBe(401);
    expect((await client.get('/').set('palier_assertion', token)).status).toBe(401);
  });
});
