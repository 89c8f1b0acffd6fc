// Honest work on paper: the published population through the gateway's own budgets, without HTTP, so that months of
// thousands of accounts take minutes. `npm run replay` holds it against the same work over HTTP (honest.ts).

import {
  type AccountId,
  type FactorId,
  type Instant,
  instantOf,
  makeProofId,
  type Proof,
  type Random,
} from '@palier/mfa-core';
import { fakeRandom } from '@palier/mfa-core/testing';
import type { RecordDigest } from '../../../packages/gateway/src/budget/record-rule.ts';
import { type Budget, createBudget } from '../../../packages/gateway/src/budget/spend.ts';
import { createWatch } from '../../../packages/gateway/src/budget/watch.ts';
import type { Budgets } from '../../../packages/gateway/src/config/budget-settings.ts';
import { memoryBudgetStore } from '../../../packages/gateway/src/stores/memory-budget.ts';
import { memoryActivity, memoryAlarms } from '../../../packages/gateway/src/stores/memory-standing.ts';
import { type Trade, trades } from './classes.ts';
import { createFrictionCount, type FrictionCount } from './count.ts';
import { type Act, createLife, firstDay, published, type Volumes } from './life.ts';

/** What is worked through. */
export interface PaperOptions {
  readonly seed: number;
  readonly persons: number;
  readonly budgets: Budgets;
  /** Days counted, and days before them that a gateway in observe mode has seen. */
  readonly days: number;
  readonly warmUp: number;
  readonly volumes?: Volumes;
  /** Of the published accounts, one in this many. */
  readonly oneIn?: number;
  /** Silence after which the gateway's session ends, in hours. */
  readonly idleHours?: number;
  readonly progress?: (done: number) => void;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const PROOF_LASTS = 12 * HOUR;

/** Logins of a trade, as many as are wanted. */
export function loginsOf(trade: Trade, oneIn = 1): readonly string[] {
  return Array.from(
    { length: Math.max(1, Math.round(trade.accounts / oneIn)) },
    (_, place) => `${trade.prefix}-${String(place + 1).padStart(2, '0')}`,
  );
}

/** Works through the population, account by account: nothing but the fleet's cap, off here, ties two together. */
export async function workOnPaper(options: PaperOptions): Promise<FrictionCount> {
  const count = createFrictionCount();
  const random = fakeRandom(options.seed);
  let done = 0;
  for (const trade of trades) {
    for (const login of loginsOf(trade, options.oneIn)) {
      await workOne(options, { login, trade, random, count });
      done += 1;
      options.progress?.(done);
    }
  }
  return count;
}

interface Desk {
  readonly login: string;
  readonly trade: Trade;
  readonly random: Random;
  readonly count: FrictionCount;
}

interface Browser {
  openedAt: number;
  seenAt: number;
  proof: Proof;
}

async function workOne(options: PaperOptions, desk: Desk): Promise<void> {
  const { login, trade, count } = desk;
  const life = createLife(
    { login, trade, persons: options.persons, seed: options.seed },
    options.volumes ?? published,
  );
  const watch = createWatch({
    activity: memoryActivity(),
    alarms: memoryAlarms(),
    canaries: new Set(),
    raised: async () => desk.count.alarm(trade.class),
  });
  const budget = createBudget(memoryBudgetStore(), options.budgets, watch);
  const browsers = new Map<string, Browser>();
  for (let day = -options.warmUp; day < options.days; day += 1) {
    for (const act of life.day(day)) {
      const name = `${act.seat} ${act.place}`;
      if (act.kind === 'sign-out') browsers.delete(name);
      else if (day < 0) await observed(budget, desk, act);
      else {
        count.lookUp(trade.class, login, act.seat, day);
        await lookUp(budget, options.idleHours ?? 12, browsers, name, desk, act);
      }
    }
  }
}

async function lookUp(
  budget: Budget,
  idleHours: number,
  browsers: Map<string, Browser>,
  name: string,
  desk: Desk,
  act: Act,
): Promise<void> {
  const { count, trade, login } = desk;
  // A gesture answers a prompt; a cap is met once. More rounds than these would be a loop.
  for (let round = 0; round < 4; round += 1) {
    const browser = browsers.get(name);
    const live =
      browser !== undefined &&
      act.at - browser.seenAt <= idleHours * HOUR &&
      act.at - browser.openedAt <= PROOF_LASTS &&
      act.at - browser.proof.at <= PROOF_LASTS;
    if (!live) {
      gesture(browsers, name, desk, act.at);
      continue;
    }
    browser.seenAt = act.at;
    const spent = await budget.spend({ ...spendOf(desk, act), proof: browser.proof, enforce: true });
    if (spent.outcome === 'spent') return count.shown(trade.class);
    if (spent.outcome === 'cap' || spent.outcome === 'too-many-at-once') {
      count.refusal(trade.class, login, Math.floor((act.at - firstDay) / DAY));
      return;
    }
    const { openedAt } = browser;
    gesture(browsers, name, desk, act.at);
    const after = browsers.get(name);
    if (after !== undefined) after.openedAt = openedAt;
  }
}

function gesture(browsers: Map<string, Browser>, name: string, desk: Desk, at: number): void {
  desk.count.gesture(desk.trade.class);
  browsers.set(name, { openedAt: at, seenAt: at, proof: keyProof(desk.random, instantOf(at)) });
}

async function observed(budget: Budget, desk: Desk, act: Act): Promise<void> {
  const proof = keyProof(desk.random, instantOf(act.at));
  await budget.spend({ ...spendOf(desk, act), proof, enforce: false });
}

function spendOf(
  { login, trade }: Desk,
  { at, person }: Act,
): Pick<Parameters<Budget['spend']>[0], 'identity' | 'records' | 'now'> {
  return {
    identity: {
      kind: 'account',
      account: login as AccountId,
      class: trade.class,
      organisation: undefined,
      groups: [],
      displayName: login,
      source: 'portal-session',
    },
    records: [{ id: '', type: 'nir', digest: String(person) as RecordDigest }],
    now: instantOf(at),
  };
}

function keyProof(random: Random, at: Instant): Proof {
  return {
    kind: 'webauthn',
    id: makeProofId(random),
    at,
    factor: 'fac_paper' as FactorId,
    deviceBound: true,
    cardClass: false,
  };
}
