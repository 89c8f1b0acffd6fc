// What a provider, or somebody between it and us, may say that is not so. Every lie is told by the real oidc-provider with
// its answer changed and signed again; every one must prove nothing. Beside each stands its control: told without the lie,
// or judged without the check it breaks, the same answer is a card.
import { createPublicKey } from 'node:crypto';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { cardWorth } from '../../packages/gateway/src/oidc/assurance.ts';
import {
  type Claims,
  idTokenIs,
  idTokenSays,
  signedBy,
  signedWithText,
  unsigned,
  userinfoSays,
  withClaim,
  without,
} from '../support/provider-lies.ts';
import { type Alter, type ProviderSite, startProviderSite } from '../support/provider-site.ts';
import { cardOf, leave, proofsOf, stopped, visit } from '../support/provider-visit.ts';

let site: ProviderSite;
beforeAll(async () => {
  site = await startProviderSite();
});
afterAll(() => site.close());
afterEach(() => {
  site.lies.told = undefined;
});

let place = 100;
const person = (): string => {
  place += 1;
  return `/patients/${site.persons.nirOf(place)}`;
};
const now = (): number => Math.floor(site.clock.now() / 1000);

interface Told {
  readonly proofs: readonly string[];
  /** The reason in the log, if it was refused. */
  readonly reason: unknown;
  readonly status: number;
}

async function told(lie: Alter | undefined, choice?: string): Promise<Told> {
  site.lies.told = lie;
  const lines = site.log.length;
  const { doctor, done } = await visit(site, person(), choice);
  site.lies.told = undefined;
  const line = site.log.slice(lines).find(({ kind }) => kind === 'oidc');
  return { proofs: await proofsOf(doctor), reason: line?.['reason'], status: done.status };
}

describe('an answer signed again', () => {
  it('without a lie in it, is a card: so much for the tests below', async () => {
    expect(await told(idTokenSays((claims) => claims))).toMatchObject({ proofs: ['card'], status: 303 });
  });
});

describe('an ID token that is not for us, not of now, or not of this ceremony', () => {
  // Each claim alone is changed, so that all the rest of the token would make a card.
  const lies: readonly (readonly [string, (claims: Claims) => Claims, string])[] = [
    ['another issuer', withClaim('iss', 'https://evil.example'), 'OAUTH_JWT_CLAIM_COMPARISON_FAILED'],
    [
      'its own issuer with a slash more',
      (claims) => ({ ...claims, iss: `${String(claims['iss'])}/` }),
      'OAUTH_JWT_CLAIM_COMPARISON_FAILED',
    ],
    ['another audience', withClaim('aud', 'other-client'), 'OAUTH_JWT_CLAIM_COMPARISON_FAILED'],
    [
      'two audiences and no party',
      withClaim('aud', ['palier', 'other-client']),
      'OAUTH_JWT_CLAIM_COMPARISON_FAILED',
    ],
    [
      'two audiences and another party',
      (claims) => ({ ...claims, aud: ['palier', 'other-client'], azp: 'other-client' }),
      'OAUTH_JWT_CLAIM_COMPARISON_FAILED',
    ],
    ['A227: another nonce', withClaim('nonce', 'x'), 'OAUTH_JWT_CLAIM_COMPARISON_FAILED'],
    ['A227: no nonce', without('nonce'), 'OAUTH_INVALID_RESPONSE'],
    ['an end in the past', withClaim('exp', 1_700_000_000), 'OAUTH_JWT_TIMESTAMP_CHECK_FAILED'],
    ['no end', without('exp'), 'OAUTH_INVALID_RESPONSE'],
    [
      'a beginning in the future',
      (claims) => ({ ...claims, nbf: now() + 3600 }),
      'OAUTH_JWT_TIMESTAMP_CHECK_FAILED',
    ],
    ['no person', without('sub'), 'OAUTH_INVALID_RESPONSE'],
  ];

  it.each(lies)('with %s proves nothing', async (_name, change, reason) => {
    let claims: Claims = {};
    const answer = await told(
      idTokenSays((honest) => {
        claims = change(honest);
        return claims;
      }),
    );
    expect(answer).toMatchObject({ proofs: [], status: 400, reason });
    expect(worth(claims)).toBe('card');
  });
});

