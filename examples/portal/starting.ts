// A small portal for tests: started on a free port of the loopback, with a clock that stands still and a
// mailbox that can be read.

import { randomBytes } from 'node:crypto';
import { type Accounts, createAccounts, examplePassword } from './accounts.ts';
import { createPopulation, type Population } from './population.ts';
import { createPortal } from './portal.ts';
import type { Mail } from './sign-in/password-resets.ts';

/** A portal that is listening. */
export interface StartedPortal {
  readonly port: number;
  readonly persons: Population;
  readonly accounts: Accounts;
  readonly mails: Mail[];
  /** Moves the portal's clock. */
  advance(milliseconds: number): void;
  /** Sends a request and gives its answer, redirects included. */
  ask(target: string, options?: RequestInit & { readonly cookie?: string }): Promise<Response>;
  /** Signs an account in and gives the cookie to send from then on. */
  signIn(login?: string, password?: string): Promise<string>;
  close(): Promise<void>;
}

/** Makes the options of a form post. */
export function form(fields: Readonly<Record<string, string>>): RequestInit {
  return { method: 'POST', body: new URLSearchParams(fields) };
}

/** Makes the options of a JSON post. */
export function jsonPost(value: unknown): RequestInit {
  return { method: 'POST', body: JSON.stringify(value), headers: { 'content-type': 'application/json' } };
}

/** Starts a portal of 20,000 persons and two accounts of each class. */
export async function startPortal(): Promise<StartedPortal> {
  let now = Date.UTC(2026, 2, 10, 8);
  const persons = createPopulation({ size: 20_000, seed: 1 });
  const accounts = createAccounts({ perClass: 2, random: randomBytes });
  const mails: Mail[] = [];
  const mail = (letter: Mail): void => void mails.push(letter);
  const portal = createPortal({ persons, accounts, mail, clock: () => now, random: randomBytes });
  const port = await new Promise<number>((resolve) => {
    portal.server.listen(0, '127.0.0.1', () => {
      const address = portal.server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
  const ask: StartedPortal['ask'] = (target, { cookie, ...options } = {}) => {
    const headers = new Headers(options.headers);
    if (cookie !== undefined) headers.set('cookie', cookie);
    return fetch(`http://127.0.0.1:${port}${target}`, { redirect: 'manual', ...options, headers });
  };
  const signIn: StartedPortal['signIn'] = async (
    login = 'pharmacie-01',
    password = examplePassword(login),
  ) => {
    const answer = await ask('/login', form({ login, password }));
    return answer.headers.get('set-cookie')?.split(';')[0] ?? '';
  };
  const advance = (milliseconds: number): void => {
    now += milliseconds;
  };
  return { port, persons, accounts, mails, advance, ask, signIn, close: portal.close };
}
