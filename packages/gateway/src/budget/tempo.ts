// A hand types a number, reads, turns to the next person: it is slower than 2 s and never even. Of 30 gaps between
// look-ups of one presence, a median under 2 s or a spread under 12 % is a machine. A jittered script is not seen.
import type { Finding } from './finding.ts';

/** Instants of the last look-ups, newest last; at most 31. */
export type Tempo = readonly number[];

const gapsWanted = 30;
const fastest = 2000;
const steadiest = 0.12;

export function stepTempo(
  before: Tempo | undefined,
  now: number,
): { readonly tempo: Tempo; readonly finding: Finding | undefined } {
  const tempo = [...(before ?? []), now].slice(-(gapsWanted + 1));
  if (tempo.length <= gapsWanted) return { tempo, finding: undefined };
  const gaps = tempo
    .slice(1)
    .map((at, index) => at - (tempo[index] ?? at))
    .sort((a, b) => a - b);
  const median = gaps[gapsWanted / 2] ?? 0;
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gapsWanted;
  const spread =
    Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gapsWanted) / Math.max(1, mean);
  if (median >= fastest && spread >= steadiest) return { tempo, finding: undefined };
  return { tempo: [], finding: { kind: 'tempo', sentence: sentenceOf(median, mean, spread) } };
}

function sentenceOf(median: number, mean: number, spread: number): Finding['sentence'] {
  if (median < fastest) {
    const pace = (median / 1000).toFixed(1);
    return {
      fr: `${gapsWanted} consultations de suite \u00e0 ${pace.replace('.', ',')} s d'\u00e9cart : plus vite qu'une main.`,
      en: `${gapsWanted} look-ups in a row ${pace} s apart: faster than a hand.`,
    };
  }
  const [pace, percent] = [(mean / 1000).toFixed(1), Math.round(spread * 100)];
  return {
    fr: `${gapsWanted} consultations de suite toutes les ${pace.replace('.', ',')} s, r\u00e9guli\u00e8res \u00e0 ${percent} % pr\u00e8s : trop r\u00e9gulier pour une main.`,
    en: `${gapsWanted} look-ups in a row every ${pace} s, steady to ${percent} %: steadier than a hand.`,
  };
}
