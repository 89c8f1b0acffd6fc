// Used assertions in Redis or Valkey, for a portal of several processes. SET with NX is the whole atomicity: the server
// runs one command at a time. A loss of state means that an assertion of the last minute could be used once more.
import type { ReplayMemory } from '../replay-memory.ts';
import { type ConnectionBounds, patienceOf } from './bounds.ts';
import { answered, nonsense } from './faults.ts';
import type { RedisClient } from './redis-scripts.ts';

/** For `assertionVerifier({ bind: 'request', replays })`. Rejects with ERR_MFA_STORE when Redis does not answer in time. */
export function redisReplays(
  client: RedisClient,
  bounds: ConnectionBounds & { readonly prefix?: string } = {},
): ReplayMemory {
  const patience = patienceOf(bounds);
  const prefix = bounds.prefix ?? 'palier:';
  return {
    remember: async (id, until, now) => {
      const kept = `${Math.max(1, Math.ceil(until - now))}`;
      const answer = await answered(
        client.sendCommand(['SET', `${prefix}assertion:${id}`, '1', 'NX', 'PX', kept]),
        patience,
      );
      if (answer !== null && `${answer}` !== 'OK') throw nonsense('answer to SET');
      return answer === null ? 'seen' : 'first';
    },
  };
}
