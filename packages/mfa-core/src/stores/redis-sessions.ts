// Sessions in Redis: a hash for each digest, and for each account the set of its digests. Both go by themselves after
// the time sessions are kept, counted anew at an elevation.
import type { AccountId, TokenDigest } from '../ids.ts';
import type { Session } from '../session.ts';
import type { SessionStore } from '../stores.ts';
import { sessionOf } from './documents.ts';
import { nonsense } from './faults.ts';
import { type RunScript, scriptOf } from './redis-scripts.ts';

/** Keys: session, account's set. Values: digest, id, seen, document, ttl. */
const write = `
redis.call('HSET', KEYS[1], 'id', ARGV[2], 'seen', ARGV[3], 'document', ARGV[4])
redis.call('PEXPIRE', KEYS[1], ARGV[5])
redis.call('SADD', KEYS[2], ARGV[1])
redis.call('PEXPIRE', KEYS[2], ARGV[5])
return 1`;

const create = scriptOf(write);

/** One more key, the old session, and one more value, its digest. */
const replace = scriptOf(`
if redis.call('DEL', KEYS[3]) == 0 then return 0 end
redis.call('SREM', KEYS[2], ARGV[6])
${write}`);

const load = scriptOf(`return redis.call('HMGET', KEYS[1], 'seen', 'document')`);

const touch = scriptOf(`
local seen = redis.call('HGET', KEYS[1], 'seen')
if seen and tonumber(seen) < tonumber(ARGV[1]) then redis.call('HSET', KEYS[1], 'seen', ARGV[1]) end
return 1`);

/** Keys: account's set. Values: prefix. Digests whose session has gone by itself leave the set. */
const list = scriptOf(`
local all = {}
for _, digest in ipairs(redis.call('SMEMBERS', KEYS[1])) do
  local found = redis.call('HMGET', ARGV[1] .. digest, 'seen', 'document')
  if found[2] then all[#all + 1] = found else redis.call('SREM', KEYS[1], digest) end
end
return all`);

/** Keys: account's set. Values: prefix, 'all' or 'named', then the names. */
const end = scriptOf(`
local named, count = {}, 0
for index = 3, #ARGV do named[ARGV[index]] = true end
for _, digest in ipairs(redis.call('SMEMBERS', KEYS[1])) do
  local id = redis.call('HGET', ARGV[1] .. digest, 'id')
  if id and (ARGV[2] == 'all' or named[id]) then
    redis.call('DEL', ARGV[1] .. digest)
    count = count + 1
  end
  if not id or ARGV[2] == 'all' or named[id] then redis.call('SREM', KEYS[1], digest) end
end
return count`);

/** Sessions that go `kept` milliseconds after they were opened or elevated. */
export function redisSessions(run: RunScript, prefix: string, kept: number): SessionStore {
  const one = `${prefix}session:`;
  const setOf = (account: AccountId): string => `${prefix}sessions:${account}`;
  const wordsOf = (digest: TokenDigest, session: Session): readonly string[] => [
    digest,
    session.id,
    `${session.seenAt}`,
    JSON.stringify(session),
    `${Math.ceil(kept)}`,
  ];
  return {
    create: async (digest, session) => {
      await run(create, [one + digest, setOf(session.account)], wordsOf(digest, session));
    },
    load: async (digest) => rowOf(await run(load, [one + digest], [])),
    replace: async (from, to, session) => {
      const keys = [one + to, setOf(session.account), one + from];
      return (await run(replace, keys, [...wordsOf(to, session), from])) === 1 ? 'replaced' : 'gone';
    },
    touch: async (digest, seenAt) => {
      await run(touch, [one + digest], [`${seenAt}`]);
    },
    list: async (account) => {
      const rows = await run(list, [setOf(account)], [one]);
      if (!Array.isArray(rows)) throw nonsense('session');
      const sessions = rows.flatMap((row) => rowOf(row) ?? []);
      return sessions.sort((a, b) => b.openedAt - a.openedAt);
    },
    end: async (account, which) => {
      const words = which === 'all' ? ['all'] : ['named', ...which];
      return Number(await run(end, [setOf(account)], [one, ...words]));
    },
  };
}

/** The session of a pair of last use and document; a pair of nothing is none. */
function rowOf(pair: unknown): Session | undefined {
  if (!Array.isArray(pair)) throw nonsense('session');
  const [seen, document]: readonly unknown[] = pair;
  return document === null ? undefined : sessionOf({ seen_at: seen, document });
}