describe('an ID token with a signature that is not the provider’s', () => {
  it('alg none proves nothing', async () => {
    expect(await told(idTokenIs((claims) => kept(claims, unsigned(claims))))).toMatchObject({
      proofs: [],
      status: 400,
    });
    expect(worth(last)).toBe('card');
  });

  it.each(['palier', 'the provider’s public key as PEM'])('HS256 with %s proves nothing', async (text) => {
    const pem = publicPem();
    const shared = text === 'palier' ? text : pem;
    const answer = await told(idTokenIs((claims) => kept(claims, signedWithText(claims, shared))));
    expect(answer).toMatchObject({ proofs: [], status: 400 });
    expect(worth(last)).toBe('card');
  });

  it('a foreign key under the provider’s key id proves nothing', async () => {
    const foreign = await newKey('k1');
    const answer = await told(idTokenIs((claims) => kept(claims, signedBy(foreign, claims))));
    expect(answer).toMatchObject({ proofs: [], status: 400 });
    expect(worth(last)).toBe('card');
  });

  it('a foreign key that the token itself brings (jwk, jku) proves nothing', async () => {
    const foreign = await newKey('mine');
    const header = {
      jwk: { kty: 'RSA', n: foreign.n ?? '', e: foreign.e ?? '' },
      jku: 'https://evil.example',
    };
    const answer = await told(idTokenIs((claims) => kept(claims, signedBy(foreign, claims, header))));
    expect(answer).toMatchObject({ proofs: [], status: 400 });
    expect(worth(last)).toBe('card');
  });

  it('one changed character proves nothing', async () => {
    const spoilt = (token: string): string => {
      const [head = '', body = '', signature = ''] = token.split('.');
      return [head, body, `${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`].join('.');
    };
    const answer = await told(idTokenIs((claims, token) => kept(claims, spoilt(token))));
    expect(answer).toMatchObject({ proofs: [], status: 400 });
    expect(worth(last)).toBe('card');
  });

  it('a token without an ID token proves nothing', async () => {
    const answer = await told(async (_path, body) => {
      if (typeof body !== 'object' || body === null || !('id_token' in body)) return body;
      const { id_token: _gone, ...rest } = body;
      return rest;
    });
    expect(answer).toMatchObject({ proofs: [], status: 400 });
  });
});

describe('an ID token that is true and not worth a card', () => {
  const unlike: readonly (readonly [string, unknown])[] = [
    ['missing', undefined],
    ['null', null],
    ['empty', ''],
    ['"0"', '0'],
    ['a list that holds the right one', ['eidas1']],
    ['in capitals', 'EIDAS1'],
    ['with a blank behind', 'eidas1 '],
    ['two in one text', 'eidas1 eidas2'],
    ['longer', 'eidas10'],
    ['of another alphabet', 'e\u0456das1'],
    ['a number', 1],
    ['an object', { value: 'eidas1' }],
  ];
  it.each(unlike)('A223: acr %s proves nothing', async (_name, value) => {
    let claims: Claims = {};
    const answer = await told(
      idTokenSays((honest) => {
        claims = value === undefined ? without('acr')(honest) : { ...honest, acr: value };
        return claims;
      }),
    );
    expect(answer).toMatchObject({ proofs: [], status: 400, reason: 'acr' });
    expect(worth({ ...claims, acr: 'eidas1' })).toBe('card');
  });

  const weak: readonly (readonly [string, unknown])[] = [
    ['missing', undefined],
    ['null', null],
    ['empty', []],
    ['half of it', ['sc']],
    ['another case', ['SC', 'PIN']],
    ['one text', 'sc pin'],
    ['an object', { 0: 'sc', 1: 'pin', length: 2 }],
  ];
  it.each(weak)('A223: amr %s proves nothing', async (_name, value) => {
    let claims: Claims = {};
    const answer = await told(
      idTokenSays((honest) => {
        claims = value === undefined ? without('amr')(honest) : { ...honest, amr: value };
        return claims;
      }),
    );
    expect(answer).toMatchObject({ proofs: [], status: 400, reason: 'amr' });
    expect(worth({ ...claims, amr: ['pin', 'sc'] })).toBe('card');
  });

  const untimely: readonly (readonly [string, () => unknown, string])[] = [
    ['missing', () => undefined, 'auth-time-missing'],
    ['null', () => null, 'auth-time-missing'],
    ['zero', () => 0, 'auth-time-missing'],
    ['a text', () => String(now()), 'auth-time-missing'],
    ['of this morning', () => now() - 3600, 'too-old'],
    ['of just before the ceremony', () => now() - 60, 'too-old'],
    ['in the future', () => now() + 3600, 'future'],
    ['in milliseconds', () => now() * 1000, 'future'],
  ];
  it.each(untimely)('A226: auth_time %s proves nothing', async (_name, value, reason) => {
    let claims: Claims = {};
    const answer = await told(
      idTokenSays((honest) => {
        const time = value();
        claims = time === undefined ? without('auth_time')(honest) : { ...honest, auth_time: time };
        return claims;
      }),
    );
    // A null auth_time is refused as malformed before it is judged.
    expect(answer).toMatchObject({ proofs: [], status: 400 });
    expect([reason, 'OAUTH_INVALID_RESPONSE']).toContain(answer.reason);
    expect(worth({ ...claims, auth_time: now() })).toBe('card');
  });
});

