// Two detectors: persons the account never saw (novelty) and a hand faster or steadier than a hand (tempo). Both can be
// evaded by who knows them (mixing in known persons, jitter); that regime is what the caps bound. State is in memory and
// outlives a reload, not a restart. Novelty also reads what the other instances counted, from the history that every
// look-up adds to anyway; tempo sees the look-ups of its own instance. Numbers: bulk-query study, section 3.
import { keepNewest } from '../bounded-map.ts';
import type { Finding, LookUp } from './finding.ts';
import { type NoveltySum, stepNovelty } from './novelty.ts';
import { stepTempo, type Tempo } from './tempo.ts';

export interface Detectors {
  /** Takes note of a granted look-up; answers what it gives away. */
  note(lookUp: LookUp): readonly Finding[];
}

/** Keeps at most `capacity` accounts and as many presences, the longest silent out first. */
export function createDetectors(capacity = 100_000): Detectors {
  const sums = new Map<string, NoveltySum>();
  const tempos = new Map<string, Tempo>();
  return {
    note: (lookUp) => {
      if (lookUp.fresh === 0) return [];
      const novelty = stepNovelty(sums.get(lookUp.account), lookUp);
      const tempo = stepTempo(tempos.get(lookUp.presence), lookUp.now);
      keepNewest(sums, lookUp.account, novelty.sum, capacity);
      keepNewest(tempos, lookUp.presence, tempo.tempo, capacity);
      return [novelty.finding, tempo.finding].filter((finding) => finding !== undefined);
    },
  };
}
