// The verifiers of examples/assertion, each in its own runtime, against assertions the gateway's signer made and against
// what attackers make of them (A245, A247). PHP, Python, Java and nginx with njs run; .NET is not in Debian.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { systemClock, systemRandom } from '@palier/mfa-core';
import { exportJWK, exportSPKI, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { freePort } from '../../examples/portal/free-port.ts';
import type { PermitTerms } from '../../packages/gateway/src/gate/permit.ts';
import {
  createAssertionSigner,
  makeAssertionKey,
  rotateAssertionKeys,
} from '../../packages/gateway/src/proxy/assertion.ts';
import { isFrontMissing, startFront } from '../support/front-server.ts';
import { sendRaw } from '../support/raw-socket.ts';

const issuer = 'https://portail.example';
const file = (name: string): string =>
  fileURLToPath(new URL(`../../examples/assertion/${name}`, import.meta.url));

/** What the gateway publishes now. */
let published: { readonly keys: readonly JWK[] } = { keys: [] };
let server: Server;
let jwksUrl = '';
let folder = '';
let keys: readonly [JWK, ...JWK[]];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'palier-recipes-'));
  keys = [await makeAssertionKey(), await makeAssertionKey()];
  server = createServer((_request, response) => response.end(JSON.stringify(published)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  jwksUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/.palier/jwks.json`;
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

const target = '/patients/1?x=%C3%A9';

/** An assertion as the gateway itself makes it. */
async function byTheGateway(signing: readonly [JWK, ...JWK[]], bind: 'session' | 'request'): Promise<string> {
  const setting = { keys: signing, issuer, audience: issuer, clock: systemClock, random: systemRandom };
  const signer = await createAssertionSigner(setting);
  published = JSON.parse(JSON.stringify(signer.jwks()));
  const proof = { kind: 'totp', id: 'p', at: Date.now(), factor: 'f' };
  const terms = {
    identity: { kind: 'account', account: 'medecin-01' },
    session: { id: 's', proofs: [proof] },
    matched: { route: { bind } },
    request: { method: 'GET', target },
  } as unknown as PermitTerms;
  return (await signer.sign(terms)) ?? '';
}

type Claims = Readonly<Record<string, unknown>>;

const now = (): number => Math.floor(Date.now() / 1000);
const sound = (): Claims => ({
  iss: issuer,
  aud: issuer,
  sub: 'medecin-01',
  acr: 'mfa',
  amr: ['pwd'],
  iat: now(),
  exp: now() + 60,
});

/** Claims signed as well as the gateway signs, by a key it publishes. */
async function signedBy(
  jwk: JWK,
  claims: Claims,
  header: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const key = await importJWK(jwk, 'ES256');
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'ES256', typ: 'palier-assertion+jwt', kid: jwk.kid ?? '', ...header })
    .sign(key);
}

const text = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** What attackers send, by name. */
async function forged(): Promise<readonly (readonly [string, string])[]> {
  const [key] = keys;
  const good = await signedBy(key, sound());
  const [head = '', body = '', mac = ''] = good.split('.');
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const own = { ...(await exportJWK(privateKey)), kid: key.kid ?? '' };
  const pem = await exportSPKI(
    (await importJWK({ kty: 'EC', crv: 'P-256', x: key.x ?? '', y: key.y ?? '' }, 'ES256')) as CryptoKey,
  );
  const hs = await new SignJWT(sound())
    .setProtectedHeader({ alg: 'HS256', typ: 'palier-assertion+jwt', kid: key.kid ?? '' })
    .sign(new TextEncoder().encode(pem));
  const without = (name: string): Claims =>
    Object.fromEntries(Object.entries(sound()).filter(([one]) => one !== name));
  return [
    ['alg none', `${text({ alg: 'none', typ: 'palier-assertion+jwt', kid: key.kid })}.${body}.`],
    [
      'alg none with a signature',
      `${text({ alg: 'none', typ: 'palier-assertion+jwt', kid: key.kid })}.${body}.${mac}`,
    ],
    ['alg nOnE', `${text({ alg: 'nOnE', typ: 'palier-assertion+jwt', kid: key.kid })}.${body}.${mac}`],
    ['HS256 keyed with the public key', hs],
    ['a key of its own', await signedBy(own, sound())],
    [
      'a key of its own in the head',
      await signedBy(own, sound(), { jwk: { kty: 'EC', crv: 'P-256', x: own.x, y: own.y } }),
    ],
    ['an unknown key', await signedBy({ ...key, kid: 'other' }, sound())],
    ['no kid', await signedBy(key, sound(), { kid: undefined })],
    ['another type of token', await signedBy(key, sound(), { typ: 'JWT' })],
    ['another body', `${head}.${text({ ...sound(), sub: 'admin' })}.${mac}`],
    ['no signature', `${head}.${body}.`],
    ['a signature cut short', `${head}.${body}.${mac.slice(0, -4)}`],
    ['a signature of zeros', `${head}.${body}.${Buffer.alloc(64).toString('base64url')}`],
    ['two parts', `${head}.${body}`],
    ['four parts', `${good}.x`],
    ['twice', `${good},${good}`],
    ['nothing', '-'],
    ['too long', `${'A'.repeat(5000)}.${body}.${mac}`],
    ['another issuer', await signedBy(key, { ...sound(), iss: 'https://evil.example' })],
    ['another audience', await signedBy(key, { ...sound(), aud: 'https://evil.example' })],
    ['no audience', await signedBy(key, without('aud'))],
    ['nobody', await signedBy(key, { ...sound(), sub: '' })],
    ['no account', await signedBy(key, without('sub'))],
    ['no end', await signedBy(key, without('exp'))],
    ['no beginning', await signedBy(key, without('iat'))],
    ['an end as text', await signedBy(key, { ...sound(), exp: String(now() + 60) })],
    ['ended', await signedBy(key, { ...sound(), iat: now() - 70, exp: now() - 10 })],
    [
      'from an hour ago with a far end',
      await signedBy(key, { ...sound(), iat: now() - 3600, exp: now() + 3600 }),
    ],
    ['from the future', await signedBy(key, { ...sound(), iat: now() + 600, exp: now() + 660 })],
  ];
}

/** A verifier that answers each line with one. */
interface Verifier {
  ask(line: string): Promise<string>;
  stop(): void;
}

function byLines(command: string, argv: readonly string[]): Verifier {
  const child: ChildProcess = spawn(command, argv, { stdio: ['pipe', 'pipe', 'inherit'] });
  if (child.stdout === null) throw new Error('no output');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    ask: async (line) => {
      child.stdin?.write(`${line}\n`);
      const answer = await lines.next();
      return answer.done === true ? 'ended' : answer.value;
    },
    stop: () => void child.kill('SIGKILL'),
  };
}

/** Debian's own: another on the path does not see its packages. */
const python = '/usr/bin/python3';
const gson = '/usr/share/java/gson.jar';
const runs = (command: string, ...argv: readonly string[]): boolean => spawnSync(command, argv).status === 0;
const isCi = process.env['CI'] === 'true';

const kinds = [
  {
    name: 'PHP',
    missing: !isCi && !runs('php', '-r', 'exit(extension_loaded("openssl") ? 0 : 1);'),
    start: () =>
      byLines('php', [file('PalierAssertion.php'), issuer, issuer, jwksUrl, join(folder, 'php.json')]),
  },
  {
    name: 'Python',
    missing: !isCi && !runs(python, '-c', 'import jwt, cryptography'),
    start: () => byLines(python, [file('palier_assertion.py'), issuer, issuer, jwksUrl]),
  },
  {
    // A JDK is too large to ask for: this one runs where there is one.
    name: 'Java',
    missing: !existsSync(gson) || !runs('javac', '-version'),
    start: () =>
      byLines('java', [
        '-Xshare:auto',
        '-XX:TieredStopAtLevel=1',
        '-cp',
        gson,
        file('PalierAssertion.java'),
        issuer,
        issuer,
        jwksUrl,
      ]),
  },
];

describe.each(kinds)('the recipe for $name', ({ missing, start }) => {
  it.skipIf(missing)(
    'believes what the gateway signed, and nothing an attacker makes of it (A245, A247)',
    async () => {
      const good = await byTheGateway(keys, 'session');
      const bound = await byTheGateway(keys, 'request');
      const verifier = start();
      expect(await verifier.ask(good)).toBe('medecin-01 mfa');
      expect(await verifier.ask(await signedBy(keys[0], sound()))).toBe('medecin-01 mfa');
      expect(await verifier.ask(`${bound} GET ${target}`)).toBe('medecin-01 mfa');
      const others = [`${bound} POST ${target}`, `${bound} GET /patients/2`, `${good} GET ${target}`];
      for (const other of others) expect(await verifier.ask(other)).toBe('refused');
      const wrong: string[] = [];
      for (const [name, token] of await forged()) {
        const answer = await verifier.ask(token);
        if (answer !== 'refused') wrong.push(`${name}: ${answer}`);
      }
      expect(wrong).toEqual([]);
      verifier.stop();
    },
    60_000,
  );

  it.skipIf(missing)(
    'follows a rotation, knows both keys meanwhile, and lives through an outage',
    async () => {
      const before = keys;
      await byTheGateway(before, 'session');
      const verifier = start();
      const [first, second] = before;
      expect(await verifier.ask(await signedBy(first, sound()))).toBe('medecin-01 mfa');
      if (second !== undefined)
        expect(await verifier.ask(await signedBy(second, sound()))).toBe('medecin-01 mfa');
      const rotated = rotateAssertionKeys(before, await makeAssertionKey());
      expect(await verifier.ask(await byTheGateway(rotated, 'session'))).toBe('medecin-01 mfa');
      const again = rotateAssertionKeys(rotated, await makeAssertionKey());
      const token = await byTheGateway(again, 'session');
      await new Promise((resolve) => setTimeout(resolve, 1100));
      expect(await verifier.ask(token)).toBe('medecin-01 mfa');
      expect(await verifier.ask(await signedBy(first, sound()))).toBe('refused');
      published = { keys: [] };
      expect(await verifier.ask(token)).toBe('medecin-01 mfa');
      verifier.stop();
    },
    60_000,
  );
});

const njs = '/usr/lib/nginx/modules/ngx_http_js_module.so';

describe('the recipe for nginx with njs', () => {
  const missing = !isCi && (isFrontMissing('nginx') || !existsSync(njs));

  it.skipIf(missing)(
    'lets through what the gateway signed with its account, and nothing an attacker makes of it (A245, A247)',
    async () => {
      const bound = await byTheGateway(keys, 'request');
      const good = await byTheGateway(keys, 'session');
      const heard: (string | undefined)[] = [];
      const app = createServer((request, response) => {
        heard.push(request.headers['x-account'] as string | undefined);
        response.end('ok');
      });
      await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve));
      const port = await freePort();
      const conf = readFileSync(file('nginx-njs.conf'), 'utf8');
      const filled = [
        ['/etc/nginx/palier', '{folder}'],
        ['127.0.0.1:8081', `127.0.0.1:${port}`],
        ['127.0.0.1:3000', `127.0.0.1:${(app.address() as AddressInfo).port}`],
      ].reduce((all, [from = '', to = '']) => {
        if (!all.includes(from)) throw new Error(`it no longer says ${from}`);
        return all.replaceAll(from, to);
      }, conf);
      const front = await startFront('nginx', filled, port, {
        before: `load_module ${njs};`,
        'palier.js': readFileSync(file('palier.js'), 'utf8'),
        'palier-jwks.json': JSON.stringify(published),
      });
      onTestFinished(async () => {
        await front.stop();
        app.close();
      });
      const ask = async (token: string, line = `GET ${target}`): Promise<number> =>
        (
          await sendRaw(
            port,
            `${line} HTTP/1.1\r\nHost: p\r\nX-Account: admin\r\nPalier-Assertion: ${token}\r\nConnection: close\r\n\r\n`,
            2000,
          )
        ).status;
      expect([await ask(good), await ask(bound)], front.said()).toEqual([200, 200]);
      expect([await ask(bound, 'GET /patients/2'), await ask(bound, `POST ${target}`)]).toEqual([401, 401]);
      expect(heard).toEqual(['medecin-01', 'medecin-01']);
      const wrong: string[] = [];
      for (const [name, token] of await forged()) {
        const status = await ask(token);
        // A head that long is nginx's to refuse.
        if (status !== 401 && !(name === 'too long' && status === 400)) wrong.push(`${name}: ${status}`);
      }
      expect(wrong).toEqual([]);
      expect(heard).toHaveLength(2);
    },
    60_000,
  );
});

it('every recipe says how it is used, and docs/assertion.md names it', () => {
  const page = readFileSync(fileURLToPath(new URL('../../docs/assertion.md', import.meta.url)), 'utf8');
  for (const name of [
    'PalierAssertion.php',
    'palier_assertion.py',
    'PalierAssertion.java',
    'PalierAssertion.cs',
    'palier.js',
    'nginx-njs.conf',
  ]) {
    expect(existsSync(file(name)), name).toBe(true);
    expect(page, name).toContain(name);
  }
});
