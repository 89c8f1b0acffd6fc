// Whether what is to be written can be, said before anything is; and folders, made one after the other.
import {
  accessSync,
  closeSync,
  constants,
  fchownSync,
  fsyncSync,
  mkdirSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';
import { errnoOf, FileError, type FileFault, fileFault } from './file-fault.ts';

/** What keeps a folder from being written, or from being made where it is not there; undefined for nothing. */
export function folderFault(path: string): FileFault | undefined {
  const full = resolve(path);
  try {
    const found = foundAt(full);
    if (found === undefined) return full === dirname(full) ? undefined : folderFault(dirname(full));
    if (!found.isDirectory())
      return { problem: `${path} is a file, not a folder`, fix: 'move it away, or name another folder' };
    accessSync(full, constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    return fileFault(path, 'written', error);
  }
}

/** The same of a file in a folder that must be there. */
export function placeFault(path: string): FileFault | undefined {
  const folder = dirname(resolve(path));
  try {
    if (foundAt(folder) === undefined)
      return { problem: `the folder ${folder} is not there`, fix: `make it: mkdir -p ${folder}` };
    const found = foundAt(path);
    if (found?.isDirectory() === true)
      return { problem: `${path} is a folder, not a file`, fix: 'name a file' };
    if (found !== undefined) accessSync(path, constants.R_OK | constants.W_OK);
  } catch (error) {
    return fileFault(path, 'written', error);
  }
  return folderFault(folder);
}

function foundAt(path: string): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false });
}

/**
 * Makes a folder and what is missing above it. Not by node's `recursive`: it begins again for ever where the system says
 * that a folder which is there has no such place in it (/proc).
 */
export function makeFolder(path: string, mode = 0o777): void {
  const full = resolve(path);
  try {
    if (foundAt(full)?.isDirectory() === true) return;
    if (full !== dirname(full)) makeFolder(dirname(full), mode);
    mkdirSync(full, { mode });
  } catch (error) {
    // Two that start at once both make it.
    if (foundAt(full)?.isDirectory() === true) return;
    if (error instanceof FileError) throw error;
    if (errnoOf(error) !== 'ENOENT') throw new FileError(fileFault(path, 'written', error), error);
    const fix = 'name another folder';
    throw new FileError(
      { problem: `no folder can be made at ${path}: the system has no such place`, fix },
      error,
    );
  }
}

/** Writes a new file, whole or not at all, never over one that is there, and waits until it is on the disk. */
export function writeNew(path: string, text: string, mode = 0o666): void {
  try {
    const file = openSync(path, 'wx', mode);
    try {
      writeOut(file, text);
    } catch (error) {
      rmSync(path, { force: true });
      throw error;
    }
  } catch (error) {
    throw new FileError(fileFault(path, 'written', error), error);
  }
}

/**
 * Writes a file for its owner beside the old one and renames it over: a reader sees the old file or the new one, never half of
 * it, also after the power was cut. One at a time: `change` reads what is there, and of two that read the same one would be
 * lost. A link goes on leading to the file.
 */
export function changeFile(path: string, change: () => string): void {
  try {
    const place = realpathSync(path);
    const passing = `${place}.new`;
    const file = reserved(passing, path);
    try {
      const text = change();
      keepOwner(place, file);
      writeOut(file, text);
      renameSync(passing, place);
    } catch (error) {
      rmSync(passing, { force: true });
      throw error;
    }
    syncFolder(dirname(place));
  } catch (error) {
    if (error instanceof FileError) throw error;
    throw new FileError(fileFault(path, 'written', error), error);
  }
}

/** The name is the lock: whoever made the file has it. */
function reserved(passing: string, path: string): number {
  try {
    return openSync(passing, 'wx', 0o600);
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
    const problem = `${path} is being changed by another command, or one was broken off: ${passing} is there`;
    throw new FileError({ problem, fix: `wait for it; where none runs, delete ${passing}` }, error);
  }
}

/** What an administrator writes stays readable for the user that runs the gateway. */
function keepOwner(path: string, file: number): void {
  const { uid, gid } = statSync(path);
  if (process.getuid?.() === 0 && uid !== 0) fchownSync(file, uid, gid);
}

function writeOut(file: number, text: string): void {
  try {
    writeFileSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Makes the names in it durable; Windows cannot, and need not. */
function syncFolder(path: string): void {
  if (process.platform === 'win32') return;
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
