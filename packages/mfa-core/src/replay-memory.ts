// Which bound assertions were used already: one port of one verb. In memory for one process; the redis store has one for
// several. A memory that does not answer rejects, and then nothing passes.
import type { Instant } from './time.ts';

/** A memory of used assertions. */
export interface ReplayMemory {
  /**
   * Remembers an id until `until`, a little after its assertion expires. Of concurrent callers with one id, in all
   * processes that share the memory, exactly one gets `first`. Rejects when it does not know.
   */
  remember(id: string, until: Instant, now: Instant): Promise<'first' | 'seen'>;
}

/** Of this process only: of several processes behind one address each would take an assertion once. */
export function memoryReplays(): ReplayMemory {
  const seen = new Map<string, Instant>();
  return {
    remember: async (id, until, now) => {
      for (const [old, forgotten] of seen) {
        if (forgotten > now) break;
        seen.delete(old);
      }
      if (seen.has(id)) return 'seen';
      seen.set(id, until);
      return 'first';
    },
  };
}
