// Whether the open segment and its key are still where they were put. A file that was deleted, moved or replaced under us
// takes writes and keeps nothing where it is looked for; one that was cut or written by somebody else is no longer what we
// wrote (A140). One look by name after each write shows all of it.
import { type BigIntStats, statSync } from 'node:fs';
import { stat, statfs } from 'node:fs/promises';
import { keyPath } from './segment-key.ts';

export interface Placed {
  /** As it was opened. */
  readonly opened: BigIntStats;
  readonly path: string;
  /** Bytes of the wrapped key beside it. */
  readonly keyLength: number;
}

/** Throws, or rejects, unless the segment is the file that was opened, has `length` bytes, and has its key beside it. */
export type Look = (length: bigint) => void | Promise<void>;

/** How the look is taken: `at-once` holds the process for some microseconds, `aside` takes a thread of its own. */
export type LookKind = 'at-once' | 'aside';

export function lookAt({ opened, path, keyLength }: Placed, kind: LookKind): Look {
  const key = keyPath(path);
  const judge = (found: BigIntStats, foundKey: BigIntStats, length: bigint): void => {
    if (found.dev !== opened.dev || found.ino !== opened.ino)
      throw new Error('the open segment was moved or replaced');
    if (found.size !== length) throw new Error('the open segment was cut or written by somebody else');
    // Without it what is written now would be sealed for nobody.
    if (foundKey.size !== BigInt(keyLength)) throw new Error('the key of the open segment was changed');
  };
  const bigint = { bigint: true } as const;
  if (kind === 'at-once') return (length) => judge(statSync(path, bigint), statSync(key, bigint), length);
  return async (length) => judge(...(await Promise.all([stat(path, bigint), stat(key, bigint)])), length);
}

/** What statfs(2) calls file systems of this machine's own disks and memory: ext, XFS, Btrfs, F2FS, ZFS, overlay, tmpfs. */
const ofThisMachine: ReadonlySet<number> = new Set([
  0xef53, 0x58465342, 0x9123683e, 0xf2f52010, 0x2fc12fc1, 0x794c7630, 0x01021994,
]);

/**
 * There the kernel knows by heart what it has just written, and answers in microseconds; a look aside wakes two threads for
 * each group, which took the gateway a twentieth of its answers a second. What hangs on a network or in another process may
 * be silent for minutes, and would take the whole gateway with it: it is looked at aside.
 */
export async function lookKindOf(folder: string): Promise<LookKind> {
  const { type } = await statfs(folder);
  return process.platform === 'linux' && ofThisMachine.has(type) ? 'at-once' : 'aside';
}
