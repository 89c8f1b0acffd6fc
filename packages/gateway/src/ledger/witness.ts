// What heads kept elsewhere say of segments that are gone. That retention dropped them is only the word of the ledger
// itself, and whoever has the disk can write it: a new segment is sealed with a public key. So what is gone must be what
// was seen, must border on what is here, and must have been old enough.
import type { LedgerHead } from './roll.ts';

/** A head as another machine kept it, with the time of its line in the log if it kept that too. */
export type WitnessedHead = LedgerHead & { readonly at?: number | undefined };

export interface DroppedFault {
  readonly segment: number;
  readonly fault: 'cut-short' | 'rewritten' | 'dropped-early';
}

/** Clocks of two machines, and a log that gathers. */
const tolerance = 3_600_000;

/** `own`: the heads of one instance. `first`: the first segment that is here and what it hangs on. `keptFrom`: what ended since must be here. */
export function faultsOfDropped(
  own: readonly WitnessedHead[],
  first: { readonly segment: number; readonly after: string },
  keptFrom: number | undefined,
): readonly DroppedFault[] {
  const gone = own.filter(({ segment }) => segment < first.segment);
  const border = gone.find(({ segment }) => segment === first.segment - 1);
  const newest = Math.max(...gone.map(({ segment }) => segment));
  const faults: DroppedFault[] = [];
  if (border !== undefined && border.hash !== first.after)
    faults.push({ segment: border.segment, fault: 'rewritten' });
  // Nothing here was ever seen: the numbers went on without what they count.
  if (gone.length > 0 && gone.length === own.length && border === undefined)
    faults.push({ segment: newest, fault: 'cut-short' });
  for (const { segment, at } of gone)
    if (keptFrom !== undefined && at !== undefined && at >= keptFrom + tolerance)
      faults.push({ segment, fault: 'dropped-early' });
  return faults;
}
