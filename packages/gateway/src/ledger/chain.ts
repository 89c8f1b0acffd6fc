// Judges the lines of one instance in the order they stand, and goes on after a fault, so that one fault is told once.
import type { KeyObject } from 'node:crypto';
import { type Dropped, type EndLine, type GroupLine, type HeadLine, hangsOn, lastNumber } from './line.ts';
import type { ReadLine, SegmentFile } from './read.ts';
import type { LedgerHead } from './roll.ts';
import { unseal } from './sealing.ts';
import { faultsOfDropped, type WitnessedHead } from './witness.ts';

/** `key-destroyed` is no fault of the chain, only of an answer that would need the key. `changed` is found at the line itself, or at the next one when its hash was computed anew. */
export type FaultKind =
  | 'unreadable'
  | 'changed'
  | 'missing-or-reordered'
  | 'segment-missing'
  | 'no-head'
  | 'no-end'
  | 'after-end'
  | 'forged'
  | 'cut-short'
  | 'rewritten'
  | 'dropped-early'
  | 'key-missing'
  | 'key-changed'
  | 'key-destroyed';

export interface LedgerFault {
  readonly instance: string;
  readonly segment: number;
  /** 1 is the head; 0 when it is about the segment as a whole. */
  readonly line: number;
  readonly fault: FaultKind;
}

export interface Chain {
  begin(file: SegmentFile): void;
  follow(read: ReadLine): void;
  /** Judges entries with the segment's data key. */
  open(read: ReadLine, group: GroupLine, key: KeyObject | undefined): void;
  /** Compares with what was kept elsewhere, and with what retention said it dropped. */
  close(witnessed: readonly WitnessedHead[], keptFrom: number | undefined): void;
  head(): LedgerHead;
  /** The last segment that is gone, as retention says; 0 when all are here. */
  goneThrough(): number;
}

export function createChain(instance: string, tell: (fault: LedgerFault) => void): Chain {
  const drops: Dropped[] = [];
  const ends = new Map<number, string>();
  let first: { readonly segment: number; readonly after: string } | undefined;
  let [segment, entries, hash] = [0, 0, ''];
  let ended = true;
  let gap = false;
  let torn: number | undefined;
  const fault = (line: number, kind: FaultKind): void => tell({ instance, segment, line, fault: kind });

  const judge = (read: ReadLine, expected: boolean): void => {
    if (read.number === 1) fault(1, 'no-head');
    if (ended) fault(read.number, 'after-end');
    else if (!expected) fault(read.number, 'missing-or-reordered');
    else if (!hangsOn(read.previous, read.text)) fault(read.number, 'changed');
  };
  const takeHead = (read: ReadLine, head: HeadLine): void => {
    const placed = read.number === 1 && head.instance === instance && head.segment === segment;
    if (first === undefined) {
      first = { segment, after: head.after };
      entries = head.entries;
    } else if (!gap && (head.after !== hash || head.entries !== entries))
      fault(read.number, 'missing-or-reordered');
    if (!placed) fault(read.number, 'missing-or-reordered');
    else if (!hangsOn(head.after, read.text)) fault(1, 'changed');
    if (head.dropped !== undefined) drops.push(head.dropped);
    entries = head.entries;
    ended = false;
  };
  const takeGroup = (read: ReadLine, group: GroupLine): void => {
    judge(read, group.n === entries + 1);
    entries = lastNumber(group);
  };
  const takeEnd = (read: ReadLine, end: EndLine): void => {
    judge(read, end.entries === entries);
    entries = end.entries;
    ends.set(segment, end.hash);
    ended = true;
  };
  return {
    begin: (file) => {
      if (torn !== undefined) fault(torn, 'unreadable');
      if (!ended) fault(0, 'no-end');
      torn = undefined;
      gap = first !== undefined && file.segment !== segment + 1;
      segment = file.segment;
      if (gap) fault(0, 'segment-missing');
      ended = false;
    },
    follow: (read) => {
      if (read.line === undefined && read.torn) torn = read.number;
      else if (read.line === undefined) fault(read.number, 'unreadable');
      else if (read.line.kind === 'head') takeHead(read, read.line.line);
      else if (read.line.kind === 'group') takeGroup(read, read.line.line);
      else takeEnd(read, read.line.line);
      hash = read.line?.line.hash ?? hash;
    },
    open: (read, group, key) => {
      if (key === undefined || unseal(key, read, group) === undefined) fault(read.number, 'forged');
    },
    close: (witnessed, keptFrom) => {
      if (first !== undefined && !wasDropped(first, drops))
        tell({ instance, segment: first.segment, line: 0, fault: 'segment-missing' });
      const own = witnessed.filter((head) => head.instance === instance);
      if (first !== undefined)
        for (const { segment: gone, fault } of faultsOfDropped(own, first, keptFrom))
          tell({ instance, segment: gone, line: 0, fault });
      const kept = own.filter((head) => head.segment >= (first?.segment ?? 0));
      for (const head of kept) {
        const end = ends.get(head.segment);
        if (end !== head.hash)
          tell({
            instance,
            segment: head.segment,
            line: 0,
            fault: end === undefined ? 'cut-short' : 'rewritten',
          });
      }
    },
    head: () => ({ instance, segment, entries, hash }),
    goneThrough: () => (first !== undefined && wasDropped(first, drops) ? first.segment - 1 : 0),
  };
}

/** Nothing is before the first segment, or a later head says that what was before it was dropped. */
function wasDropped(
  first: { readonly segment: number; readonly after: string },
  drops: readonly Dropped[],
): boolean {
  if (first.segment === 1) return first.after === '';
  return drops.some(
    ({ through, hash }) =>
      through >= first.segment || (through === first.segment - 1 && hash === first.after),
  );
}
