// What every keeper of sign-ins must do, races included. `salt` makes the names of a case its own.
import { strictEqual as equal, deepStrictEqual as same } from 'node:assert';
import { type AccountId, type Instant, instantOf } from '@palier/mfa-core';
import type { GuessLane, GuessReserved, SignInStores } from './sign-in-store.ts';

export interface SignInCase {
  readonly name: string;
  /** `race`: a store that checks, awaits and then counts fails it. */
  readonly kind: 'single' | 'race';
  readonly run: (stores: SignInStores, salt: string) => Promise<void>;
}

const start: Instant = instantOf(Date.UTC(2026, 0, 5, 8));
const at = (later: number): Instant => instantOf(start + later);
const hour = 3_600_000;

/** Three guesses for nothing, then 5 s, then 10 s each; one is forgotten an hour. */
function laneOf(name: string): GuessLane {
  return { name, wait: [0, 0, 0, 5000, 10_000], leak: hour };
}

const granted: GuessReserved = { outcome: 'granted' };
const until = (later: number): GuessReserved => ({ outcome: 'wait', until: at(later) });

function hundred<T>(act: (index: number) => Promise<T>): Promise<readonly T[]> {
  return Promise.all(Array.from({ length: 100 }, (_, index) => act(index)));
}

const countOf = (all: readonly GuessReserved[]): number =>
  all.filter(({ outcome }) => outcome === 'granted').length;

