// Page's one-sided cumulative sum (E. S. Page 1954; used for port scans by Jung et al. 2004): each new person weighs for
// "somebody works through a list", each known one against; below zero it starts again.
import type { DayCount } from './activity-store.ts';
import type { Finding, LookUp } from './finding.ts';

export interface NoveltySum {
  readonly sum: number;
  /** Persons since the sum last was zero, and the new ones among them: what the sentence says. */
  readonly persons: number;
  readonly novel: number;
  /** The account's day over all instances, as it was last read here. */
  readonly total?: DayCount | undefined;
}

/** Share of new persons under attack; what is added to the own share; where it is capped for beginners; the threshold. */
const attacked = 0.97;
const margin = 0.1;
const blind = 0.95;
const threshold = 12;

const calm: NoveltySum = { sum: 0, persons: 0, novel: 0 };

interface Persons {
  readonly fresh: number;
  readonly novel: number;
}

interface Weights {
  readonly up: number;
  readonly down: number;
}

/** Adds a look-up, and what other instances showed since the last one here. */
export function stepNovelty(
  before: NoveltySum | undefined,
  lookUp: Pick<LookUp, 'fresh' | 'novel' | 'usual' | 'total'>,
): { readonly sum: NoveltySum; readonly finding: Finding | undefined } {
  const { usual, total } = lookUp;
  const rate = usual === undefined ? blind : Math.min(blind, usual + margin);
  const weights = { up: Math.log(attacked / rate), down: Math.log((1 - attacked) / (1 - rate)) };
  const { own, elsewhere } = sinceLast(before?.total, lookUp);
  const sum = inTurn(atOnce(before ?? calm, elsewhere, weights), own, weights);
  const kept = { total: newer(before?.total, total) };
  return sum.sum < threshold
    ? { sum: { ...sum, ...kept }, finding: undefined }
    : { sum: { ...calm, ...kept }, finding: { kind: 'novelty', sentence: sentenceOf(sum, usual) } };
}

/**
 * Splits what the day grew by. Of two look-ups at once the second's total may be read first: then the first is in it
 * already, and is not counted again.
 */
function sinceLast(
  last: DayCount | undefined,
  { fresh, novel, total }: Pick<LookUp, 'fresh' | 'novel' | 'total'>,
): { readonly own: Persons; readonly elsewhere: Persons } {
  if (total === undefined || last === undefined || last.day > total.day)
    return { own: { fresh, novel }, elsewhere: { fresh: 0, novel: 0 } };
  const before = last.day === total.day ? last : { distinct: 0, novel: 0 };
  const grown = {
    fresh: Math.max(0, total.distinct - before.distinct),
    novel: Math.max(0, total.novel - before.novel),
  };
  const own = { fresh: Math.min(fresh, grown.fresh), novel: Math.min(novel, grown.novel) };
  return { own, elsewhere: { fresh: grown.fresh - own.fresh, novel: grown.novel - own.novel } };
}

function newer(last: DayCount | undefined, total: DayCount | undefined): DayCount | undefined {
  if (total === undefined || last === undefined) return total ?? last;
  if (last.day !== total.day) return last.day > total.day ? last : total;
  return last.distinct > total.distinct ? last : total;
}

/** One after the other, known persons of a batch first: a list the portal ordered tells nothing about when the script began. */
function inTurn(before: NoveltySum, { fresh, novel }: Persons, { up, down }: Weights): NoveltySum {
  let sum = before;
  const fresher = Math.min(fresh, novel);
  for (let person = 0; person < fresh; person += 1) {
    const isNew = person >= fresh - fresher;
    const next = sum.sum + (isNew ? up : down);
    sum = next <= 0 ? calm : { sum: next, persons: sum.persons + 1, novel: sum.novel + (isNew ? 1 : 0) };
  }
  return sum;
}

/** In an order that nobody knows: what is left of all together, the least that any order leaves. */
function atOnce(before: NoveltySum, { fresh, novel }: Persons, { up, down }: Weights): NoveltySum {
  const fresher = Math.min(fresh, novel);
  const next = before.sum + fresher * up + (fresh - fresher) * down;
  return next <= 0 ? calm : { sum: next, persons: before.persons + fresh, novel: before.novel + fresher };
}

function sentenceOf({ persons, novel }: NoveltySum, usual: number | undefined): Finding['sentence'] {
  const expected = Math.round((usual ?? 0) * persons);
  return {
    fr: `${novel} des ${persons} derni\u00e8res personnes consult\u00e9es \u00e9taient inconnues de ce compte ; d'habitude ${expected} sur ${persons}.`,
    en: `${novel} of the last ${persons} persons had never been seen by this account; usual: ${expected} of ${persons}.`,
  };
}