describe('claims from where they do not count', () => {
  it('A224: userinfo that swears to acr, amr and auth_time adds nothing to an ID token without them', async () => {
    const vouch = userinfoSays((claims) => ({
      ...claims,
      acr: 'eidas1',
      amr: ['sc', 'pin'],
      auth_time: now(),
    }));
    const silent = idTokenSays(without('acr'));
    const answer = await told(async (path, body, keys) => silent(path, await vouch(path, body, keys), keys));
    expect(answer).toMatchObject({ proofs: [], status: 400, reason: 'acr' });
  });

  it('a userinfo of somebody else is not taken for the ID token’s person', async () => {
    const answer = await told(userinfoSays(withClaim('sub', 'f:essai:899700075122')));
    expect(answer).toMatchObject({ proofs: [], status: 400 });
  });

  it('a userinfo that names another person proves nothing, and one that names none neither', async () => {
    for (const change of [
      withClaim('SubjectNameID', '899700075122'),
      withClaim('SubjectNameID', ['899700218896']),
      withClaim('SubjectNameID', 899700218896),
      without('SubjectNameID'),
    ])
      expect(await told(userinfoSays(change))).toMatchObject({ proofs: [], reason: 'person' });
  });

  it('the ID token wins over userinfo where both name the person', async () => {
    const lie = idTokenSays(withClaim('SubjectNameID', '899700075122'));
    expect(await told(lie)).toMatchObject({ proofs: [], reason: 'person' });
  });
});

describe('answers that went astray', () => {
  it('mix-up: an answer that names another issuer (RFC 9207) is refused', async () => {
    const { doctor, page } = await stopped(site, person());
    const back = new URL(await site.identify(await leave(doctor, page), cardOf.doctor), site.origin);
    expect(back.searchParams.get('iss')).toBe(site.provider.issuer);
    back.searchParams.set('iss', 'https://evil.example');
    expect((await doctor.browser.go(`${back.pathname}${back.search}`)).status).toBe(400);
    expect(await proofsOf(doctor)).toEqual([]);
  });

  it('mix-up: an answer without the issuer is refused, since this provider says that it sends it', async () => {
    const { doctor, page } = await stopped(site, person());
    const back = new URL(await site.identify(await leave(doctor, page), cardOf.doctor), site.origin);
    back.searchParams.delete('iss');
    expect((await doctor.browser.go(`${back.pathname}${back.search}`)).status).toBe(400);
    expect(await proofsOf(doctor)).toEqual([]);
  });

  it('A227: the code of one ceremony does not end another', async () => {
    const first = await stopped(site, person());
    const second = await stopped(site, person());
    const codeOf = (target: string): string => new URLSearchParams(target.split('?')[1]).get('code') ?? '';
    const stolen = codeOf(await site.identify(await leave(first.doctor, first.page), cardOf.doctor));
    const own = await site.identify(await leave(second.doctor, second.page), cardOf.doctor);
    const done = await second.doctor.browser.go(own.replace(codeOf(own), stolen));
    expect(done.status).toBe(400);
    expect(await proofsOf(second.doctor)).toEqual([]);
  });

  it('A227: the same code twice is refused by the provider, whatever state it comes with', async () => {
    const { doctor, page } = await stopped(site, person());
    const back = await site.identify(await leave(doctor, page), cardOf.doctor);
    const used = new URLSearchParams(back.split('?')[1]).get('code') ?? '';
    expect((await doctor.browser.go(back)).location).not.toBe('');
    const again = await stopped(site, person());
    const state = new URL(await leave(again.doctor, again.page)).searchParams.get('state') ?? '';
    const iss = encodeURIComponent(site.provider.issuer);
    const query = `code=${used}&state=${state}&iss=${iss}`;
    const done = await again.doctor.browser.go(`/.palier/oidc/pro-sante-connect/callback?${query}`);
    expect(done.status).toBe(400);
    expect(await proofsOf(again.doctor)).toEqual([]);
  });

  it('A226: an authentication that the provider had already is not a gesture: nobody was asked', async () => {
    const jar = new Map<string, string>();
    const first = await stopped(site, person());
    await site.identify(await leave(first.doctor, first.page), cardOf.doctor, jar);
    // Whoever takes max_age and prompt out of the address (A224) gets an old authentication at once, without a click.
    const second = await stopped(site, person());
    const address = new URL(await leave(second.doctor, second.page));
    for (const name of ['max_age', 'prompt']) address.searchParams.delete(name);
    site.clock.advance(120);
    const late = await stopped(site, person());
    const later = new URL(await leave(late.doctor, late.page));
    for (const name of ['max_age', 'prompt']) later.searchParams.delete(name);
    const back = await site.identify(later.href, 'nobody is asked', jar);
    const done = await late.doctor.browser.go(back);
    expect([done.status, done.text.includes('trop ancienne')]).toEqual([400, true]);
    expect(await proofsOf(late.doctor)).toEqual([]);
    site.clock.advance(-120);
  });
});

