// Page's one-sided cumulative sum (E. S. Page 1954; used for port scans by Jung et al. 2004): each new person weighs for
// "somebody works through a list", each known one against; below zero it starts again.
import type { Finding, LookUp } from './detectors.ts';

export interface NoveltySum {
  readonly sum: number;
  /** Persons since the sum last was zero, and the new ones among them: what the sentence says. */
  readonly persons: number;
  readonly novel: number;
}

/** Share of new persons under attack; what is added to the own share; where it is capped for beginners; the threshold. */
const attacked = 0.97;
const margin = 0.1;
const blind = 0.95;
const threshold = 12;

const calm: NoveltySum = { sum: 0, persons: 0, novel: 0 };

/** Known persons of a batch first: a list the portal ordered tells nothing about when the script began. */
export function stepNovelty(
  before: NoveltySum | undefined,
  { fresh, novel, usual }: Pick<LookUp, 'fresh' | 'novel' | 'usual'>,
): { readonly sum: NoveltySum; readonly finding: Finding | undefined } {
  const own = usual === undefined ? blind : Math.min(blind, usual + margin);
  const up = Math.log(attacked / own);
  const down = Math.log((1 - attacked) / (1 - own));
  let sum = before ?? calm;
  const fresher = Math.min(fresh, novel);
  for (let person = 0; person < fresh; person += 1) {
    const isNew = person >= fresh - fresher;
    const next = sum.sum + (isNew ? up : down);
    sum = next <= 0 ? calm : { sum: next, persons: sum.persons + 1, novel: sum.novel + (isNew ? 1 : 0) };
  }
  return sum.sum < threshold
    ? { sum, finding: undefined }
    : { sum: calm, finding: { kind: 'novelty', sentence: sentenceOf(sum, usual) } };
}

function sentenceOf({ persons, novel }: NoveltySum, usual: number | undefined): Finding['sentence'] {
  const expected = Math.round((usual ?? 0) * persons);
  return {
    fr: `${novel} des ${persons} derni\u00e8res personnes consult\u00e9es \u00e9taient inconnues de ce compte ; d'habitude ${expected} sur ${persons}.`,
    en: `${novel} of the last ${persons} persons had never been seen by this account; usual: ${expected} of ${persons}.`,
  };
}
