// The shared, short-lived state of several instances in Redis or Valkey: ceremonies, sessions, counters of guesses. Not
// here: factors and tickets. Redis acknowledges before a write is safe, and a failover may undo the last ones: a used
// time step or recovery code would work again, and a removed factor would be back.
import { type StoreTime, toldInstant } from '../clock-check.ts';
import { MfaError } from '../errors.ts';
import type { MfaStores } from '../stores.ts';
import type { Instant } from '../time.ts';
import { type ConnectionBounds, patienceOf, sessionsKept } from './bounds.ts';
import { answered } from './faults.ts';
import { redisAttempts } from './redis-attempts.ts';
import { redisChallenges } from './redis-challenges.ts';
import { type RedisClient, scriptsOn } from './redis-scripts.ts';
import { redisSessions } from './redis-sessions.ts';

export type { ConnectionBounds } from './bounds.ts';
export { redisReplays } from './redis-replays.ts';
export type { RedisClient } from './redis-scripts.ts';

/** How long to wait for Redis, and what the keys are called. */
export interface RedisBounds extends ConnectionBounds {
  /** What all keys begin with, `palier:` when not given; two portals on one Redis need two. */
  readonly prefix?: string;
}

/**
 * Gives the three ports whose loss is bearable, to be combined with a durable store:
 * `{ ...(await postgresStores(pool)), ...(await redisStores(client)) }`.
 *
 * When Redis loses its state, every session and ceremony ends (people sign in and step up again) and the counts of
 * wrong codes begin at zero: an attacker who knows a password gets one ceiling of guesses more for each loss. Who does
 * not want that keeps `attempts` in the durable store, or gives Redis `appendfsync always`. A replayed code is refused
 * all the same, by the durable store.
 *
 * `time` is the server's clock, for `withClockCheck`; a user with rights of its own there needs `+time`.
 *
 * The client, of the package redis, is connected and stays the caller's, who listens to its `error` event; with
 * `disableOfflineQueue` it fails at once while Redis is away. Rejects with ERR_MFA_STORE when Redis cannot be used: a cluster, whose scripts reach one node
 * only, or a `maxmemory-policy` that may drop counters (A130).
 */
export async function redisStores(
  client: RedisClient,
  bounds: RedisBounds = {},
): Promise<Pick<MfaStores, 'challenges' | 'sessions' | 'attempts'> & StoreTime> {
  const patience = patienceOf(bounds);
  const prefix = bounds.prefix ?? 'palier:';
  checkServer(String(await answered(client.sendCommand(['INFO']), patience)));
  const run = scriptsOn(client, patience);
  return {
    challenges: redisChallenges(run, prefix),
    sessions: redisSessions(run, prefix, sessionsKept(bounds)),
    attempts: redisAttempts(run, prefix),
    time: async () => timeOf(await answered(client.sendCommand(['TIME']), patience)),
  };
}

/** Seconds and microseconds, as texts. */
function timeOf(told: unknown): Instant {
  const [seconds, micros]: readonly unknown[] = Array.isArray(told) ? told : [];
  return toldInstant(Number(seconds) * 1000 + Number(micros) / 1000);
}

/** Reads the server's own description of itself. */
function checkServer(description: string): void {
  const word = (name: string): string => description.match(new RegExp(`^${name}:(\\S+)`, 'm'))?.[1] ?? '';
  if (word('redis_mode') === 'cluster') throw refused('a Redis cluster cannot keep these promises');
  const policy = word('maxmemory_policy');
  if (policy.startsWith('allkeys')) {
    throw refused(
      `maxmemory-policy ${policy} may drop counters of guesses: set noeviction or a volatile- policy`,
    );
  }
}

function refused(detail: string): MfaError {
  return new MfaError('ERR_MFA_STORE', { detail });
}
