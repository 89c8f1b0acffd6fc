// An operator who reads the alerts: some hours after the first one of an account the account is locked, with the command
// that operators have. In between the thief goes on.

import type { StolenAccount } from './attack/stolen-accounts.ts';
import type { Attacker, Stage } from './stage.ts';

/** How an operator reacts. */
export interface Reaction {
  /** Hours from the first alert of an account to its lock. */
  readonly hours: number;
  /** Of ten accounts, for so many somebody reacts at all. */
  readonly inTen: number;
}

const LOOKS_EVERY = 15 * 60_000;
const HOUR = 3_600_000;

/** Somebody who acts in the order of time like the attackers, and locks. */
export function operatorOf(
  { site, meetings }: Stage,
  accounts: readonly StolenAccount[],
  { hours, inTen }: Reaction,
): Attacker & { readonly verify: () => void } {
  const watched = new Set(accounts.filter((_, place) => place % 10 < inTen).map(({ login }) => login));
  const shownWhenLocked = new Map<string, number>();
  return {
    act: async (now) => {
      for (const { account, at } of await site.alerts()) {
        if (!watched.has(account) || now < at + hours * HOUR) continue;
        watched.delete(account);
        await site.lock(account);
        shownWhenLocked.set(account, meetings.of(account, 'shown'));
      }
      return now + LOOKS_EVERY;
    },
    verify: () => {
      if (shownWhenLocked.size === 0) throw new Error('nobody was locked');
      const leaks = [...shownWhenLocked].filter(([login, before]) => meetings.of(login, 'shown') > before);
      if (leaks.length > 0) throw new Error(`${leaks.length} accounts were shown persons after their lock`);
    },
  };
}
