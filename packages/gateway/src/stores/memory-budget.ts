// Counting in memory: the specification. One process only; check and change happen without an await in between.
import type { Instant } from '@palier/mfa-core';
import type { BudgetStore, Charge } from '../budget/budget-store.ts';
import { type Counts, judge } from '../budget/judge.ts';

/** Each set is kept in the order of last-seen times: a touch moves a record to the end, so the oldest is always first. */
type LastSeen = Map<string, number>;

export function memoryBudgetStore(): BudgetStore {
  const sets = new Map<string, LastSeen>();
  const presences = new Map<string, { spent: number; readonly expiresAt: number }>();
  const counts: Counts = {
    lastSeen: (set, record) => sets.get(set)?.get(record),
    times: (set, since) => timesAfter(sets.get(set), since),
    spent: (proof) => presences.get(proof)?.spent ?? 0,
  };
  return {
    consume: async (charge, now) => {
      const { charged, novel, fresh } = judge(charge, counts, now);
      const granted = charged.outcome === 'granted';
      if (granted || !charge.enforce) mark(sets, presences, charge, novel, fresh, now);
      return { charged, wouldBe: charge.enforce || granted ? undefined : charged };
    },
    left: async (proof, records) => Math.max(0, records - counts.spent(proof)),
    count: async (set, window, now) => timesAfter(sets.get(set), now - window).length,
  };
}

function timesAfter(set: LastSeen | undefined, since: number): readonly number[] {
  return set === undefined ? [] : [...set.values()].filter((at) => at > since);
}

function mark(sets: Map<string, LastSeen>, presences: Map<string, { spent: number; readonly expiresAt: number }>, charge: Charge, novel: readonly string[], fresh: number, now: Instant): void {
  for (const limit of charge.limits) touch(sets, limit.set, charge.records, now, limit.windowMilliseconds);
  if (charge.novelty !== undefined) {
    touch(sets, charge.novelty.known, charge.records, now, charge.novelty.horizonMilliseconds);
    touch(sets, charge.novelty.limit.set, novel, now, charge.novelty.limit.windowMilliseconds);
  }
  if (charge.presence === undefined) return;
  for (const [proof, presence] of presences) {
    if (presence.expiresAt >= now) break;
    presences.delete(proof);
  }
  const spent = (presences.get(charge.presence.proof)?.spent ?? 0) + fresh;
  presences.set(charge.presence.proof, { spent, expiresAt: charge.presence.expiresAt });
}

/** Refreshes the records and forgets what left the window: a set never holds more than its cap and one batch. */
function touch(sets: Map<string, LastSeen>, name: string, records: readonly string[], now: number, window: number): void {
  if (records.length === 0) return;
  const set = sets.get(name) ?? new Map<string, number>();
  sets.set(name, set);
  for (const record of records) {
    set.delete(record);
    set.set(record, now);
  }
  for (const [record, at] of set) {
    if (at > now - window) break;
    set.delete(record);
  }
}
