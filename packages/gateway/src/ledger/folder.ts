// Where the segments of one instance lie, and what makes a file in it durable. No file is ever repaired in place: what
// replaces another is written beside it, synced, and renamed over it.
import { constants } from 'node:fs';
import { type FileHandle, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { FileError } from '../files/file-fault.ts';

const pattern = /^segment-(\d{8})\.jsonl$/;

/** The last that has a name: one an hour for eleven thousand years. */
const lastSegment = 99_999_999;

/** The number of the segment after this one. Throws behind the last: a longer name fits no pattern, and nobody would read the file. */
export function nextSegment(folder: string, segment: number): number {
  if (segment < lastSegment) return segment + 1;
  throw new Error(
    `nothing can follow ${segmentPath(folder, segment)}: take away what somebody else put there`,
  );
}

export function segmentPath(folder: string, segment: number): string {
  return join(folder, `segment-${String(segment).padStart(8, '0')}.jsonl`);
}

/** Numbers of the segments in a folder, oldest first. */
export async function segmentsIn(folder: string): Promise<readonly number[]> {
  const names = await readdir(folder);
  return names
    .flatMap((name) => pattern.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b);
}

/**
 * Instances that have written below a ledger's directory, by name. A link leads to one whose folder an operator moved to another
 * disk: the gateway writes through it, so it is read through it, and rejected by its name where it leads nowhere.
 */
export async function instancesIn(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  const folders = await Promise.all(
    entries.map(async (entry) => {
      const isLinked = entry.isSymbolicLink() && (await stat(join(directory, entry.name))).isDirectory();
      return entry.isDirectory() || isLinked ? [entry.name] : [];
    }),
  );
  return folders.flat().sort();
}

/** Makes the names in a folder durable. Windows cannot and need not: its file systems journal names. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Always at the end, wherever that is by then: what was cut under us shows in the length and not as a hole. And never through
 * a link: whoever may write into the folder would have us write over whatever else is ours.
 */
const anew = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_APPEND;

/**
 * Writes a file under a passing name, syncs it, renames it into place; the handle goes on at its end. A write that fails
 * leaves nothing: on a full disk half a copy would take the room that is being waited for.
 */
export async function placeFile(
  folder: string,
  path: string,
  write: (file: FileHandle) => Promise<void>,
): Promise<FileHandle> {
  const passing = `${path}.new`;
  // What a crash left there.
  await rm(passing, { force: true });
  const file = await open(passing, anew, 0o600);
  try {
    await write(file);
    await file.sync();
    await rename(passing, path);
    await syncFolder(folder);
    return file;
  } catch (error) {
    await file.close();
    await rm(passing, { force: true }).catch(() => undefined);
    throw error;
  }
}

/** Windows knows no such flag, and has no pipes in folders. */
const atOnce = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/**
 * Opens a file to read it; rejects with its name when it is none. A pipe that somebody put there would be waited for for
 * ever, with one thread of the few that the process has.
 */
export async function openToRead(path: string): Promise<FileHandle> {
  const file = await open(path, atOnce);
  await demandFile(file, path);
  return file;
}

/** Closes what is open and rejects with its name when it is no file. */
export async function demandFile(file: FileHandle, path: string): Promise<void> {
  if ((await file.stat()).isFile()) return;
  await file.close();
  const fix = 'take away what somebody else put there; it is none of the ledger';
  throw new FileError({ problem: `${path} is a folder, a pipe or a device, and no file`, fix });
}

/** Copies `length` bytes of a file, from `start` on. */
export async function copyBytes(path: string, start: number, length: number, to: FileHandle): Promise<void> {
  if (length === 0) return;
  const file = await openToRead(path);
  // The stream closes it.
  for await (const chunk of file.createReadStream({ start, end: start + length - 1 }))
    await to.appendFile(chunk as Uint8Array);
}
