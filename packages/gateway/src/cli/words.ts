// What is typed and what is printed, apart from any command: the command line needs it before it has loaded one.

import { didYouMean } from '../config/nearest.ts';

/** Wrong words on the command line: exit code 2. */
export class UsageError extends Error {}

/**
 * More words than a verb has places for are a mistake, and told before anything is done: a blank in a name that was not quoted
 * would have it done to another account.
 */
export function demandAtMost(places: number, words: readonly string[], usage: string): void {
  const extra = words[places];
  if (extra !== undefined)
    throw new UsageError(`"${printable(extra)}" is one word too many (quote a name with a blank); ${usage}`);
}

/** Of a word that stands where a verb is meant: what it may have been, and what may be written. */
export function verbError(word: string | undefined, known: readonly string[], usage: string): UsageError {
  const asked = word === undefined || known.includes(word) ? undefined : didYouMean(word, known);
  return new UsageError(asked === undefined ? usage : `${asked} ${usage}`);
}

/** What somebody else wrote: a terminal obeys. */
export function printable(text: string): string {
  return text.replace(/\p{C}/gu, '?');
}

/** The same of whole lines, which keep their ends: a reason, an agent, the name of a folder may hold what a terminal obeys. */
export function printableLines(text: string): string {
  return text.replace(/[^\P{C}\n\t]/gu, '?');
}
