// The ways of section 4.4 of the study into nineteen accounts, each as what the attackers have in their hands when the
// clock starts. What they get is measured elsewhere.

import { type App, enrolApp, enrolKey, type Key } from '../factor.ts';
import { createLine, type Line } from '../line.ts';
import { type Attacker, type Stage, THIEVES_ADDRESS } from '../stage.ts';
import { inGroups } from '../traffic/honest.ts';
import { createDraws } from '../traffic/random.ts';
import { takenOver, takeOver } from './mailbox.ts';
import { forgeries, openPhishingSite, touchKey, typeCode } from './phishing.ts';
import { signIn } from './script.ts';
import type { StolenAccount } from './stolen-accounts.ts';
import { createThief } from './thief.ts';

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
export function hand({ seed }: Stage, { login }: StolenAccount): () => number {
  const draws = createDraws(seed, `thief of ${login}`);
  return () => 10_000 * (2 + draws.below(6));
}

/** Seeds of codes, cloned: from a backup of a phone, a photographed screen, or every code phished as it is made. */
export const clonedSeeds: Plan = async (stage, accounts) => {
  const apps = await appsOf(stage, accounts);
  return each(stage, accounts, (line, account) =>
    createThief({
      line,
      account,
      next: stage.next,
      rest: hand(stage, account),
      prove: (own, now) => appOf(apps, account).prove(own, now),
    }),
  );
};

/** Codes typed into a phishing site, at most `most` of each account. */
export function phishedCodes(most: number): Plan {
  return async (stage, accounts) => {
    const apps = await appsOf(stage, accounts);
    const lines = new Map(accounts.map(({ login }) => [login, thiefsLine(stage)]));
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
      return createThief({
        line: lineOf(lines, login),
        account,
        next: stage.next,
        rest: hand(stage, account),
        prove,
      });
    });
    return { attackers, close: () => closing(lines.values()).then(phish.stop) };
  };
}

/** Keys touched at a phishing site: every forgery is tried, thirty times for each account. */
export const phishedKeys: Plan = async (stage, accounts) => {
  const lines = new Map(accounts.map(({ login }) => [login, thiefsLine(stage)]));
  const phish = await openPhishingSite((login) => lineOf(lines, login));
  const touches = new Map<string, number>();
  const attackers = accounts.map((account) => {
    const { login } = account;
    const prove = async (): Promise<boolean> => {
      const tried = touches.get(login) ?? 0;
      const forgery = forgeries[tried % forgeries.length];
      if (tried >= 30 || forgery === undefined) return false;
      touches.set(login, tried + 1);
      return touchKey(phish, login, keyOf(stage, account), forgery, stage.site.origin);
    };
    return createThief({
      line: lineOf(lines, login),
      account,
      next: stage.next,
      rest: hand(stage, account),
      prove,
    });
  });
  return {
    attackers,
    verify: () => {
      if (accounts.some(({ login }) => (touches.get(login) ?? 0) === 0))
        throw new Error('nobody touched a key at the phishing site');
    },
    close: () => closing(lines.values()).then(phish.stop),
  };
};

/** The mailbox: the password made anew by mail, and every door to a factor tried. */
export const mailboxes: Plan = async (stage, accounts) => {
  const entered = new Set<string>();
  const attack = each(stage, accounts, (line, account) => {
    const thief = createThief({
      line,
      account: takenOver(account),
      next: stage.next,
      rest: hand(stage, account),
    });
    return {
      act: async (now) => {
        if (!entered.has(account.login) && (await takeOver(line, account, stage.site.mails.newest)))
          entered.add(account.login);
        return thief.act(now);
      },
    };
  });
  return {
    ...attack,
    verify: () => {
      if (entered.size !== accounts.length) throw new Error('a mailbox did not open its account');
    },
  };
};

/** What an operator must not do: the enrolment ticket goes out by mail, and the thief reads it. */
export const mailedTickets: Plan = async (stage, accounts) => {
  const keys = new Map<string, Key>();
  return each(stage, accounts, (line, account) =>
    createThief({
      line,
      account,
      next: stage.next,
      rest: hand(stage, account),
      prove: async (own) => {
        const known = keys.get(account.login);
        if (known !== undefined) return known.prove(own, 0);
        const ticket = await stage.site.ticketFor(account.login);
        keys.set(account.login, await enrolKey(own, ticket, stage.site.origin));
        return true;
      },
    }),
  );
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
          thief = createThief({ line, next: stage.next, rest: hand(stage, account) });
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
  const cookies = new Map(browser.cookies);
  return createLine(stage.site.origin, { loot: stage.loot, from: THIEVES_ADDRESS, cookies });
}

/** A key in the attacker's own hand: the insider, or malware whose owner touches the key whenever it is asked. */
export const ownKeys: Plan = (stage, accounts) =>
  Promise.resolve(
    each(stage, accounts, (line, account) =>
      createThief({
        line,
        account,
        next: stage.next,
        rest: hand(stage, account),
        prove: (own, now) => keyOf(stage, account).prove(own, now),
      }),
    ),
  );

function each(
  stage: Stage,
  accounts: readonly StolenAccount[],
  make: (line: Line, account: StolenAccount) => Attacker,
): Attack {
  const lines = accounts.map(() => thiefsLine(stage));
  const attackers = accounts.map((account, place) => make(lines[place] ?? thiefsLine(stage), account));
  return { attackers, close: () => closing(lines) };
}

function thiefsLine({ site, loot }: Stage): Line {
  return createLine(site.origin, { loot, from: THIEVES_ADDRESS, ports: site.ports });
}

/** Each account binds an app beside its keys, as accounts do that began with codes. */
async function appsOf(
  { site }: Stage,
  accounts: readonly StolenAccount[],
): Promise<ReadonlyMap<string, App>> {
  const apps = new Map<string, App>();
  await inGroups(accounts, 20, async (account) => {
    const line = createLine(site.origin, {});
    try {
      await signIn(line, account);
      apps.set(account.login, await enrolApp(line, await site.ticketFor(account.login), site.now()));
    } finally {
      line.close();
    }
  });
  return apps;
}

function appOf(apps: ReadonlyMap<string, App>, { login }: StolenAccount): App {
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
