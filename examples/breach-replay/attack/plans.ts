// The ways of section 4.4 of the study into nineteen accounts, each as what the attackers have in their hands when the
// clock starts. What they get is measured elsewhere.

import { createTransport } from 'nodemailer';
import { type App, enrolApp, enrolKey, type Key, rightOfTicket } from '../factor.ts';
import { createLine, type Line } from '../line.ts';
import { type Attacker, type Stage, THIEVES_ADDRESS } from '../stage.ts';
import { inGroups } from '../traffic/honest.ts';
import { createDraws } from '../traffic/random.ts';
import { addressOf, takenOver, takeOver } from './mailbox.ts';
import { forgeries, openPhishingSite, signedForTheGateway, touchKey, typeCode } from './phishing.ts';
import { signIn } from './script.ts';
import type { StolenAccount } from './stolen-accounts.ts';
import { createThief, type Thief, type ThiefOptions } from './thief.ts';
import { oneByOne } from './wishes.ts';

/** The attackers of a run, and what has to be put away after it. */
export interface Attack {
  readonly attackers: readonly Attacker[];
  /** What must be seen to have happened for the run to mean anything; throws otherwise. */
  readonly verify?: () => void;
  close(): Promise<void>;
}

/** Prepares an attack: what it needs of the past (factors bound, cookies copied) happens now. */
export type Plan = (stage: Stage, accounts: readonly StolenAccount[]) => Promise<Attack>;

/** From 20 to 70 seconds, uneven: no detector of machines sees this hand. The clock moves in steps of ten. */
function hand({ seed }: Stage, { login }: StolenAccount): () => number {
  const draws = createDraws(seed, `thief of ${login}`);
  return () => 10_000 * (2 + draws.below(6));
}

/** A thief at an account as every plan has him: one person after the other, at a human pace. */
export function thiefAt(
  stage: Stage,
  account: StolenAccount,
  own: Pick<ThiefOptions, 'line'> & Partial<ThiefOptions>,
): Thief {
  return createThief({
    account,
    next: oneByOne(stage.next),
    rest: hand(stage, account),
    met: (what) => stage.meetings.add(account.login, what),
    ...own,
  });
}

/** Seeds of codes, cloned: from a backup of a phone, a photographed screen, or every code phished as it is made. */
export const clonedSeeds: Plan = clonedSeedsFor(({ next }) => oneByOne(next));

/** The same, for what thieves ask for at each account. */
export function clonedSeedsFor(wishes: (stage: Stage, account: StolenAccount) => ThiefOptions['next']): Plan {
  return async (stage, accounts) => {
    const apps = await appsOf(stage, accounts);
    return each(stage, accounts, (line, account) =>
      thiefAt(stage, account, {
        line,
        next: wishes(stage, account),
        prove: (own, now) => appOf(apps, account).prove(own, now),
      }),
    );
  };
}

/** Codes typed into a phishing site, at most `most` of each account. */
export function phishedCodes(most: number): Plan {
  return async (stage, accounts) => {
    const apps = await appsOf(stage, accounts);
    const lines = linesOf(stage, accounts);
    const phish = await openPhishingSite((login) => lineOf(lines, login));
    const typed = new Map<string, number>();
    const attackers = accounts.map((account) => {
      const { login } = account;
      const prove = async (_line: Line, now: number): Promise<boolean> => {
        const before = typed.get(login) ?? 0;
        if (before >= most) return false;
        const taken = await typeCode(phish, login, appOf(apps, account), now);
        if (taken) typed.set(login, before + 1);
        return taken;
      };
      return thiefAt(stage, account, { line: lineOf(lines, login), prove });
    });
    return { attackers, close: () => closing(lines.values()).then(phish.stop) };
  };
}

const TOUCHES_EACH = 30;

/** Keys touched at a phishing site: every forgery is tried, thirty times for each account. */
export const phishedKeys: Plan = keysAt(forgeries, TOUCHES_EACH);

/** The same site and the same touches, but the keys sign for the gateway: what the other origin is worth. */
export const keysForTheGateway: Plan = keysAt([signedForTheGateway], Number.POSITIVE_INFINITY);

function keysAt(ways: typeof forgeries, touchesEach: number): Plan {
  return async (stage, accounts) => {
    const lines = linesOf(stage, accounts);
    const phish = await openPhishingSite((login) => lineOf(lines, login));
    const touches = new Map<string, number>();
    const attackers = accounts.map((account) => {
      const { login } = account;
      const prove = async (): Promise<boolean> => {
        const tried = touches.get(login) ?? 0;
        const forgery = ways[tried % ways.length];
        if (tried >= touchesEach || forgery === undefined) return false;
        const key = keyOf(stage, account);
        const status = await touchKey(phish, login, key, forgery, stage.site.origin);
        if (status === undefined) return false;
        touches.set(login, tried + 1);
        return status === 200;
      };
      return thiefAt(stage, account, { line: lineOf(lines, login), prove });
    });
    return {
      attackers,
      verify: () => {
        if (accounts.some(({ login }) => (touches.get(login) ?? 0) < ways.length))
          throw new Error('somebody did not touch a key at the phishing site, or the gateway judged it not');
      },
      close: () => closing(lines.values()).then(phish.stop),
    };
  };
}

/** The mailbox: the password made anew by mail, and every door to a factor tried. */
export const mailboxes: Plan = async (stage, accounts) => {
  const entered = new Set<string>();
  const attack = each(stage, accounts, (line, account) => {
    const thief = thiefAt(stage, account, { line, account: takenOver(account) });
    return entering(stage, { line, account, thief, entered });
  });
  return { ...attack, verify: () => sawAll(entered, accounts) };
};

