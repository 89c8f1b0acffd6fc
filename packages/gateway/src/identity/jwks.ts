// The keys a token issuer publishes (RFC 7517), from a file or an address: read in the background, bounded in size and
// number, kept through an outage of the issuer for a bounded time. After it nobody is known: that is a 503.
import type { Clock, Instant, Seconds } from '@palier/mfa-core';
import { type CryptoKey, importJWK, type JWK } from 'jose';

/** The algorithms a token may be signed with. None has a shared key, so no public key can be taken for one. */
export type JwtAlgorithm = 'ES256' | 'ES384' | 'EdDSA' | 'RS256' | 'PS256';

/** Reads the whole set, bounded in size and time. */
export type ReadKeys = () => Promise<Uint8Array>;

export interface KeySetRules {
  readonly algorithms: readonly JwtAlgorithm[];
  /** Keys older than this are read anew, in the background. */
  readonly refresh: Seconds;
  /** How long keys may serve while they cannot be read anew. */
  readonly stale: Seconds;
}

export interface KeySet {
  /** The one key with this id (or the only one there is) that the algorithm fits. Rejects when the keys are not known. */
  find(algorithm: JwtAlgorithm, id: string | undefined): Promise<CryptoKey | undefined>;
  /** Changes when the keys do: what was verified before must be verified again. Rejects when the keys are not known. */
  generation(): Promise<number>;
}

interface PublishedKey {
  readonly id: string | undefined;
  readonly algorithm: JwtAlgorithm;
  readonly key: CryptoKey;
}

interface Known {
  readonly at: Instant;
  readonly text: string;
  readonly keys: readonly PublishedKey[];
  readonly generation: number;
}

/** Longest set that is read, in bytes, and most keys in one. */
export const longestKeySet: number = 256 * 1024;
const mostKeys = 100;

/** A token with a key nobody published must not make us ask the issuer at every request, nor an outage. */
const cooldown = 30_000;
const cooldownWithoutKeys = 2_000;

export function createKeySet(read: ReadKeys, rules: KeySetRules, clock: Clock): KeySet {
  let known: Known | undefined;
  let tried: { readonly at: Instant; readonly failed: unknown } | undefined;
  let running: Promise<void> | undefined;

  const load = async (): Promise<void> => {
    const at = clock.now();
    try {
      const text = Buffer.from(await read()).toString('utf8');
      const same = known?.text === text;
      const keys = same && known !== undefined ? known.keys : await keysIn(text, rules.algorithms);
      known = { at, text, keys, generation: (known?.generation ?? 0) + (same ? 0 : 1) };
      tried = { at, failed: undefined };
    } catch (cause) {
      tried = { at, failed: new Error('the keys of the token issuer cannot be read', { cause }) };
    }
  };
  const reload = (): Promise<void> => {
    running ??= load().finally(() => {
      running = undefined;
    });
    return running;
  };
  const mayTry = (wait: number): boolean => {
    const since = tried === undefined ? wait : clock.now() - tried.at;
    return running !== undefined || since >= wait || since < 0;
  };
  const current = async (): Promise<Known> => {
    const age = known === undefined ? Number.POSITIVE_INFINITY : (clock.now() - known.at) / 1000;
    if (age <= rules.refresh && age >= 0 && known !== undefined) return known;
    if (age <= rules.stale && age >= 0 && known !== undefined) {
      if (mayTry(cooldown)) void reload();
      return known;
    }
    if (mayTry(cooldownWithoutKeys)) await reload();
    if (known === undefined || clock.now() - known.at > rules.stale * 1000)
      throw tried?.failed ?? new Error('the keys of the token issuer are not known');
    return known;
  };
  void reload();
  return {
    generation: async () => (await current()).generation,
    find: async (algorithm, id) => {
      const found = pick((await current()).keys, algorithm, id);
      if (found !== undefined) return found;
      if (mayTry(cooldown)) await reload();
      // The issuer does not answer: nobody can say whether this key is a new one of its own or a stranger's.
      if (tried?.failed !== undefined) throw tried.failed;
      return pick((await current()).keys, algorithm, id);
    },
  };
}

function pick(
  keys: readonly PublishedKey[],
  algorithm: JwtAlgorithm,
  id: string | undefined,
): CryptoKey | undefined {
  const fitting = keys.filter((one) => one.algorithm === algorithm && (id === undefined || one.id === id));
  return fitting.length === 1 ? fitting[0]?.key : undefined;
}

async function keysIn(text: string, allowed: readonly JwtAlgorithm[]): Promise<readonly PublishedKey[]> {
  const set: unknown = JSON.parse(text);
  const listed =
    typeof set === 'object' && set !== null && 'keys' in set && Array.isArray(set.keys) ? set.keys : [];
  if (listed.length > mostKeys) throw new Error(`more than ${mostKeys} keys`);
  const keys: PublishedKey[] = [];
  for (const jwk of listed) if (isPublic(jwk)) keys.push(...(await imported(jwk, allowed)));
  if (keys.length === 0) throw new Error('no key that fits the algorithms configured');
  return keys;
}

/** For signatures, and with no private or shared half in it: such a key is everybody's. */
function isPublic(jwk: unknown): jwk is JWK {
  if (typeof jwk !== 'object' || jwk === null || 'd' in jwk || 'k' in jwk) return false;
  return !('use' in jwk) || jwk.use === 'sig';
}

async function imported(jwk: JWK, allowed: readonly JwtAlgorithm[]): Promise<readonly PublishedKey[]> {
  const fitting = algorithmsOf(jwk).filter(
    (algorithm) => allowed.includes(algorithm) && (jwk.alg === undefined || jwk.alg === algorithm),
  );
  const keys: PublishedKey[] = [];
  for (const algorithm of fitting) {
    const { kty, crv, x, y, n, e } = jwk;
    const bare = Object.entries({ kty, crv, x, y, n, e }).filter(([, value]) => value !== undefined);
    const key = await importJWK(Object.fromEntries(bare) as unknown as JWK, algorithm).catch(() => undefined);
    if (key !== undefined && !(key instanceof Uint8Array)) keys.push({ id: jwk.kid, algorithm, key });
  }
  return keys;
}

/** A key serves the algorithms of its kind and curve and no others; RSA below 2048 bits serves none. */
function algorithmsOf({ kty, crv, n }: JWK): readonly JwtAlgorithm[] {
  if (kty === 'EC') return crv === 'P-256' ? ['ES256'] : crv === 'P-384' ? ['ES384'] : [];
  if (kty === 'OKP') return crv === 'Ed25519' ? ['EdDSA'] : [];
  const long = kty === 'RSA' && Buffer.from(n ?? '', 'base64url').length >= 256;
  return long ? ['RS256', 'PS256'] : [];
}
