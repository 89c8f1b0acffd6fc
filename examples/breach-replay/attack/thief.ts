// One stolen account in a thief's hands: asks for one person after the other at a human pace, signs in again when the
// portal wants it, proves when he can, and tries again later when he is told to wait. He knows how the gateway works.

import type { Line, Reply } from '../line.ts';
import { asksGesture } from '../traffic/practice.ts';
import { signIn } from './script.ts';
import type { StolenAccount } from './stolen-accounts.ts';

/** A thief at one account. */
export interface Thief {
  /** One go of his: look-ups until his pace is used up or he is stopped. Answers when the next is due. */
  act(now: number): Promise<number>;
}

/** What he has. */
export interface ThiefOptions {
  readonly line: Line;
  /** The password, when he has it. */
  readonly account?: StolenAccount;
  /** Makes a gesture the gateway takes, when he can; false when it did not. */
  readonly prove?: (line: Line, now: number) => Promise<boolean>;
  /** The next number of his list. */
  readonly next: () => string;
  /** Look-ups of one go; one if not given. */
  readonly pace?: number;
  /** Milliseconds from one go to the next; if not given a minute. */
  readonly rest?: () => number;
  readonly route?: (number: string) => string;
}

const MINUTE = 60_000;
/** How long he waits after being stopped: a window that slides may have let go of something. */
const WAIT = 15 * MINUTE;

export function createThief(options: ThiefOptions): Thief {
  const {
    line,
    next,
    pace = 1,
    rest = () => MINUTE,
    route = (number) => `/api/patients/${number}`,
  } = options;
  let wanted: string | undefined;
  return {
    async act(now) {
      for (let done = 0; done < pace; ) {
        wanted ??= next();
        const reply = await line.send(route(wanted), { headers: { accept: 'application/json' } });
        if (reply.status === 200) {
          wanted = undefined;
          done += 1;
        } else if (!(await overcome(options, reply, now))) {
          return now + WAIT;
        }
      }
      return now + rest();
    },
  };
}

/** Does what the answer asks for; false when he cannot, or when only time would help. */
async function overcome({ line, account, prove }: ThiefOptions, reply: Reply, now: number): Promise<boolean> {
  if (reply.status !== 401) return false;
  if (asksGesture(reply)) return (await prove?.(line, now)) ?? false;
  return account === undefined ? false : signIn(line, account);
}
