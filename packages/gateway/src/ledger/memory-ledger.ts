// A ledger in memory, for trying observe mode without a key and for tests. It forgets with the process and says so.
import type { Ledger, LedgerEntry } from './entry.ts';

/** Keeps the newest `capacity` entries. */
export function memoryLedger(capacity = 100_000): Ledger & { readonly entries: readonly LedgerEntry[] } {
  const entries: LedgerEntry[] = [];
  return {
    entries,
    append: async (entry) => {
      entries.push(entry);
      if (entries.length > capacity) entries.shift();
    },
    probe: async () => undefined,
    close: async () => undefined,
  };
}
