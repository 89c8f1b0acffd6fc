// For trying observe mode without a key to seal to. Nothing is kept: whom the entries name is nobody's to read later, and a
// memory of them would be a list of persons in the clear.
import type { Ledger } from './entry.ts';

export const noLedger: Ledger = {
  append: async () => undefined,
  probe: async () => undefined,
  close: async () => undefined,
};
