// Every lie a token can tell, and beside each the reader that would have believed it: a defence that nothing needs is none.
import { createHmac, generateKeyPairSync, sign as rawSign, webcrypto } from 'node:crypto';
import { secondsOf } from '@palier/mfa-core';
import { fakeClock } from '@palier/mfa-core/testing';
import {
  type CryptoKey,
  calculateJwkThumbprint,
  EmbeddedJWK,
  exportJWK,
  exportSPKI,
  generateKeyPair,
  importJWK,
  type JWK,
  jwtVerify,
  SignJWT,
  UnsecuredJWT,
} from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import type { CanonicalRequest } from '../request/request.ts';
import { parseTarget } from '../request/target.ts';
import type { Identity } from './identity.ts';
import { createKeySet } from './jwks.ts';
import { type JwtRules, jwtIdentity } from './jwt.ts';

type Pair = { readonly publicKey: CryptoKey; readonly privateKey: CryptoKey };

const clock = fakeClock();
const seconds = (): number => Math.floor(clock.now() / 1000);
const rules: JwtRules = {
  carrier: { kind: 'cookie', name: 'token' },
  issuer: 'https://sso.example',
  audience: 'portail',
  algorithms: ['ES256', 'RS256'],
  types: ['jwt', 'at+jwt'],
  pointers: {
    account: '/sub',
    class: '/trade',
    organisation: '/org/id',
    groups: '/groups/*',
    name: '/name',
  },
  tolerance: secondsOf(30),
};
const claims = {
  sub: 'pharmacie-01',
  trade: 'pharmacy',
  org: { id: '750000001' },
  groups: ['a', 'b'],
  name: 'Pharmacie du Parc',
};

let elliptic: Pair;
let rsa: Pair;
let stranger: Pair;
let published: { keys: JWK[] };

beforeAll(async () => {
  [elliptic, rsa, stranger] = (await Promise.all([
    generateKeyPair('ES256', { extractable: true }),
    generateKeyPair('RS256', { extractable: true }),
    generateKeyPair('ES256', { extractable: true }),
  ])) as unknown as [Pair, Pair, Pair];
  published = {
    keys: [
      { ...(await exportJWK(elliptic.publicKey)), kid: 'elliptic', use: 'sig', alg: 'ES256' },
      { ...(await exportJWK(rsa.publicKey)), kid: 'rsa', use: 'sig' },
    ],
  };
});

function reader(change: Partial<JwtRules> = {}): (token: string) => Promise<Identity> {
  const own = { ...rules, ...change };
  const keys = createKeySet(
    async () => Buffer.from(JSON.stringify(published)),
    { algorithms: own.algorithms, refresh: secondsOf(300), stale: secondsOf(86_400) },
    clock,
  );
  const identify = jwtIdentity(own, keys, clock);
  return (token) =>
    identify(
      requestWith(own.carrier.kind === 'cookie' ? { cookie: `token=${token}` } : { 'x-token': token }),
    );
}

function requestWith(headers: Readonly<Record<string, string>>): CanonicalRequest {
  const target = parseTarget('/');
  if ('refused' in target) throw new TypeError(target.refused);
  return {
    method: 'GET',
    ...target,
    host: 'localhost',
    headers: new Map(Object.entries(headers)),
    peer: '127.0.0.1',
    bodyLength: 0,
    upgrade: undefined,
  };
}

interface Made {
  readonly header?: Readonly<Record<string, unknown>>;
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly key?: Pair;
}

function token({ header = {}, claims: more = {}, key = elliptic }: Made = {}): Promise<string> {
  const all = { iss: rules.issuer, aud: rules.audience, exp: seconds() + 600, ...claims, ...more };
  return new SignJWT(Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)))
    .setProtectedHeader({ alg: 'ES256', typ: 'JWT', kid: 'elliptic', ...header } as { alg: string })
    .sign(key.privateKey);
}

const part = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

/** Signs any header and payload text with the issuer's real key, which no library would help with. */
async function signedText(header: string, payload: string, key: Pair = elliptic): Promise<string> {
  const input = `${part(header)}.${part(payload)}`;
  const signature = await webcrypto.subtle.sign(
    { name: 'ECDSA', hash: 'SHA-256' },
    key.privateKey as webcrypto.CryptoKey,
    Buffer.from(input),
  );
  return `${input}.${Buffer.from(signature).toString('base64url')}`;
}

