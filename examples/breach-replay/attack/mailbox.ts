// What the thief does with the mailbox of an account: lets the portal send a new password, and tries to make a
// second factor out of it. The portal sends its mails by SMTP, to a server whose mailboxes the thief reads.

import type { Line } from '../line.ts';
import { signIn } from './script.ts';
import type { StolenAccount } from './stolen-accounts.ts';

/** Reads the newest mail to an address; undefined when there is none. */
export type ReadMailbox = (address: string) => string | undefined;

/** Where mails to an account go. */
export function addressOf({ login }: StolenAccount): string {
  return `${login}@sante.example`;
}

const THIEFS_PASSWORD = 'a password the thief chose';

/** The account as the thief signs in to it once he has made its password anew. */
export function takenOver({ login }: StolenAccount): StolenAccount {
  return { login, password: THIEFS_PASSWORD };
}

const PATIENCE_MILLISECONDS = 20_000;

/** Takes the account over through its mailbox and tries every way to a factor; true when the portal let him in. */
export async function takeOver(line: Line, account: StolenAccount, read: ReadMailbox): Promise<boolean> {
  const address = addressOf(account);
  await line.post('/mot-de-passe-oublie', { email: address });
  const link = await arrival(() => read(address));
  if (link === undefined) return false;
  await line.post(link, { password: THIEFS_PASSWORD });
  const inside = await signIn(line, takenOver(account));
  await seekFactor(line);
  return inside;
}

// Every address below /.palier/ that could give a right, a factor or a proof to who has none of them.
async function seekFactor(line: Line): Promise<void> {
  await line.send('/.palier/step-up', { headers: { accept: 'text/html' } });
  await line.post('/.palier/enrol/ticket', { ticket: 'tkt-00000-00000-00000-00000' });
  await line.post('/.palier/enrol/factor', {});
  await line.post('/.palier/enrol/totp', { right: 'chl_' });
  await line.post('/.palier/step-up/totp', { code: '000000' });
  await line.post('/.palier/step-up/recovery-code', { code: '0000-0000' });
}

async function arrival(read: () => string | undefined): Promise<string | undefined> {
  const until = performance.now() + PATIENCE_MILLISECONDS;
  while (read() === undefined && performance.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return read();
}
