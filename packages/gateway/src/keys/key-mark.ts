// Whose keys a durable store was written with. With the wrong key file no app opens, and, which nobody would notice, every
// record has another digest: the sets look empty, and the bound holds once more beside what was shown before. So the store
// keeps a mark of the keys, and a gateway whose file does not have them does not start.
import { createHmac } from 'node:crypto';
import type { Secret } from '@palier/mfa-core';
import { type GatewayKeys, KeyFileError } from './keys.ts';
import { waitingBehind } from './sealing-turn.ts';

export interface KeyMarkStore {
  /** The mark of this store; `proposed`, and kept, when it has none. Of concurrent callers one wins, and all are told its. */
  first(proposed: string): Promise<string>;
  /** Puts `next` in the place of `before`, where that still stands; answers the mark that stands then. */
  replace(before: string, next: string): Promise<string>;
}

type KeyKind = 'sealing' | 'digests' | 'records';

/** What is lost with each key, for whoever has no older file. */
const losses: Readonly<Record<KeyKind, string>> = {
  sealing:
    'no authenticator app that was enrolled opens (palier account reset-factors, and a ticket for each)',
  digests: 'tickets, recovery codes and known browsers are void',
  records:
    'every count begins anew, so that within 24 hours an account may see one more day cap, and for a year everybody looks new to it',
};

/** The keys are not those of the store. */
export class StrangeKeys extends KeyFileError {
  readonly kinds: readonly KeyKind[];
  constructor(file: string, kinds: readonly KeyKind[]) {
    super({
      problem: `${file} does not have the keys that the durable store was written with (${kinds.join(', ')})`,
      fix: `restore the key file of this store, or name the store of this file; where nobody changed either, somebody else wrote into the store. Where that file is lost for good, "palier keys renew" goes on with these keys: ${lossesOf(kinds).join('; ')}`,
    });
    this.kinds = kinds;
  }
}

/** The mark of what these keys write now. */
export function keyMarkOf({ sealing, digests, records }: GatewayKeys): string {
  const current = sealing.keys.get(sealing.current);
  return [
    current === undefined ? '' : sealingPrint(sealing.current, current),
    printOf('digests', digests),
    printOf('records', records),
  ].join(' ');
}

/**
 * Which keys of the mark are not in the file, under which older ones stay known until they are taken out. What only waits in
 * it has sealed nothing: a store that is sealed under it has a newer file.
 */
export function strangersIn(
  mark: string,
  { sealing, digests, records, recordsBefore }: GatewayKeys,
): readonly KeyKind[] {
  const waiting = new Set(waitingBehind(sealing.current, [...sealing.keys.keys()]));
  const used = [...sealing.keys].filter(([id]) => !waiting.has(id));
  const known: Readonly<Record<KeyKind, readonly string[]>> = {
    sealing: used.map(([id, key]) => sealingPrint(id, key)),
    digests: [printOf('digests', digests)],
    records: [records, recordsBefore].flatMap((key) => (key === undefined ? [] : [printOf('records', key)])),
  };
  const marked = mark.split(' ');
  return (['sealing', 'digests', 'records'] as const).filter(
    (kind, place) => !known[kind].includes(marked[place] ?? ''),
  );
}

/**
 * Rejects with StrangeKeys when the store was written with others. A store without a mark is given one; after a rotation
 * the mark goes over to the new keys, so that a file of before the rotation is a stranger from then on.
 */
export async function confirmKeys(keys: GatewayKeys, file: string, store: KeyMarkStore): Promise<void> {
  const own = keyMarkOf(keys);
  let mark = await store.first(own);
  // Whoever was overtaken looks at what the other left.
  for (let turn = 0; mark !== own; turn += 1) {
    const strangers = strangersIn(mark, keys);
    if (strangers.length > 0) throw new StrangeKeys(file, strangers);
    mark = await replaced(store, mark, own, turn);
  }
}

/** Nobody is overtaken so often: a store that gives another mark back than it was given has somebody else in it. */
const mostTurns = 100;

async function replaced(store: KeyMarkStore, mark: string, own: string, turn: number): Promise<string> {
  if (turn < mostTurns) return store.replace(mark, own);
  throw new KeyFileError({
    problem: 'the durable store does not keep the mark of its keys (table key_mark)',
    fix: 'look for what somebody else put there: a trigger, a rule, a view',
  });
}

/** The operator accepts what is lost. Answers which keys were others; none when there was nothing to accept. */
export async function renewKeyMark(keys: GatewayKeys, store: KeyMarkStore): Promise<readonly KeyKind[]> {
  const own = keyMarkOf(keys);
  let mark = await store.first(own);
  const strangers = strangersIn(mark, keys);
  for (let turn = 0; mark !== own; turn += 1) mark = await replaced(store, mark, own, turn);
  return strangers;
}

/** What `renewKeyMark` costs, a sentence a key. */
export function lossesOf(kinds: readonly KeyKind[]): readonly string[] {
  return kinds.map((kind) => losses[kind]);
}

/** The id belongs to it: what was sealed names its key by it. */
function sealingPrint(id: string, key: Secret): string {
  return printOf(`sealing ${id}`, key);
}

/** Half of a keyed digest: says whether two keys are one, and nothing about either. No other use of a key begins so. */
function printOf(use: string, key: Secret): string {
  const mac = key.expose((bytes) => createHmac('sha256', bytes).update(`palier-key-mark ${use}`).digest());
  return mac.subarray(0, 16).toString('base64url');
}