const atNow = (): { readonly currentDate: Date } => ({ currentDate: new Date(clock.now()) });
const nobody: Identity = { kind: 'anonymous' };

describe('a token of the portal', () => {
  it('is the account, class, organisation, groups and name its claims say', async () => {
    expect(await reader()(await token())).toEqual({
      kind: 'account',
      account: 'pharmacie-01',
      class: 'pharmacy',
      organisation: '750000001',
      groups: ['a', 'b'],
      displayName: 'Pharmacie du Parc',
      source: 'jwt',
    });
  });

  it('is read from the Authorization header, whatever the case of Bearer, and from nowhere else then', async () => {
    const good = await token();
    const keys = createKeySet(
      async () => Buffer.from(JSON.stringify(published)),
      { algorithms: rules.algorithms, refresh: secondsOf(300), stale: secondsOf(86_400) },
      clock,
    );
    const identify = jwtIdentity(
      { ...rules, carrier: { kind: 'header', name: 'authorization' } },
      keys,
      clock,
    );
    const who = async (headers: Readonly<Record<string, string>>): Promise<string> =>
      (await identify(requestWith(headers))).kind;
    expect(await who({ authorization: `bearer ${good}` })).toBe('account');
    expect(await who({ authorization: good })).toBe('anonymous');
    expect(await who({ authorization: `Basic ${good}` })).toBe('anonymous');
    expect(await who({ cookie: `token=${good}` })).toBe('anonymous');
    expect(await who({})).toBe('anonymous');
  });

  it('is signed with RSA where that is configured', async () => {
    const signed = await token({ header: { alg: 'RS256', kid: 'rsa' }, key: rsa });
    expect((await reader()(signed)).kind).toBe('account');
    expect(await reader({ algorithms: ['ES256'] })(signed)).toEqual(nobody);
  });
});

