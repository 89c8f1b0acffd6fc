// Follows the chain through every segment and says what does not fit, and where. Without a key it finds what was
// changed by somebody who did not compute the hashes anew; with the operator's key also what was, because no one else
// can seal an entry onto another past. A ledger cut short at its end, or replaced as a whole, shows only against heads
// kept elsewhere: give them as `witnessed`.
import { createSecretKey, type KeyObject } from 'node:crypto';
import type { JWK } from 'jose';
import { type Chain, createChain, type LedgerFault } from './chain.ts';
import { type UnwrapDataKey, unwrapWith } from './keys.ts';
import type { ClearEntry } from './line.ts';
import { listSegments, type Progress, readSegment, type SegmentFile } from './read.ts';
import type { LedgerHead } from './roll.ts';
import { type Destroyed, readKey, type SegmentKey } from './segment-key.ts';
import type { WitnessedHead } from './witness.ts';

export interface Verified {
  readonly segments: number;
  readonly entries: number;
  /** Where each instance's chain ends now, to be kept elsewhere. */
  readonly heads: readonly LedgerHead[];
  /** Segments that are not here any more, by the ledger's own word. */
  readonly gone: readonly { readonly instance: string; readonly through: number }[];
  /** Segments whose persons nobody can read any more, by the word that stands in the place of their keys. */
  readonly destroyed: readonly (Destroyed & { readonly instance: string; readonly segment: number })[];
  /** The first thousand; `faultCount` has them all. */
  readonly faults: readonly LedgerFault[];
  readonly faultCount: number;
}

export interface VerifyOptions {
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** Heads that the gateway told while it ran. */
  readonly witnessed?: readonly WitnessedHead[];
  /** Milliseconds since 1970: a witnessed segment that ended later cannot have been dropped by retention. */
  readonly keptFrom?: number | undefined;
  /** With them every entry is opened too. */
  readonly privateKeys?: readonly JWK[] | undefined;
  /** Sees every entry on the way. */
  readonly visit?: (entry: ClearEntry, segment: SegmentFile) => void;
}

const mostFaults = 1000;

/** Reads the whole ledger once. Faults are values; rejects when it cannot be read, or with a LedgerKeyError. */
export async function verifyLedger(directory: string, options: VerifyOptions = {}): Promise<Verified> {
  const { onProgress, witnessed = [], keptFrom, privateKeys, visit } = options;
  const files = await listSegments(directory);
  const unwrap = privateKeys && (await unwrapWith(privateKeys));
  const faults: LedgerFault[] = [];
  const destroyed: Verified['destroyed'][number][] = [];
  let [faultCount, entries, done] = [0, 0, 0];
  const tell = (fault: LedgerFault): void => {
    faultCount += 1;
    if (faults.length < mostFaults) faults.push(fault);
  };
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  const chains = new Map<string, Chain>();
  for (const file of files) {
    const chain = chains.get(file.instance) ?? createChain(file.instance, tell);
    chains.set(file.instance, chain);
    const seen = (entry: ClearEntry): void => {
      entries += 1;
      visit?.(entry, file);
    };
    await followSegment(chain, file, {
      unwrap,
      seen,
      keyed: (found) => {
        const { instance, segment } = file;
        if (found.kind === 'destroyed') {
          const { destroyed: at, by, reason } = found;
          destroyed.push({ instance, segment, destroyed: at, by, reason });
        } else if (found.kind !== 'wrapped') tell({ instance, segment, line: 1, fault: found.kind });
      },
      progress: (bytes) => onProgress?.({ done: done + bytes, total }),
    });
    done += file.bytes;
  }
  for (const { instance, segment } of witnessed)
    if (!chains.has(instance)) tell({ instance, segment, line: 0, fault: 'cut-short' });
  for (const chain of chains.values()) chain.close(witnessed, keptFrom);
  return {
    segments: files.length,
    entries,
    heads: [...chains.values()].map((chain) => chain.head()),
    gone: [...chains]
      .map(([instance, chain]) => ({ instance, through: chain.goneThrough() }))
      .filter(({ through }) => through > 0),
    destroyed,
    faults,
    faultCount,
  };
}

interface Following {
  readonly unwrap: UnwrapDataKey | undefined;
  readonly seen: (entry: ClearEntry) => void;
  readonly keyed: (key: SegmentKey) => void;
  readonly progress: (bytes: number) => void;
}

async function followSegment(
  chain: Chain,
  file: SegmentFile,
  { unwrap, seen, keyed, progress }: Following,
): Promise<void> {
  let bytes = 0;
  let key: KeyObject | undefined;
  let isSealed = false;
  chain.begin(file);
  for await (const lines of readSegment(file.path)) {
    for (const read of lines) {
      chain.follow(read);
      bytes += read.text.length + 1;
      const found = read.line;
      if (found?.kind === 'head') {
        const kept = await readKey(file.path, found.line);
        keyed(kept);
        isSealed = kept.kind !== 'wrapped';
        if (kept.kind === 'wrapped' && unwrap !== undefined)
          key = createSecretKey(await unwrap(kept.wrapped));
      }
      if (found?.kind !== 'group') continue;
      found.line.entries.forEach(seen);
      if (unwrap !== undefined && !isSealed) chain.open(read, found.line, key);
    }
    progress(Math.min(bytes, file.bytes));
  }
}
