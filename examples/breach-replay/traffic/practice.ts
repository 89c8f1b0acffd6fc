// An honest account over HTTP: its people, each with a key, at their browsers. Signs in with the password when the
// portal wants one, makes a gesture when the gateway asks, and counts what it was asked.

import { examplePassword } from '../../portal/accounts.ts';
import { signIn } from '../attack/script.ts';
import { cardWith } from '../cards/card.ts';
import { enrolKey, type HeldFactor, type Key, rightOfTicket } from '../factor.ts';
import { createLine, type Line, type Reply } from '../line.ts';
import type { Site } from '../site.ts';
import type { Trade } from './classes.ts';
import type { FrictionCount } from './count.ts';
import { type Act, firstDay } from './life.ts';

/** An account at work. */
export interface Practice {
  readonly login: string;
  readonly keys: readonly Key[];
  /** Whom the account was shown so far, by number. */
  readonly shown: ReadonlySet<string>;
  /** The browser of a person; opened when it is first asked for. */
  browser(seat: number, place: number): Line;
  /** Does one act at the site's time. Rejects when an answer makes no sense. */
  perform(act: Act): Promise<void>;
  close(): void;
}

/** Where a practice works. */
export interface Around {
  readonly site: Site;
  readonly count: FrictionCount;
  readonly nirOf: (person: number) => string;
}

const DAY = 86_400_000;
const HONEST_ADDRESS = '127.0.0.1';

/** Binds a key for each person, with a ticket each, and opens the practice. */
export async function openPractice(login: string, trade: Trade, around: Around): Promise<Practice> {
  const { site } = around;
  const keys: Key[] = [];
  for (let seat = 0; seat < trade.seats; seat += 1) keys.push(await bound(login, site));
  // A card is one person's: who shares an account keeps to the keys.
  const card = trade.seats === 1 ? await site.cards?.of(login) : undefined;
  const factors: readonly HeldFactor[] = card === undefined ? keys : [cardWith(card)];
  const lines = new Map<string, Line>();
  const browser = (seat: number, place: number): Line => {
    const name = `${seat} ${place}`;
    const known = lines.get(name) ?? createLine(site.origin, { from: HONEST_ADDRESS });
    lines.set(name, known);
    return known;
  };
  const shown = new Set<string>();
  const perform = async (act: Act): Promise<void> => {
    const line = browser(act.seat, act.place);
    if (act.kind === 'look-up') {
      if (await lookUp(line, act, factors, trade, around)) shown.add(around.nirOf(act.person));
      return;
    }
    // Only who was there that morning signs out.
    if (line.cookies.size > 0) await line.post('/logout', {});
  };
  return {
    login,
    keys,
    shown,
    browser,
    perform,
    close: () => {
      for (const line of lines.values()) line.close();
    },
  };
}

async function bound(login: string, site: Site): Promise<Key> {
  const line = createLine(site.origin, { from: HONEST_ADDRESS });
  try {
    if (!(await signIn(line, { login, password: examplePassword(login) })))
      throw new Error('the portal does not know an honest account');
    return await enrolKey(line, await rightOfTicket(line, await site.ticketFor(login)), site.origin);
  } finally {
    line.close();
  }
}

/** True when the person was shown. */
async function lookUp(
  line: Line,
  act: Act,
  factors: readonly HeldFactor[],
  trade: Trade,
  { site, count, nirOf }: Around,
): Promise<boolean> {
  const { login, seat, person } = act;
  const day = Math.floor((act.at - firstDay) / DAY);
  count.lookUp(trade.class, login, seat, day);
  // Sign in, make a gesture, make another: more rounds than these would be a loop.
  for (let round = 0; round < 5; round += 1) {
    const reply = await line.send(`/api/patients/${nirOf(person)}`, {
      headers: { accept: 'application/json' },
    });
    if (reply.status === 200) {
      count.shown(trade.class);
      return true;
    }
    if (isRefusal(reply)) break;
    if (reply.status !== 401) throw new Error(`an honest look-up got ${reply.status}`);
    if (!asksGesture(reply)) await signIn(line, { login, password: examplePassword(login) });
    else {
      count.gesture(trade.class);
      if ((await factors[seat]?.prove(line, site.now())) !== true)
        throw new Error('the gateway did not take an honest gesture');
    }
  }
  // Refused; or an alarm of this very instant asks for a proof made after it, and the clock stands: the person gives up.
  count.refusal(trade.class, login, day);
  return false;
}

/** Whether the gateway asks for a gesture (RFC 9470), and not for the portal's password. */
export function asksGesture({ headers }: Reply): boolean {
  return (headers['www-authenticate'] ?? '').includes('insufficient_user_authentication');
}

function isRefusal({ status }: Reply): boolean {
  return status === 429 || status === 403;
}
