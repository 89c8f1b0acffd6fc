// The gateway's public keys. Fetched when first needed and again every five minutes in the background; the last good set
// is kept through outages for a day, since the alternative is a portal that goes down with a network hiccup.
import { createLocalJWKSet, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { MfaError } from './errors.ts';
import { type Clock, elapsed, type Instant } from './time.ts';

/** A JSON Web Key Set (RFC 7517 section 5) of public keys. */
export type AssertionKeySet = JSONWebKeySet;

const refreshAfter = 300;
const keepFor = 24 * 3600;
const retryAfter = 5;
const timeout = 3_000;
const longest = 64 * 1024;

interface Held {
  readonly keys: JWTVerifyGetKey;
  readonly at: Instant;
}

export function keySetOf(
  source: URL | AssertionKeySet,
  clock: Clock,
  fetching: typeof fetch,
): JWTVerifyGetKey {
  if (!(source instanceof URL)) return createLocalJWKSet(source);
  const keeper = keyKeeper(source, clock, fetching);
  return async (header, token) => {
    const keys = await keeper.current();
    try {
      return await keys(header, token);
    } catch (error) {
      // An unknown key may be a rotation: look once more, at most every few seconds, and judge by what is there then.
      const newer = await keeper.newer(keys);
      if (newer === undefined) throw error;
      return newer(header, token);
    }
  };
}

interface KeyKeeper {
  current(): Promise<JWTVerifyGetKey>;
  /** A set fetched after `old`, or nothing. */
  newer(old: JWTVerifyGetKey): Promise<JWTVerifyGetKey | undefined>;
}

function keyKeeper(source: URL, clock: Clock, fetching: typeof fetch): KeyKeeper {
  let held: Held | undefined;
  let tried: Instant | undefined;
  let running: Promise<void> | undefined;
  const refresh = (): Promise<void> => {
    if (tried !== undefined && elapsed(tried, clock.now()) < retryAfter) return running ?? Promise.resolve();
    tried = clock.now();
    const load = fetchKeys(source, fetching)
      .then((set) => {
        held = { keys: createLocalJWKSet(set), at: clock.now() };
      })
      // What is held stays; the age of it is judged by whoever asks next.
      .catch(() => undefined);
    running = load.finally(() => {
      running = undefined;
    });
    return running;
  };
  const current = async (): Promise<JWTVerifyGetKey> => {
    const age = held === undefined ? Number.POSITIVE_INFINITY : elapsed(held.at, clock.now());
    if (age > keepFor) await refresh();
    else if (age > refreshAfter) void refresh();
    if (held === undefined || elapsed(held.at, clock.now()) > keepFor) {
      throw new MfaError('ERR_MFA_KEYS', { detail: 'the gateway\u2019s key set cannot be fetched' });
    }
    return held.keys;
  };
  return {
    current,
    newer: async (old) => {
      await refresh();
      return held?.keys === old ? undefined : held?.keys;
    },
  };
}

/** No redirects, three seconds, 64 KiB: what answers otherwise is not the gateway. */
async function fetchKeys(source: URL, fetching: typeof fetch): Promise<AssertionKeySet> {
  const answer = await fetching(source, {
    redirect: 'error',
    signal: AbortSignal.timeout(timeout),
    headers: { accept: 'application/json' },
  });
  if (answer.status !== 200) throw new Error('not 200');
  const text = await answer.text();
  if (text.length > longest) throw new Error('too long');
  const set: unknown = JSON.parse(text);
  if (
    typeof set !== 'object' ||
    set === null ||
    !('keys' in set) ||
    !Array.isArray(set.keys) ||
    set.keys.length === 0
  )
    throw new Error('no keys');
  return set as AssertionKeySet;
}
