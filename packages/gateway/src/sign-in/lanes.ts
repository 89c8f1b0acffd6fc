// In which lanes a guess is counted. A browser that signed the account in before has a lane of its own, which no stranger
// can fill; everybody else shares the lanes of their network. There is no lane in which strangers everywhere stand in one
// line with the honest professional: that would be a lock-out for the price of a script (A134).
import { createHmac } from 'node:crypto';
import type { Secret } from '@palier/mfa-core';
import type { GuessLimit, SignInRule } from '../policy/route.ts';
import type { ClientNetwork } from './client-network.ts';
import type { GuessLane } from './sign-in-store.ts';

/** Whose guess it is. */
export interface Guesser {
  /** What was typed, folded for counting; undefined when nothing was. */
  readonly login: string | undefined;
  readonly network: ClientNetwork | undefined;
  /** Id of the browser, when it signed this login in before. */
  readonly browser: string | undefined;
}

export interface Lanes {
  readonly lanes: readonly GuessLane[];
  /** What a right guess clears, and where it takes only itself back. */
  readonly clear: readonly string[];
  readonly giveBack: readonly string[];
}

const minute = 60_000;
const hour = 60 * minute;
const firstWait = 5000;

/** Name of the lane that counts all of an account's guesses in unknown browsers. It makes nobody wait. */
export function pressureLane(secret: Secret, { kind }: SignInRule, login: string): string {
  return named(secret, kind, 'pressure', login);
}

/** A lane of pressure forgets one guess in so many milliseconds. */
export const pressureLeak: number = 10 * minute;

/** `pressed`: the account is being guessed from many networks. */
export function lanesOf(secret: Secret, rule: SignInRule, guesser: Guesser, pressed: boolean): Lanes {
  const { kind, limits } = rule;
  const { login, network, browser } = guesser;
  if (browser !== undefined && login !== undefined) {
    const name = named(secret, kind, 'browser', browser, login);
    return {
      lanes: [{ name, wait: growing(limits.browser), leak: hour }],
      clear: [name],
      giveBack: [],
    };
  }
  const narrow = network?.narrow ?? 'unknown';
  const shared: GuessLane[] = [];
  if (network !== undefined)
    shared.push({
      name: named(secret, kind, 'network', narrow),
      wait: growing(limits.network),
      leak: minute,
    });
  if (network?.wide !== undefined)
    shared.push({
      name: named(secret, kind, 'wide', network.wide),
      wait: growing({ ...limits.network, free: limits.network.free * 8 }),
      leak: minute / 8,
    });
  if (login === undefined) return { lanes: shared, clear: [], giveBack: shared.map(({ name }) => name) };
  const own = named(secret, kind, 'account', login, narrow);
  const pressure = { name: pressureLane(secret, rule, login), wait: [], leak: pressureLeak };
  const wait = pressed ? [0, limits.account.longest * 1000] : growing(limits.account);
  return {
    lanes: [...shared, { name: own, wait, leak: hour }, pressure],
    // Not cleared: a neighbour who guesses would get new guesses whenever the person signs in.
    clear: [],
    giveBack: [...shared.map(({ name }) => name), own, pressure.name],
  };
}

/** Nothing to wait for while guesses are free, then 5 s, 10 s, 20 s and so on up to the longest. */
export function growing({ free, longest }: GuessLimit): readonly number[] {
  const waits = Array.from({ length: free }, () => 0);
  for (let wait = firstWait; wait < longest * 1000; wait *= 2) waits.push(wait);
  return [...waits, longest * 1000];
}

/** A digest under the gateway's key: who reads the store learns no login and cannot try one out. */
function named(secret: Secret, ...parts: readonly string[]): string {
  const text = JSON.stringify(['sign-in lane', ...parts]);
  return secret.expose((key) => createHmac('sha256', key).update(text).digest('base64url')).slice(0, 32);
}