describe('keys and outages', () => {
  it('a key the provider changed to is found, and the old one is no key any more', async () => {
    const next = await newKey('k2');
    const published: Alter = async (path, body) => (path === '/jwks' ? { keys: [publicHalf(next)] } : body);
    const signed = idTokenIs((claims) => signedBy(next, claims));
    const rotated: Alter = async (path, body, keys) => signed(path, await published(path, body, keys), keys);
    await later(async () => expect(await told(rotated)).toMatchObject({ proofs: ['card'] }));
    await later(async () => expect(await told(published)).toMatchObject({ proofs: [], status: 400 }));
    expect(await told(undefined)).toMatchObject({ proofs: ['card'] });
  });

  it('keys and metadata outlive an outage of those alone', async () => {
    expect(await told(undefined)).toMatchObject({ proofs: ['card'] });
    let asked = 0;
    const down: Alter = async (path, body) => {
      if (path !== '/jwks' && !path.startsWith('/.well-known/')) return body;
      asked += 1;
      throw new Error('down');
    };
    await later(async () => expect(await told(down)).toMatchObject({ proofs: ['card'] }));
    expect(asked).toBe(2);
  });

  it('an outage of the token endpoint is a 503 that proves nothing, and the person is told', async () => {
    const down: Alter = async (path, body) =>
      path === '/protocol/openid-connect/token' ? Promise.reject(new Error('down')) : body;
    expect(await told(down)).toMatchObject({ proofs: [], status: 503 });
  });
});

/** Documents are asked for anew after ten seconds; the provider's own clock stays, so ours goes back. */
async function later(act: () => Promise<void>): Promise<void> {
  site.clock.advance(11);
  await act().finally(() => site.clock.advance(-11));
}

let last: Claims = {};
/** Remembers what was told, so that the control can judge it. */
function kept<Token>(claims: Claims, token: Token): Token {
  last = claims;
  return token;
}

/** What the claims would be worth if only they were believed. */
function worth(claims: Claims): string {
  const instant = site.clock.now();
  const rule = { acr: 'eidas1', amr: ['sc', 'pin'], within: 0 as never };
  const ceremony = { begunAt: instant, now: instant, maxAge: 43_200 as never, tolerance: 30 as never };
  return cardWorth([rule], claims, ceremony).outcome;
}

async function newKey(kid: string): Promise<JWK> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  return { ...(await exportJWK(privateKey)), kid };
}

function publicHalf({ kty, n, e, kid }: JWK): JWK {
  return { kty, n, e, kid, use: 'sig', alg: 'RS256' } as JWK;
}

/** What somebody who only knows public things could take for a secret. */
function publicPem(): string {
  const key = createPublicKey({ key: { ...site.provider.keys[0] }, format: 'jwk' });
  return key.export({ type: 'spki', format: 'pem' }).toString();
}
