// "Did you mean": the known word nearest to one that was mistyped.

/** The nearest of `known` by edits (Levenshtein, with neighbours that changed places), case apart; undefined when none is near enough to be meant. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((one) => ({ one, edits: edits(word.toLowerCase(), one.toLowerCase()) }))
    .toSorted((a, b) => a.edits - b.edits);
  const best = ranked[0];
  return best !== undefined && best.edits <= Math.max(1, Math.floor(word.length / 3)) ? best.one : undefined;
}

/** Those that may be meant: what begins with the word, else the nearest. */
export function meantAmong(word: string, known: readonly string[]): readonly string[] {
  const longer = known.filter((one) => word.length > 1 && one.startsWith(word.toLowerCase()));
  const near = nearest(word, known);
  return longer.length > 0 || near === undefined ? longer : [near];
}

/** The account that was meant. One that differs in the value of digits alone is a neighbour's: `-02` is not `-01` mistyped. */
export function nearestAccount(name: string, known: Iterable<string>): string | undefined {
  const digits = (text: string): string => text.replace(/\d/g, '0');
  return nearest(
    name,
    [...known].filter((one) => digits(one) !== digits(name)),
  );
}

/** Asks after the one that was meant; undefined where none is near. */
export function didYouMean(word: string, known: readonly string[]): string | undefined {
  const meant = nearest(word, known);
  return meant === undefined ? undefined : `did you mean "${meant}"?`;
}

/** What to write instead: the one that was meant, and all there are. */
export function meantOf(word: string, known: readonly string[]): string {
  return [didYouMean(word, known), `known: ${known.join(', ')}`].filter((one) => one !== undefined).join(' ');
}

/** Two neighbours that changed places are one slip of the fingers, and one edit. */
function edits(a: string, b: string): number {
  let before: readonly number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 0; i < a.length; i += 1) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j += 1) {
      const swap = (row[j] ?? 0) + (a[i] === b[j] ? 0 : 1);
      const isTurned = i > 0 && j > 0 && a[i] === b[j - 1] && a[i - 1] === b[j];
      const turned = isTurned ? (before[j - 1] ?? 0) + 1 : swap;
      next.push(Math.min((next[j] ?? 0) + 1, (row[j + 1] ?? 0) + 1, swap, turned));
    }
    before = row;
    row = next;
  }
  return row[b.length] ?? 0;
}
