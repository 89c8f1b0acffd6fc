// Who saw whom, kept so that neither the gateway nor a thief of its disk can read it: segments of JSON lines, account
// and time in the clear to search by, the rest sealed for the operator's offline key, every line hanging on the one
// before. Durable before it is acknowledged; what cannot be acknowledged is refused (A125, A140).
import { join } from 'node:path';
import { type Clock, type Random, type Seconds, secondsOf } from '@palier/mfa-core';
import type { JWK } from 'jose';
import { makeFolder } from '../files/writing.ts';
import type { Ledger, LedgerEntry } from './entry.ts';
import { groupCommit } from './group-commit.ts';
import { wrapFor } from './keys.ts';
import { lockFolder } from './lock.ts';
import { createRoll, LedgerError, type LedgerHead, type Roll } from './roll.ts';

export interface LedgerSetting {
  readonly directory: string;
  /** The operator's public key (EC P-256 or X25519 JWK); the private half is never on this machine. */
  readonly sealTo: JWK;
  readonly clock: Clock;
  readonly random: Random;
  /** Each instance writes in a folder of its own below `directory`: up to 64 letters, digits, `-` and `_`. */
  readonly instance?: string;
  /** A segment ends, and its data key with it, at the first append after this many entries or this long. */
  readonly segment?: { readonly entries: number; readonly age: Seconds };
  /** Undefined keeps everything. */
  readonly retention?: Seconds | undefined;
  /** The longest an append waits for the disk. */
  readonly patience?: Seconds;
  /** Told of the end of every segment, to be kept elsewhere: only that shows a ledger cut short or written anew. */
  readonly witness?: (head: LedgerHead) => void;
}

const defaults = {
  instance: 'gateway',
  segment: { entries: 100_000, age: secondsOf(3600) },
  retention: undefined,
  patience: secondsOf(3),
  witness: (): void => undefined,
};

/**
 * Opens the ledger of an instance and begins a segment. Rejects when the folder cannot be written or another process
 * writes it. A failed append rejects, and so do the following ones until the folder can be written again. Entries of a
 * failed group may be kept all the same: the ledger may name a person who was not seen, never miss one who was.
 */
export async function openLedger(setting: LedgerSetting): Promise<Ledger> {
  const full = { ...defaults, ...setting };
  const wrap = await wrapFor(full.sealTo);
  const folder = join(full.directory, nameOf(full.instance));
  makeFolder(folder, 0o700);
  const lock = lockFolder(folder);
  try {
    const roll = createRoll({ ...full, folder, wrap, lock });
    await roll.open();
    return serveAppends(roll, full.patience, full.segment.age, lock.release);
  } catch (error) {
    lock.release();
    throw error;
  }
}

function nameOf(instance: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/.test(instance))
    throw new LedgerError('an instance is named with up to 64 letters, digits, - and _');
  return instance;
}

function serveAppends(roll: Roll, patience: Seconds, age: Seconds, release: () => void): Ledger {
  const commit = groupCommit<LedgerEntry>((group) => roll.write(group), patience);
  // An idle gateway, too, lets go of its data key and drops what is too old.
  const timer = setInterval(
    () => void commit.afterwards(() => roll.tend()).catch(() => undefined),
    Math.min(age, 3600) * 1000,
  ).unref();
  let closing: Promise<void> | undefined;
  const whileOpen = (act: () => Promise<void>): Promise<void> =>
    closing === undefined ? act() : Promise.reject(new LedgerError('the ledger is closed'));
  return {
    append: (entry) => whileOpen(() => commit.add(entry)),
    // After a failure no segment is open: whether one can be begun says whether entries can be kept again. Where all is well
    // nobody waits: other work has its turn after all that is to be written, and under load that is never.
    probe: () =>
      whileOpen(async () => {
        if (roll.isFailing() || commit.isStalled()) await commit.afterwards(() => roll.open());
      }),
    close: () => {
      clearInterval(timer);
      closing ??= commit.afterwards(() => roll.close()).finally(release);
      return closing;
    },
  };
}
