// The issuer's keys through its outages: who waits, who is served from what is known, and when nobody is known any more.
import { secondsOf } from '@palier/mfa-core';
import { type FakeClock, fakeClock } from '@palier/mfa-core/testing';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { createKeySet, type KeySet } from './jwks.ts';

let one: JWK;
let two: JWK;
let secret: JWK;
let short: JWK;

beforeAll(async () => {
  const pairs = await Promise.all([1, 2].map(() => generateKeyPair('ES256', { extractable: true })));
  const [first, second] = pairs;
  if (first === undefined || second === undefined) throw new TypeError('no keys');
  one = { ...(await exportJWK(first.publicKey)), kid: 'one' };
  two = { ...(await exportJWK(second.publicKey)), kid: 'two' };
  secret = { ...(await exportJWK(second.privateKey)), kid: 'secret' };
  short = { kty: 'RSA', n: Buffer.alloc(128, 255).toString('base64url'), e: 'AQAB', kid: 'short' };
});

interface Issuer {
  keys: readonly JWK[];
  down: boolean;
  asked: number;
}

interface Bench {
  readonly issuer: Issuer;
  readonly clock: FakeClock;
  readonly set: KeySet;
}

function bench(change: Partial<Issuer> = {}): Bench {
  const issuer: Issuer = { keys: [one], down: false, asked: 0, ...change };
  const clock = fakeClock();
  const read = async (): Promise<Uint8Array> => {
    issuer.asked += 1;
    if (issuer.down) throw new Error('connection refused');
    return Buffer.from(JSON.stringify({ keys: issuer.keys }));
  };
  const rules = {
    algorithms: ['ES256', 'RS256'] as const,
    refresh: secondsOf(300),
    stale: secondsOf(3600),
  };
  return { issuer, clock, set: createKeySet(read, rules, clock) };
}

const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

describe('the keys of an issuer', () => {
  it('are read once for all who wait at the start', async () => {
    const { issuer, set } = bench();
    await Promise.all(Array.from({ length: 100 }, () => set.find('ES256', 'one')));
    expect(issuer.asked).toBe(1);
  });

  it('are read anew in the background: nobody waits for it', async () => {
    const { issuer, clock, set } = bench();
    await set.find('ES256', 'one');
    const before = await set.generation();
    issuer.keys = [one, two];
    clock.advance(301);
    expect(await set.generation()).toBe(before);
    await settle();
    expect(await set.generation()).not.toBe(before);
    expect(issuer.asked).toBe(2);
  });

  it('are asked for once when a token names one nobody knows, and then not for half a minute', async () => {
    const { issuer, clock, set } = bench();
    await set.find('ES256', 'one');
    clock.advance(31);
    issuer.keys = [one, two];
    expect(await set.find('ES256', 'two')).toBeDefined();
    for (let turn = 0; turn < 50; turn += 1)
      expect(await set.find('ES256', `made-up-${turn}`)).toBe(undefined);
    expect(issuer.asked).toBe(2);
    clock.advance(31);
    await set.find('ES256', 'made-up');
    expect(issuer.asked).toBe(3);
  });

  it('serve through an outage until they are stale, then nobody is known', async () => {
    const { issuer, clock, set } = bench();
    await set.find('ES256', 'one');
    issuer.down = true;
    clock.advance(3599);
    expect(await set.find('ES256', 'one')).toBeDefined();
    await settle();
    clock.advance(2);
    await expect(set.find('ES256', 'one')).rejects.toThrow('cannot be read');
    await expect(set.generation()).rejects.toThrow('cannot be read');
    issuer.down = false;
    clock.advance(3);
    expect(await set.find('ES256', 'one')).toBeDefined();
  });

  it('that are not known yet are no stranger but a broken issuer, asked for at most every two seconds', async () => {
    const { issuer, clock, set } = bench({ down: true });
    await expect(set.generation()).rejects.toThrow('cannot be read');
    for (let turn = 0; turn < 20; turn += 1) await expect(set.generation()).rejects.toThrow();
    expect(issuer.asked).toBe(1);
    issuer.down = false;
    clock.advance(2);
    expect(await set.find('ES256', 'one')).toBeDefined();
  });

  it('that a token names anew while the issuer is away: nobody can say, so it is a 503', async () => {
    const { issuer, clock, set } = bench();
    await set.find('ES256', 'one');
    issuer.down = true;
    clock.advance(60);
    await expect(set.find('ES256', 'two')).rejects.toThrow('cannot be read');
    expect(await set.find('ES256', 'one')).toBeDefined();
  });

  it('stay as they were when what is read instead is no set of keys', async () => {
    for (const keys of [[], [{ kty: 'EC' }], [secret], Array.from({ length: 101 }, () => one)]) {
      const { issuer, clock, set } = bench();
      await set.find('ES256', 'one');
      issuer.keys = keys;
      clock.advance(301);
      await set.generation();
      await settle();
      expect(await set.find('ES256', 'one')).toBeDefined();
    }
  });
});

describe('a key', () => {
  it('with its private half, of another use, shared or short is left out', async () => {
    const shared = { kty: 'oct', k: 'c2VjcmV0', kid: 'shared' };
    const encrypts = { ...two, kid: 'encrypts', use: 'enc' };
    const { set } = bench({ keys: [one, secret, shared, encrypts, short] });
    expect(await set.find('ES256', 'one')).toBeDefined();
    for (const id of ['secret', 'shared', 'encrypts']) expect(await set.find('ES256', id)).toBe(undefined);
    expect(await set.find('RS256', 'short')).toBe(undefined);
  });

  it('needs no name when it is the only one of its kind, and is not guessed among several', async () => {
    expect(await bench().set.find('ES256', undefined)).toBeDefined();
    expect(await bench({ keys: [one, two] }).set.find('ES256', undefined)).toBe(undefined);
    expect(await bench({ keys: [one, { ...two, kid: 'one' }] }).set.find('ES256', 'one')).toBe(undefined);
  });

  it('that says its algorithm serves no other', async () => {
    const { set } = bench({ keys: [one, { ...two, alg: 'ES384' }] });
    expect(await set.find('ES256', 'two')).toBe(undefined);
  });
});
