// What a phished code is worth to somebody who binds a factor of his own with it, at an account that holds no key: another
// app at once, and a key only where the configuration says after how long. An account that holds a key gives a code no
// such right.

import { type App, enrolApp, enrolKey, isTooWeakForKey, type Key, rightOfProof } from '../factor.ts';
import type { Line } from '../line.ts';
import { appOf, appsOf, each, type Plan, thiefAt } from './plans.ts';

/** One code each, and with it an app of the thief's own. */
export const appsBoundByCodes: Plan = async (stage, accounts) => {
  const apps = await appsOf(stage, accounts);
  const own = new Map<string, App>();
  const attack = each(stage, accounts, (line, account) => {
    let isTyped = false;
    const prove = async (through: Line, now: number): Promise<boolean> => {
      const known = own.get(account.login);
      if (known !== undefined) return known.prove(through, now);
      if (isTyped) return false;
      isTyped = await appOf(apps, account).prove(through, now);
      const right = isTyped ? await rightOfProof(through) : undefined;
      if (right !== undefined) own.set(account.login, await enrolApp(through, right, now));
      return isTyped;
    };
    return thiefAt(stage, account, { line, prove });
  });
  return {
    ...attack,
    verify: () => {
      if (own.size !== accounts.length) throw new Error('a code did not bind another app');
    },
  };
};

/** Every code, and after each the thief asks for a key of his own with what the code earned him. */
export const keysTriedByCodes: Plan = async (stage, accounts) => {
  const apps = await appsOf(stage, accounts);
  const refused = new Set<string>();
  const attack = each(stage, accounts, (line, account) => {
    const prove = async (through: Line, now: number): Promise<boolean> => {
      if (!(await appOf(apps, account).prove(through, now))) return false;
      const right = await rightOfProof(through);
      if (right === undefined || !(await isTooWeakForKey(through, right)))
        throw new Error('a code was not refused a key for being a code');
      refused.add(account.login);
      return true;
    };
    return thiefAt(stage, account, { line, prove });
  });
  return {
    ...attack,
    verify: () => {
      if (refused.size !== accounts.length) throw new Error('somebody asked for no key with a code');
    },
  };
};

/** Where the configuration lets a code bind a key: every code, and with the first a key of the thief's own, which he touches as soon as it counts. */
export const keysBoundByCodes: Plan = async (stage, accounts) => {
  const apps = await appsOf(stage, accounts);
  const own = new Map<string, Key>();
  const attack = each(stage, accounts, (line, account) => {
    const { login } = account;
    const prove = async (through: Line, now: number): Promise<boolean> => {
      if ((await own.get(login)?.prove(through, now)) === true) return true;
      if (!(await appOf(apps, account).prove(through, now))) return false;
      const right = own.has(login) ? undefined : await rightOfProof(through);
      if (right !== undefined) own.set(login, await enrolKey(through, right, stage.site.origin));
      return true;
    };
    return thiefAt(stage, account, { line, prove });
  });
  return {
    ...attack,
    verify: () => {
      if (own.size !== accounts.length) throw new Error('a code did not bind a key');
    },
  };
};
