// How often caps refuse honest work, where the gateway enforces: account-days by class, the figure that the fit promises
// (one account-day in 2,000). Each is counted once, whatever the person then tried; in memory, since the process began.
import type { ReachedCap } from './watch.ts';

export interface RefusedDays {
  readonly class: string;
  readonly cap: ReachedCap['cap'];
  readonly accountDays: number;
}

export interface RefusedDayCount {
  /** An account met a cap for the first time today. */
  note(reached: Pick<ReachedCap, 'class' | 'cap'>): void;
  counts(): readonly RefusedDays[];
}

export function createRefusedDayCount(): RefusedDayCount {
  const days = new Map<string, RefusedDays>();
  return {
    note: ({ class: kind, cap }) => {
      const key = `${kind} ${cap}`;
      days.set(key, { class: kind, cap, accountDays: (days.get(key)?.accountDays ?? 0) + 1 });
    },
    counts: () => [...days.values()],
  };
}
