// One stolen account in a thief's hands: asks for one person after the other at a human pace, signs in again when the
// portal wants it, proves when he can, and comes back when a window that slides has let go of somebody. He knows how the
// gateway works.

import type { Line, Reply } from '../line.ts';
import { asksGesture } from '../traffic/practice.ts';
import { signIn } from './script.ts';
import type { StolenAccount } from './stolen-accounts.ts';

/** A thief at one account. */
export interface Thief {
  /** One go of his: look-ups until his pace is used up or he is stopped. Answers when the next is due. */
  act(now: number): Promise<number>;
}

/** What the other side told him: shown somebody, asked for a gesture, or anything else. */
export type Met = 'shown' | 'asked-for-a-gesture' | 'refused';

/** One thing to ask for. */
export interface Wish {
  readonly target: string;
  readonly method?: string;
  readonly body?: string;
}

/** What he has. */
export interface ThiefOptions {
  readonly line: Line;
  /** The password, when he has it. */
  readonly account?: StolenAccount;
  /** Makes a gesture the gateway takes, when he can; false when it did not. */
  readonly prove?: (line: Line, now: number) => Promise<boolean>;
  /** What he asks for next: somebody on his list. */
  readonly next: () => Wish;
  /** Look-ups of one go; one if not given. */
  readonly pace?: number;
  /** Milliseconds from one go to the next; if not given a minute. */
  readonly rest?: () => number;
  /** Told of every answer to a look-up: a run in which nobody got as far as the gateway's question means nothing. */
  readonly met?: (what: Met) => void;
}

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;
/** How long he waits after being stopped, when nothing tells him how long. */
const WAIT = 15 * MINUTE;
/** And at most, when he knows that the day's windows are full. */
const LONGEST_WAIT = 120 * MINUTE;

export function createThief(options: ThiefOptions): Thief {
  const { line, next, pace = 1, rest = () => MINUTE, met = () => {} } = options;
  const shownAt: number[] = [];
  let wanted: Wish | undefined;
  return {
    async act(now) {
      let hasProved = false;
      for (let done = 0; done < pace; ) {
        wanted ??= next();
        const reply = await line.send(wanted.target, errand(wanted));
        met(whatMet(reply));
        if (reply.status === 200) {
          wanted = undefined;
          done += 1;
          shownAt.push(now);
          continue;
        }
        const overcame = await overcome(options, reply, now);
        // Somebody else next time: what is refused for itself, such as too long a list, is refused again.
        if (!overcame) wanted = undefined;
        if (!overcame) return now + waiting(shownAt, now, hasProved || reply.status === 429);
        hasProved ||= asksGesture(reply);
      }
      return now + rest();
    },
  };
}

function errand({ method = 'GET', body }: Wish): Parameters<Line['send']>[1] {
  const headers = { accept: 'application/json' };
  if (body === undefined) return { method, headers };
  return { method, body, headers: { ...headers, 'content-type': 'application/json' } };
}

function whatMet(reply: Reply): Met {
  if (reply.status === 200) return 'shown';
  return reply.status === 401 && asksGesture(reply) ? 'asked-for-a-gesture' : 'refused';
}

/** Stopped by a cap he comes back when his first look-up of the last 24 hours leaves the window. */
function waiting(shownAt: number[], now: number, byCap: boolean): number {
  while (shownAt[0] !== undefined && shownAt[0] + DAY <= now) shownAt.shift();
  const [first] = shownAt;
  if (!byCap || first === undefined) return WAIT;
  return Math.min(LONGEST_WAIT, Math.max(MINUTE, first + DAY - now));
}

/** Does what the answer asks for; false when he cannot, or when only time would help. */
async function overcome({ line, account, prove }: ThiefOptions, reply: Reply, now: number): Promise<boolean> {
  if (reply.status !== 401) return false;
  if (asksGesture(reply)) return (await prove?.(line, now)) ?? false;
  return account === undefined ? false : signIn(line, account);
}
