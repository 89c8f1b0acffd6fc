// Counters of guesses in Redis. They have no time to live, so that neither waiting nor a `volatile-` eviction policy can
// drop a victim's count (A130); an account has two of about 100 bytes, and a right answer deletes them.
import type { AttemptLane, AttemptStore, Reservation } from '../stores.ts';
import { instantOf } from '../time.ts';
import { nonsense } from './faults.ts';
import { type RunScript, scriptOf } from './redis-scripts.ts';

/** Keys: the lane. Values: ceiling, now, then the waits. Numbers are written out: Lua would shorten them to 1.7e+12. */
const reserve = scriptOf(`
local found = redis.call('HMGET', KEYS[1], 'failures', 'until')
local failures, now = tonumber(found[1] or '0'), tonumber(ARGV[2])
if failures >= tonumber(ARGV[1]) then return {'ceiling'} end
if now < tonumber(found[2] or '0') then return {'wait', found[2]} end
failures = failures + 1
local waits = #ARGV - 2
local wait = waits > 0 and tonumber(ARGV[3 + math.min(failures, waits - 1)]) or 0
local kept = string.format('%.0f', failures)
redis.call('HSET', KEYS[1], 'failures', kept)
if wait > 0 then redis.call('HSET', KEYS[1], 'until', string.format('%.0f', math.ceil(now + wait))) end
return {'granted', kept}`);

const clear = scriptOf(`return redis.call('DEL', KEYS[1])`);

const count = scriptOf(`return redis.call('HGET', KEYS[1], 'failures')`);

export function redisAttempts(run: RunScript, prefix: string): AttemptStore {
  const keyOf = ({ kind, account }: AttemptLane): string => `${prefix}attempts:${kind}:${account}`;
  return {
    reserve: async (lane, wait, ceiling, now) => {
      const values = [ceiling, now, ...wait].map((value) => `${value}`);
      return reservationOf(await run(reserve, [keyOf(lane)], values));
    },
    clear: async (lane) => {
      await run(clear, [keyOf(lane)], []);
    },
    count: async (lane) => Number((await run(count, [keyOf(lane)], [])) ?? 0),
  };
}

function reservationOf(answer: unknown): Reservation {
  const [outcome, number]: readonly unknown[] = Array.isArray(answer) ? answer : [];
  if (outcome === 'granted') return { outcome, failures: Number(number) };
  if (outcome === 'wait') return { outcome, until: instantOf(Number(number)) };
  if (outcome === 'ceiling') return { outcome };
  throw nonsense('attempt');
}
