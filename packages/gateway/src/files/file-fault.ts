// Why a file that an operator named cannot be used, in words to act on: the system's own (EACCES, ENOENT) say neither which
// user nor what to do.
import { statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname } from 'node:path';

/** What is wrong, and what to do. */
export interface FileFault {
  readonly problem: string;
  readonly fix: string;
}

/** A file that cannot be used, for whoever runs palier. */
export class FileError extends Error implements FileFault {
  readonly problem: string;
  readonly fix: string;

  constructor({ problem, fix }: FileFault, cause?: unknown) {
    super(`${problem}\n    fix: ${fix}`, cause === undefined ? {} : { cause });
    this.name = 'FileError';
    this.problem = problem;
    this.fix = fix;
  }
}

/** Of an error that may name its file itself: its words, and its fix or else this one. */
export function faultOf(error: unknown, fix: string): FileFault {
  if (error instanceof FileError) return { problem: error.problem, fix: error.fix };
  const path = pathOf(error);
  if (path !== undefined && errnoOf(error) !== undefined) return fileFault(path, 'read', error);
  return { problem: error instanceof Error ? error.message : 'it cannot be read', fix };
}

function pathOf(error: unknown): string | undefined {
  return error instanceof Error && 'path' in error && typeof error.path === 'string' ? error.path : undefined;
}

/** What was tried with the file. */
export type FileAct = 'read' | 'written' | 'opened';

/** The words for an error of the system; of anything else, its own. */
export function fileFault(path: string, act: FileAct, error: unknown): FileFault {
  if (error instanceof FileError) return error;
  switch (errnoOf(error)) {
    case 'ENOENT':
      return absent(path, act);
    case 'EACCES':
    case 'EPERM':
      return forbidden(path, act);
    case 'EROFS':
      return { problem: `${path} is on a disk that can only be read`, fix: 'name a place on another one' };
    case 'EISDIR':
      return { problem: `${path} is a folder, not a file`, fix: 'name the file' };
    case 'ENOTDIR':
      return { problem: `${path}: what should be a folder there is a file`, fix: 'name another place' };
    case 'EEXIST':
      return { problem: `${path} is there already`, fix: 'move it away, or name another file' };
    case 'ENOSPC':
      return { problem: `${path}: the disk is full`, fix: 'make room' };
    default:
      return {
        problem: `${path} cannot be ${act}: ${error instanceof Error ? error.message : 'no reason given'}`,
        fix: 'name the right file',
      };
  }
}

function absent(path: string, act: FileAct): FileFault {
  const folder = dirname(path);
  if (act === 'read' || isThere(folder))
    return { problem: `there is no file ${path}`, fix: 'write the path of one that is there' };
  return { problem: `the folder ${folder} is not there`, fix: `make it: mkdir -p ${folder}` };
}

/** Where the file itself is not to be seen, it is its folder that is shut. */
function forbidden(path: string, act: FileAct): FileFault {
  const name = userName();
  const shut = shutAt(path);
  return {
    problem: `${path} cannot be ${act} by this user (${name})`,
    fix: `run palier as the owner of ${shut}${ownerOf(shut)}, or give it to this user: chown ${name} ${shut}`,
  };
}

function shutAt(path: string): string {
  const above = dirname(path);
  return isThere(path) || above === path ? path : shutAt(above);
}

function ownerOf(path: string): string {
  try {
    return ` (user ${statSync(path).uid})`;
  } catch {
    return '';
  }
}

function isThere(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}

/** In a container a user need not have a name. */
export function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? 'unknown');
  }
}

/** `EACCES` and the like; undefined for what is no error of the system. */
export function errnoOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined;
  return /^E[A-Z0-9]+$/.test(error.code) ? error.code : undefined;
}
