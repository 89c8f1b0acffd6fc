// What the thieves of each account were told. A zero means nothing when they never got as far as the gateway's question.

import type { Met } from './thief.ts';

/** What was met, by account. */
export interface Meetings {
  add(account: string, what: Met): void;
  of(account: string, what: Met): number;
}

export function createMeetings(): Meetings {
  const counts = new Map<string, number>();
  return {
    add: (account, what) => {
      const name = `${account} ${what}`;
      counts.set(name, (counts.get(name) ?? 0) + 1);
    },
    of: (account, what) => counts.get(`${account} ${what}`) ?? 0,
  };
}

/** Throws when the thief of an account was neither shown anybody nor asked for a gesture: he never stood at the gate. */
export function sawEverybodyAtTheGate(meetings: Meetings, accounts: readonly string[]): void {
  const absent = accounts.filter(
    (account) => meetings.of(account, 'shown') + meetings.of(account, 'asked-for-a-gesture') === 0,
  );
  if (absent.length > 0) throw new Error(`never at the gate: ${absent.join(', ')}`);
}
