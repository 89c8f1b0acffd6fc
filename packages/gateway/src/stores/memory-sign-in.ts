// Sign-ins in memory: the specification of both ports. Lost with the process: people sign in again.
import type { Instant } from '@palier/mfa-core';
import { emptyAt, judgeGuess, type LaneCount, leaked } from '../sign-in/lane-count.ts';
import type { GuessStore, SignInStores, WatchedSignIn, WatchedStore } from '../sign-in/sign-in-store.ts';

export function memorySignIns(): SignInStores {
  return { guesses: memoryGuesses(), watched: memoryWatched() };
}

interface KeptLane extends LaneCount {
  readonly emptyAt: number;
}

/** Lanes are looked through for empty ones once for so many guesses. */
const sweepEvery = 1000;

function memoryGuesses(): GuessStore {
  const lanes = new Map<string, KeptLane>();
  let guesses = 0;
  const sweep = (now: Instant): void => {
    guesses += 1;
    if (guesses % sweepEvery !== 0) return;
    for (const [name, lane] of lanes) if (lane.emptyAt <= now) lanes.delete(name);
  };
  return {
    reserve: async (asked, now) => {
      sweep(now);
      const { reserved, next } = judgeGuess(
        asked,
        asked.map(({ name }) => lanes.get(name)),
        now,
      );
      for (const [index, count] of next?.entries() ?? []) {
        const lane = asked[index];
        if (lane !== undefined) lanes.set(lane.name, { ...count, emptyAt: emptyAt(count, lane.leak) });
      }
      return reserved;
    },
    forgive: async (clear, giveBack) => {
      for (const name of clear) lanes.delete(name);
      for (const name of giveBack) {
        const lane = lanes.get(name);
        if (lane !== undefined) lanes.set(name, { ...lane, level: Math.max(0, lane.level - 1), until: 0 });
      }
    },
    level: async (name, leak, now) => leaked(lanes.get(name), leak, now).level,
  };
}

function memoryWatched(): WatchedStore {
  const kept = new Map<string, WatchedSignIn>();
  return {
    bind: async (digest, signIn, now) => {
      for (const [old, { until }] of kept) {
        if (until > now) break;
        kept.delete(old);
      }
      if (kept.delete(digest)) return 'taken';
      kept.set(digest, signIn);
      return 'bound';
    },
    find: async (digest, now) => {
      const found = kept.get(digest);
      return found !== undefined && now < found.until ? found : undefined;
    },
    end: async (digest) => kept.delete(digest),
  };
}