export const signInContract: readonly SignInCase[] = [
  {
    name: 'guesses are granted while there is nothing to wait for, then the waits grow, and the last holds for all beyond',
    kind: 'single',
    run: async ({ guesses }, salt) => {
      const lane = laneOf(`a ${salt}`);
      for (let guess = 1; guess <= 3; guess += 1) same(await guesses.reserve([lane], at(0)), granted);
      same(await guesses.reserve([lane], at(4999)), until(5000));
      equal(await guesses.level(lane.name, lane.leak, at(4999)), 3);
      same(await guesses.reserve([lane], at(5000)), granted);
      same(await guesses.reserve([lane], at(14_999)), until(15_000));
      same(await guesses.reserve([lane], at(15_000)), granted);
      same(await guesses.reserve([lane], at(24_999)), until(25_000));
    },
  },
  {
    name: 'one guess is forgotten after each leak, and none by a clock that steps back',
    kind: 'single',
    run: async ({ guesses }, salt) => {
      const lane = laneOf(`a ${salt}`);
      for (let guess = 1; guess <= 3; guess += 1) await guesses.reserve([lane], at(0));
      for (const [later, level] of [
        [-hour, 3],
        [hour - 1, 3],
        [hour, 2],
        [3 * hour - 1, 1],
        [3 * hour, 0],
        [400 * 24 * hour, 0],
      ] as const)
        equal(await guesses.level(lane.name, lane.leak, at(later)), level);
      same(await guesses.reserve([lane], at(2.5 * hour)), granted);
      equal(await guesses.level(lane.name, lane.leak, at(2.5 * hour)), 2);
      equal(await guesses.level(lane.name, lane.leak, at(3 * hour)), 1);
    },
  },
  {
    name: 'a guess counts in all of its lanes or in none, and the longest wait is told',
    kind: 'single',
    run: async ({ guesses }, salt) => {
      const [narrow, wide] = [laneOf(`narrow ${salt}`), { ...laneOf(`wide ${salt}`), wait: [0, 60_000] }];
      same(await guesses.reserve([narrow, wide], at(0)), granted);
      for (const later of [0, 1, 59_999])
        same(await guesses.reserve([narrow, wide], at(later)), until(60_000));
      equal(await guesses.level(narrow.name, hour, at(0)), 1);
      equal(await guesses.level(wide.name, hour, at(0)), 1);
      same(await guesses.reserve([narrow], at(1)), granted);
      same(await guesses.reserve([], at(1)), granted);
    },
  },
  {
    name: 'a lane that never waits is counted all the same',
    kind: 'single',
    run: async ({ guesses }, salt) => {
      const lane = { name: `p ${salt}`, wait: [], leak: hour };
      for (let guess = 1; guess <= 30; guess += 1) same(await guesses.reserve([lane], at(0)), granted);
      equal(await guesses.level(lane.name, hour, at(0)), 30);
    },
  },
  {
    name: 'a right guess clears what is its own, gives one back elsewhere, and touches no other lane',
    kind: 'single',
    run: async ({ guesses }, salt) => {
      const [own, shared, other] = ['own', 'shared', 'other'].map((name) => laneOf(`${name} ${salt}`));
      if (own === undefined || shared === undefined || other === undefined) throw new TypeError('no lane');
      for (let guess = 1; guess <= 3; guess += 1) await guesses.reserve([own, shared, other], at(0));
      await guesses.forgive([own.name], [shared.name]);
      equal(await guesses.level(own.name, hour, at(0)), 0);
      equal(await guesses.level(shared.name, hour, at(0)), 2);
      equal(await guesses.level(other.name, hour, at(0)), 3);
      same(await guesses.reserve([own, shared], at(0)), granted);
      same(await guesses.reserve([other], at(0)), until(5000));
      await guesses.forgive([`nobody ${salt}`], [`no one ${salt}`]);
      equal(await guesses.level(`nobody ${salt}`, hour, at(0)), 0);
    },
  },
  {
    name: 'of a hundred guesses at once no more are granted than one after another would be (A136)',
    kind: 'race',
    run: async ({ guesses }, salt) => {
      const lane = laneOf(`a ${salt}`);
      equal(countOf(await hundred(() => guesses.reserve([lane], at(0)))), 3);
      equal(await guesses.level(lane.name, hour, at(0)), 3);
    },
  },
  {
    name: 'of a hundred guesses at a hundred accounts from one network its lane lets through what it should (A136)',
    kind: 'race',
    run: async ({ guesses }, salt) => {
      const network = {
        name: `network ${salt}`,
        wait: [...Array.from({ length: 20 }, () => 0), 60_000],
        leak: hour,
      };
      const answers = await hundred((index) =>
        guesses.reserve([laneOf(`account ${index} ${salt}`), network], at(0)),
      );
      equal(countOf(answers), 20);
      const levels = await hundred((index) => guesses.level(`account ${index} ${salt}`, hour, at(0)));
      equal(
        levels.reduce((sum, level) => sum + level, 0),
        20,
      );
    },
  },
  {
    name: 'a watched cookie has its account until it ends, and no other digest does',
    kind: 'single',
    run: async ({ watched }, salt) => {
      const account = `O'Brien "${salt}`.normalize('NFC') as AccountId;
      equal(await watched.bind(`d ${salt}`, { account, until: at(1000) }, at(0)), 'bound');
      same(await watched.find(`d ${salt}`, at(999)), { account, until: at(1000) });
      equal(await watched.find(`d ${salt}`, at(1000)), undefined);
      equal(await watched.find(`D ${salt}`, at(0)), undefined);
      equal(await watched.find(`d_${salt}`, at(0)), undefined);
      equal(await watched.end(`d ${salt}`), true);
      equal(await watched.end(`d ${salt}`), false);
      equal(await watched.find(`d ${salt}`, at(0)), undefined);
    },
  },
  {
    name: 'a cookie value that is handed out a second time belongs to nobody from then on',
    kind: 'single',
    run: async ({ watched }, salt) => {
      const [mine, theirs] = [`a ${salt}` as AccountId, `b ${salt}` as AccountId];
      await watched.bind(`d ${salt}`, { account: mine, until: at(1000) }, at(0));
      equal(await watched.bind(`d ${salt}`, { account: theirs, until: at(1000) }, at(1)), 'taken');
      equal(await watched.find(`d ${salt}`, at(2)), undefined);
      equal(await watched.bind(`d ${salt}`, { account: theirs, until: at(5000) }, at(3)), 'bound');
      equal(await watched.bind(`d ${salt}`, { account: mine, until: at(9000) }, at(5000)), 'bound');
      equal((await watched.find(`d ${salt}`, at(5001)))?.account, mine);
    },
  },
  {
    name: 'of a hundred who bind one value at once, at most one account is ever found behind it',
    kind: 'race',
    run: async ({ watched }, salt) => {
      const answers = await hundred((index) =>
        watched.bind(`d ${salt}`, { account: `${index} ${salt}` as AccountId, until: at(1000) }, at(0)),
      );
      equal(answers.filter((one) => one === 'bound').length, 50);
      equal(await watched.find(`d ${salt}`, at(1)), undefined);
    },
  },
];
