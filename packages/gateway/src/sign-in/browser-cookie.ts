// The cookie by which a browser is known that signed an account in before. It opens nothing: it only gives the browser a
// lane of its own for guesses at that account, and spares the person the notice of a new browser (A203).
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Clock, Random, Secret } from '@palier/mfa-core';
import { cookieValue } from '../request/cookies.ts';

/** Begins like the session's, so that it never reaches the portal and the portal can never set it. */
export const browserCookie = '__Host-palier-browser';

export interface KnownBrowser {
  readonly id: string;
  /** Digest of a login, and the day it last signed in here. */
  readonly logins: readonly (readonly [digest: string, day: number])[];
}

/** After so many days without a sign-in a browser is a new one again; the same browser knows so many accounts. */
const days = 180;
const mostLogins = 10;
const dayMilliseconds = 86_400_000;

export interface BrowserCookies {
  /** The browser behind a Cookie header; undefined for none, a forged and an old one. */
  read(header: string | undefined): KnownBrowser | undefined;
  knows(browser: KnownBrowser | undefined, login: string): boolean;
  /** The Set-Cookie line after a sign-in here. */
  with(browser: KnownBrowser | undefined, login: string): string;
}

export function createBrowserCookies(secret: Secret, clock: Clock, random: Random): BrowserCookies {
  const mac = (purpose: string, text: string): Buffer =>
    secret.expose((key) =>
      createHmac('sha256', key)
        .update(JSON.stringify([purpose, text]))
        .digest(),
    );
  const digestOf = (login: string): string =>
    mac('browser login', login).subarray(0, 12).toString('base64url');
  const today = (): number => Math.floor(clock.now() / dayMilliseconds);
  const recent = ([, day]: readonly [string, number]): boolean => day > today() - days && day <= today() + 1;
  return {
    read: (header) => {
      const value = cookieValue(header, browserCookie);
      const [id = '', logins = '', sum = '', ...more] = value === undefined ? [] : value.split('.');
      if (more.length > 0 || !/^bro_[A-Za-z0-9_-]{22}$/.test(id)) return undefined;
      const given = Buffer.from(sum, 'base64url');
      const right = mac('browser cookie', `${id}.${logins}`);
      if (given.length !== right.length || !timingSafeEqual(given, right)) return undefined;
      return { id, logins: entriesIn(logins).filter(recent) };
    },
    knows: (browser, login) => browser?.logins.some(([digest]) => digest === digestOf(login)) ?? false,
    with: (browser, login) => {
      const digest = digestOf(login);
      const others = (browser?.logins ?? []).filter(([one]) => one !== digest);
      const logins = [[digest, today()] as const, ...others].slice(0, mostLogins);
      const id = browser?.id ?? `bro_${Buffer.from(random(16)).toString('base64url')}`;
      const text = `${id}.${logins.map(([one, day]) => `${one}${day.toString(36).padStart(4, '0')}`).join('')}`;
      const sum = mac('browser cookie', text).toString('base64url');
      return `${browserCookie}=${text}.${sum}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=${days * 86_400}`;
    },
  };
}

/** Sixteen letters of digest and four of day, again and again. */
function entriesIn(text: string): KnownBrowser['logins'] {
  const entries = text.match(/.{20}/gs) ?? [];
  return entries.map((entry) => [entry.slice(0, 16), Number.parseInt(entry.slice(16), 36)] as const);
}
