// The mark under which shared counts were begun. It is kept in the durable store and in Redis: another one there, or
// none, means that counts were lost, and then nothing is counted and nothing shown until the operator begins anew
// (`palier budget renew`). Every presence bought before a mark is void.
import { type Clock, type Instant, instantOf, MfaError, type Random } from '@palier/mfa-core';
import type { RedisClient } from '@palier/mfa-core/stores/redis';
import type { ActivityStore } from '../budget/activity-store.ts';
import type { BudgetStore } from '../budget/budget-store.ts';
import { beginEpoch, CountsLost, type RedisBudgetStore, replaceEpoch } from './redis-budget.ts';

export function makeMark(random: Random, now: Instant): string {
  return `${now}.${Buffer.from(random(12)).toString('base64url')}`;
}

function sinceOf(mark: string): Instant {
  return instantOf(Number(mark.split('.')[0]));
}

export interface CountsMark {
  /** What this instance believes; read anew when Redis says another. */
  readonly text: () => string;
  readonly since: () => Instant;
  /** Reads the durable store, at most once a second. */
  readonly refresh: () => Promise<void>;
  /** Redis does not hold the counts: tells whoever listens, at most every ten minutes. */
  readonly lost: () => void;
  /** Who is told; the latest one. */
  readonly onLost: (listener: () => void) => void;
}

const lostEvery = 600_000;

/**
 * The mark of this gateway. The first instance of all makes it and begins the counts; of two that start at once one
 * wins, and the other finds its mark. It never begins where counts may have been lost.
 */
export async function openMark(
  client: RedisClient,
  prefix: string,
  activity: ActivityStore,
  { clock, random }: { readonly clock: Clock; readonly random: Random },
): Promise<CountsMark> {
  const proposed = makeMark(random, clock.now());
  let text = await activity.epoch(proposed);
  if (text === proposed) await beginEpoch(client, prefix, text);
  let readAt = Number.NEGATIVE_INFINITY;
  let toldAt = Number.NEGATIVE_INFINITY;
  let told = (): void => undefined;
  return {
    lost: () => {
      if (performance.now() - toldAt < lostEvery) return;
      toldAt = performance.now();
      told();
    },
    onLost: (listener) => {
      told = listener;
    },
    text: () => text,
    since: () => sinceOf(text),
    refresh: async () => {
      if (performance.now() - readAt < 1000) return;
      readAt = performance.now();
      text = await activity.epoch(text);
    },
  };
}

/** A store that notices a new mark. The look-up that noticed fails: its presence may be void since. */
export function underMark(store: BudgetStore, mark: CountsMark): BudgetStore {
  return {
    ...store,
    consume: async (charge, now) => {
      try {
        return await store.consume(charge, now);
      } catch (error) {
        if (!(error instanceof CountsLost)) throw error;
        const before = mark.text();
        await mark.refresh();
        if (mark.text() === before) mark.lost();
        throw error;
      }
    },
  };
}

/** Rejects when Redis does not hold the counts of this mark, or fewer than this instance was told of. */
export async function probeMark(store: RedisBudgetStore, mark: CountsMark): Promise<void> {
  if (await holds(store)) return;
  await mark.refresh();
  if (await holds(store)) return;
  mark.lost();
  throw new MfaError('ERR_MFA_STORE', { detail: 'Redis lost the counts: palier budget renew begins anew' });
}

async function holds(store: RedisBudgetStore): Promise<boolean> {
  try {
    await store.confirm();
    return true;
  } catch (error) {
    if (error instanceof CountsLost) return false;
    throw error;
  }
}

/** Accepts a loss: a new mark in both stores, and with it every presence so far is void. Answers the mark. */
export async function renewMark(
  client: RedisClient,
  prefix: string,
  activity: ActivityStore,
  { clock, random }: { readonly clock: Clock; readonly random: Random },
): Promise<string> {
  const mark = makeMark(random, clock.now());
  await activity.renewEpoch(mark);
  await replaceEpoch(client, prefix, mark);
  return mark;
}
