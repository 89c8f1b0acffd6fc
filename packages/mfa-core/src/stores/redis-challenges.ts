// Ceremonies under way in Redis. They go by themselves when their longest lifetime has passed since they were put; until
// then whether one has expired is judged by the caller's clock, never by that of the Redis host (A125).
import { type Challenge, challengeLifetimes, type Purpose } from '../challenge.ts';
import type { ChallengeId, SessionId } from '../ids.ts';
import type { ChallengeStore } from '../stores.ts';
import type { Instant } from '../time.ts';
import { challengesPerSession } from './bounds.ts';
import { challengeOf } from './documents.ts';
import { type RunScript, type Script, scriptOf } from './redis-scripts.ts';

/** Keys: the challenge, the list of its session's. Values: id, purpose, session, expiry, document, ttl, kept, prefix. */
const put = scriptOf(`
redis.call('HSET', KEYS[1], 'purpose', ARGV[2], 'session', ARGV[3], 'expires', ARGV[4], 'document', ARGV[5])
redis.call('PEXPIRE', KEYS[1], ARGV[6])
redis.call('RPUSH', KEYS[2], ARGV[1])
if redis.call('PTTL', KEYS[2]) < tonumber(ARGV[6]) then redis.call('PEXPIRE', KEYS[2], ARGV[6]) end
while redis.call('LLEN', KEYS[2]) > tonumber(ARGV[7]) do
  redis.call('DEL', ARGV[8] .. redis.call('LPOP', KEYS[2]))
end
return 1`);

/** Keys: the challenge. Values: purpose, session, now. */
const fits = `
local found = redis.call('HMGET', KEYS[1], 'purpose', 'session', 'expires', 'document')
if found[1] ~= ARGV[1] or found[2] ~= ARGV[2] or tonumber(ARGV[3]) >= tonumber(found[3]) then return false end`;

const peek = scriptOf(`${fits}
return found[4]`);

/** One more key, the list of the session's, and one more value, the id. */
const take = scriptOf(`${fits}
redis.call('DEL', KEYS[1])
redis.call('LREM', KEYS[2], 1, ARGV[4])
return found[4]`);

export function redisChallenges(run: RunScript, prefix: string): ChallengeStore {
  const one = `${prefix}challenge:`;
  const keysOf = (id: ChallengeId, session: SessionId): readonly string[] => [
    `${one}${id}`,
    `${prefix}challenges:${session}`,
  ];
  const ask = async <P extends Purpose>(
    script: Script,
    [id, purpose, session, now]: readonly [ChallengeId, P, SessionId, Instant],
  ): Promise<Challenge<P> | undefined> => {
    const document = await run(script, keysOf(id, session), [purpose, session, `${now}`, id]);
    return challengeOf(purpose, document === null ? undefined : { purpose, document });
  };
  return {
    put: async (challenge) => {
      const { id, purpose, session, expiresAt } = challenge;
      const ttl = `${Math.ceil(challengeLifetimes[purpose] * 1000)}`;
      const words = [id, purpose, session, `${expiresAt}`, JSON.stringify(challenge), ttl];
      await run(put, keysOf(id, session), [...words, `${challengesPerSession}`, one]);
    },
    peek: (...asked) => ask(peek, asked),
    take: (...asked) => ask(take, asked),
  };
}