function sawAll(entered: ReadonlySet<string>, accounts: readonly StolenAccount[]): void {
  if (entered.size !== accounts.length) throw new Error('a mailbox did not open its account');
}

interface Entering {
  readonly line: Line;
  readonly account: StolenAccount;
  readonly thief: Thief;
  readonly entered: Set<string>;
}

/** Lets the portal make a new password first, and goes on as the thief. */
function entering({ site }: Stage, { line, account, thief, entered }: Entering): Attacker {
  return {
    act: async (now) => {
      if (!entered.has(account.login) && (await takeOver(line, account, site.mails.newest)))
        entered.add(account.login);
      return thief.act(now);
    },
  };
}

/** What an operator must not do: the enrolment ticket goes out by mail, and the thief reads it there. */
export const mailedTickets: Plan = async (stage, accounts) => {
  const { site } = stage;
  const keys = new Map<string, Key>();
  const entered = new Set<string>();
  const post = createTransport({ host: '127.0.0.1', port: site.mails.port, ignoreTLS: true });
  const attack = each(stage, accounts, (line, account) => {
    const { login } = account;
    const prove = async (own: Line): Promise<boolean> => {
      const known = keys.get(login);
      if (known !== undefined) return known.prove(own, 0);
      const code = await site.ticketFor(login);
      await post.sendMail({ from: 'guichet@sante.example', to: addressOf(account), text: `ticket ${code}` });
      const ticket = /ticket (\S+)/.exec(site.mails.newest(addressOf(account)) ?? '')?.[1];
      if (ticket === undefined) return false;
      keys.set(login, await enrolKey(own, await rightOfTicket(own, ticket), site.origin));
      return true;
    };
    const thief = thiefAt(stage, account, { line, account: takenOver(account), prove });
    return entering(stage, { line, account, thief, entered });
  });
  return {
    attackers: attack.attackers,
    verify: () => sawAll(entered, accounts),
    close: async () => {
      post.close();
      await attack.close();
    },
  };
};

/** The cookies of a browser, copied right after its owner made a fresh gesture, when the attack begins. */
export const stolenCookies: Plan = async (stage, accounts) => {
  const lines: Line[] = [];
  const attackers = accounts.map((account): Attacker => {
    let thief: Attacker | undefined;
    return {
      act: async (now) => {
        if (thief === undefined) {
          const line = await stolenLine(stage, account);
          lines.push(line);
          const { next } = stage;
          const met: ThiefOptions['met'] = (what) => stage.meetings.add(account.login, what);
          thief = createThief({ line, next: oneByOne(next), rest: hand(stage, account), met });
        }
        return thief.act(now);
      },
    };
  });
  return { attackers, close: () => closing(lines) };
};

async function stolenLine(stage: Stage, account: StolenAccount): Promise<Line> {
  const browser = stage.honest.practices.get(account.login)?.browser(0, 0);
  if (browser === undefined) throw new RangeError('no browser to steal from');
  if (!(await signIn(browser, account)) || !(await keyOf(stage, account).prove(browser, stage.site.now())))
    throw new Error('the owner did not prove');
  return thiefsLine(stage, account, new Map(browser.cookies));
}

/** A key in the attacker's own hand: the insider, or malware whose owner touches the key whenever it is asked. */
export const ownKeys: Plan = (stage, accounts) =>
  Promise.resolve(
    each(stage, accounts, (line, account) =>
      thiefAt(stage, account, { line, prove: (own, now) => keyOf(stage, account).prove(own, now) }),
    ),
  );

/** An attack in which every account has its thief and his one connection. */
export function each(
  stage: Stage,
  accounts: readonly StolenAccount[],
  make: (line: Line, account: StolenAccount) => Attacker,
): Attack {
  const lines: Line[] = [];
  const attackers = accounts.map((account) => {
    const line = thiefsLine(stage, account);
    lines.push(line);
    return make(line, account);
  });
  return { attackers, close: () => closing(lines) };
}

/** A connection of the thief of an account: every byte that comes back is heard. */
export function thiefsLine(
  { site, loot }: Stage,
  { login }: StolenAccount,
  cookies: Map<string, string> = new Map(),
): Line {
  return createLine(site.origin, { loot, account: login, from: THIEVES_ADDRESS, ports: site.ports, cookies });
}

function linesOf(stage: Stage, accounts: readonly StolenAccount[]): ReadonlyMap<string, Line> {
  return new Map(accounts.map((account) => [account.login, thiefsLine(stage, account)]));
}

/** Each account binds an app beside its keys, as accounts do that began with codes. */
export async function appsOf(
  { site }: Stage,
  accounts: readonly StolenAccount[],
): Promise<ReadonlyMap<string, App>> {
  const apps = new Map<string, App>();
  await inGroups(accounts, 20, async (account) => {
    const line = createLine(site.origin, {});
    try {
      await signIn(line, account);
      const right = await rightOfTicket(line, await site.ticketFor(account.login));
      apps.set(account.login, await enrolApp(line, right, site.now()));
    } finally {
      line.close();
    }
  });
  return apps;
}

/** The app of an account. */
export function appOf(apps: ReadonlyMap<string, App>, { login }: StolenAccount): App {
  const app = apps.get(login);
  if (app === undefined) throw new RangeError('an account without an app');
  return app;
}

function keyOf({ honest }: Stage, { login }: StolenAccount): Key {
  const key = honest.practices.get(login)?.keys[0];
  if (key === undefined) throw new RangeError('an account without a key');
  return key;
}

function lineOf(lines: ReadonlyMap<string, Line>, login: string): Line {
  const line = lines.get(login);
  if (line === undefined) throw new RangeError('a login nobody stole');
  return line;
}

async function closing(lines: Iterable<Line>): Promise<void> {
  for (const line of lines) line.close();
}