describe('a token without a sound signature is nobody', () => {
  it('unsigned, in every spelling of none (A245)', async () => {
    for (const alg of ['none', 'None', 'nOnE', 'NONE', '']) {
      const payload = part({ iss: rules.issuer, aud: rules.audience, exp: seconds() + 600, ...claims });
      const forged = `${part({ alg, typ: 'JWT' })}.${payload}.`;
      expect(await reader()(forged)).toEqual(nobody);
      if (alg === 'none') expect(UnsecuredJWT.decode(forged, atNow()).payload.sub).toBe('pharmacie-01');
    }
  });

  it('made with the public key as a shared secret, with white space around it or without (A245)', async () => {
    const pem = await exportSPKI(rsa.publicKey);
    for (const secret of [pem, ` ${pem}`, pem.trim()]) {
      const payload = part({ iss: rules.issuer, aud: rules.audience, exp: seconds() + 600, ...claims });
      const input = `${part({ alg: 'HS256', typ: 'JWT', kid: 'rsa' })}.${payload}`;
      const forged = `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
      expect(await reader()(forged)).toEqual(nobody);
      // A verifier that takes the algorithm from the token and the key from the configuration believes it.
      expect((await jwtVerify(forged, Buffer.from(secret), atNow())).payload.sub).toBe('pharmacie-01');
    }
  });

  it('signed by a key it brings along, names or links to (A245)', async () => {
    const jwk = await exportJWK(stranger.publicKey);
    const own = await token({ header: { jwk, kid: await calculateJwkThumbprint(jwk) }, key: stranger });
    expect(await reader()(own)).toEqual(nobody);
    expect((await jwtVerify(own, EmbeddedJWK, atNow())).payload.sub).toBe('pharmacie-01');
    const led = await token({
      header: { jku: 'https://evil.example/jwks', x5u: 'https://evil.example/x5', kid: 'elliptic' },
      key: stranger,
    });
    expect(await reader()(led)).toEqual(nobody);
    for (const kid of ['../../dev/null', "' OR 1=1 --", 'rsa', ''])
      expect(await reader()(await token({ header: { kid }, key: stranger }))).toEqual(nobody);
  });

  it('with an algorithm that is not the key’s (A245)', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const input = `${part({ alg: 'RS256', typ: 'JWT', kid: 'elliptic' })}.${part({ ...claims })}`;
    const forged = `${input}.${rawSign('sha256', Buffer.from(input), privateKey).toString('base64url')}`;
    expect(await reader()(forged)).toEqual(nobody);
    const stillES = await token({ header: { kid: 'rsa' } });
    expect(await reader()(stillES)).toEqual(nobody);
  });

  it('with an empty, zero, shortened or another token’s signature (A245)', async () => {
    const [good, other] = [await token(), await token({ claims: { sub: 'medecin-01' } })];
    const [header, payload, signature = ''] = good.split('.');
    const zero = Buffer.alloc(64).toString('base64url');
    for (const wrong of ['', zero, signature.slice(0, -4), other.split('.')[2] ?? ''])
      expect(await reader()(`${header}.${payload}.${wrong}`)).toEqual(nobody);
    expect((await reader()(good)).kind).toBe('account');
  });
});

describe('a token in another shape is nobody', () => {
  it('cut, joined, padded, as JSON, with blanks or in a second spelling of base64url (A245)', async () => {
    const good = await token();
    const [header = '', payload = '', signature = ''] = good.split('.');
    const last = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const twin = last[last.indexOf(signature.at(-1) ?? 'A') ^ 1] ?? '';
    const respelled = `${header}.${payload}.${signature.slice(0, -1)}${twin}`;
    const read = reader({ carrier: { kind: 'header', name: 'x-token' } });
    for (const shape of [
      `${header}.${payload}`,
      `${good}.`,
      `${good}.${signature}`,
      `${good}=`,
      ` ${good}\n`,
      `${header}..${signature}`,
      JSON.stringify({ protected: header, payload, signature }),
      `${good}garbage!`,
      respelled,
    ]) {
      expect(await read(shape)).toEqual(nobody);
    }
    expect((await read(good)).kind).toBe('account');
    // The last letter of a signature has bits nobody reads: the library takes both spellings for one token.
    const key = await importJWK(published.keys[0] as JWK, 'ES256');
    expect((await jwtVerify(respelled, key, atNow())).payload.sub).toBe('pharmacie-01');
  });

  it('with an unencoded payload or an extension that must be understood (A245)', async () => {
    for (const extra of [{ b64: false, crit: ['b64'] }, { crit: ['x'], x: 1 }, { crit: [] }]) {
      const header = JSON.stringify({ alg: 'ES256', typ: 'JWT', kid: 'elliptic', ...extra });
      const payload = JSON.stringify({
        iss: rules.issuer,
        aud: rules.audience,
        exp: seconds() + 600,
        ...claims,
      });
      expect(await reader()(await signedText(header, payload))).toEqual(nobody);
    }
  });

  it('with a claim or a header twice, of which two readers take different ones (A245)', async () => {
    const header = JSON.stringify({ alg: 'ES256', typ: 'JWT', kid: 'elliptic' });
    const body = `{"iss":"${rules.issuer}","aud":"${rules.audience}","exp":${seconds() + 600},"sub":"pharmacie-01","sub":"medecin-01"}`;
    const twice = await signedText(header, body);
    expect(await reader()(twice)).toEqual(nobody);
    const key = await importJWK(published.keys[0] as JWK, 'ES256');
    expect((await jwtVerify(twice, key, atNow())).payload.sub).toBe('medecin-01');
    const head = '{"alg":"none","alg":"ES256","typ":"JWT","kid":"elliptic"}';
    expect(await reader()(await signedText(head, body.replace(',"sub":"medecin-01"', '')))).toEqual(nobody);
  });

  it('of a hundred thousand letters, before anything is read of it (A248)', async () => {
    const long = await token({ claims: { pad: 'x'.repeat(100_000) } });
    expect(await reader()(long)).toEqual(nobody);
    expect((await reader()(await token({ claims: { pad: 'x'.repeat(1000) } }))).kind).toBe('account');
  });

  it('encrypted (A248)', async () => {
    const encrypted = [
      { alg: 'PBES2-HS256+A128KW', enc: 'A256GCM', p2c: 2 ** 31, typ: 'JWT' },
      '',
      '',
      '',
      '',
    ]
      .map((one) => (one === '' ? '' : part(one)))
      .join('.');
    expect(await reader()(encrypted)).toEqual(nobody);
  });
});

describe('a signed token that is not for now or not for here is nobody', () => {
  const lies: readonly (readonly [string, Made, Partial<JwtRules> | undefined])[] = [
    [
      'of another issuer',
      { claims: { iss: 'https://sso.example.evil' } },
      { issuer: 'https://sso.example.evil' },
    ],
    ['without an issuer', { claims: { iss: undefined } }, undefined],
    ['for another audience', { claims: { aud: 'paiements' } }, { audience: 'paiements' }],
    ['without an audience', { claims: { aud: undefined } }, undefined],
    ['of another type', { header: { typ: 'logout+jwt' } }, { types: ['logout+jwt'] }],
    ['without a type', { header: { typ: undefined } }, { types: [undefined] }],
    ['that ran out', { claims: { exp: 0 } }, { tolerance: secondsOf(1e10) }],
    ['without an end', { claims: { exp: undefined } }, undefined],
    ['with an end that is a text', { claims: { exp: '9999999999' } }, undefined],
    ['that is not valid yet', { claims: { nbf: 9_999_999_999 } }, { tolerance: secondsOf(1e10) }],
    [
      'without an account',
      { claims: { sub: undefined } },
      { pointers: { ...rules.pointers, account: '/name' } },
    ],
    ['whose account is a number', { claims: { sub: 7 } }, undefined],
    [
      'whose account is a list',
      { claims: { sub: ['pharmacie-01'] } },
      { pointers: { ...rules.pointers, account: '/sub/0' } },
    ],
    ['whose account has a control character', { claims: { sub: 'pharmacie-01\u0000' } }, undefined],
  ];

  it.each(lies)('%s (A247)', async (_name, made, believer) => {
    const lie = await token(made);
    expect(await reader()(lie)).toEqual(nobody);
    if (believer !== undefined) expect((await reader(believer)(lie)).kind).toBe('account');
  });

  it('and the tolerance for clocks is as configured, to the second (A247)', async () => {
    const inTime = await token({ claims: { exp: seconds() - 29 } });
    const late = await token({ claims: { exp: seconds() - 31 } });
    const early = await token({ claims: { nbf: seconds() + 31 } });
    const soon = await token({ claims: { nbf: seconds() + 29 } });
    const read = reader();
    expect((await read(inTime)).kind).toBe('account');
    expect(await read(late)).toEqual(nobody);
    expect(await read(early)).toEqual(nobody);
    expect((await read(soon)).kind).toBe('account');
  });
});

describe('what is remembered of a token', () => {
  it('spares the second verification, and ends with the token', async () => {
    let asked = 0;
    const keys = createKeySet(
      async () => Buffer.from(JSON.stringify(published)),
      { algorithms: rules.algorithms, refresh: secondsOf(300), stale: secondsOf(86_400) },
      clock,
    );
    const counting = {
      ...keys,
      find: (...given: Parameters<typeof keys.find>) => {
        asked += 1;
        return keys.find(...given);
      },
    };
    const identify = jwtIdentity(rules, counting, clock);
    const request = requestWith({ cookie: `token=${await token({ claims: { exp: seconds() + 60 } })}` });
    const all = await Promise.all(Array.from({ length: 100 }, () => identify(request)));
    expect(new Set(all.map(({ kind }) => kind))).toEqual(new Set(['account']));
    await identify(request);
    expect(asked).toBe(1);
    clock.advance(91);
    expect(await identify(request)).toEqual(nobody);
    expect(asked).toBe(2);
  });

  it('ends when the issuer takes the key back', async () => {
    const whole = published;
    const read = async (): Promise<Uint8Array> => Buffer.from(JSON.stringify(published));
    const keySet = { algorithms: rules.algorithms, refresh: secondsOf(300), stale: secondsOf(86_400) };
    const identify = jwtIdentity(rules, createKeySet(read, keySet, clock), clock);
    const request = requestWith({ cookie: `token=${await token({ claims: { exp: seconds() + 6000 } })}` });
    expect((await identify(request)).kind).toBe('account');
    published = { keys: whole.keys.slice(1) };
    clock.advance(301);
    await identify(request);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await identify(request)).toEqual(nobody);
    published = whole;
  });

  it('never speaks for another token', async () => {
    const read = reader();
    const [mine, theirs] = [await token(), await token({ claims: { sub: 'medecin-01' } })];
    for (let turn = 0; turn < 50; turn += 1) {
      const [a, b] = await Promise.all([read(mine), read(theirs)]);
      expect([a, b].map((one) => one.kind === 'account' && one.account)).toEqual([
        'pharmacie-01',
        'medecin-01',
      ]);
    }
  });
});
