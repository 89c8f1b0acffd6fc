// The wrapped data key of one segment, in a file of its own beside it. The head of the segment has its hash, so the chain
// covers the key and stays whole without it: whoever destroys the file makes the persons of that segment unreadable for
// good, also in every copy that was made without the keys, while account, time and numbers stay. Segments of before carry
// the wrapped key in their head.
import { hash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';
import type { Instant, Random } from '@palier/mfa-core';
import { FileError } from '../files/file-fault.ts';
import { demandFile, openToRead, placeFile } from './folder.ts';
import { isWrapped } from './keys.ts';
import type { HeadLine } from './line.ts';

/** The operator's word that a key was destroyed. It stands where the key was, and anybody with the disk can write it. */
export interface Destroyed {
  readonly destroyed: string;
  readonly by: string;
  readonly reason: string;
}

export type SegmentKey =
  | { readonly kind: 'wrapped'; readonly wrapped: string }
  | ({ readonly kind: 'destroyed' } & Destroyed)
  | { readonly kind: 'key-missing' }
  | { readonly kind: 'key-changed' };

/** A hash where older heads have the key itself. */
const hashed = /^[A-Za-z0-9_-]{43}$/;

/** A wrapped key has some hundred bytes; a file that says it has gigabytes is somebody else's. */
const longestKey = 65_536;

export function keyPath(segmentPath: string): string {
  return segmentPath.replace(/\.jsonl$/, '.key');
}

/** Puts a key beside its segment, before there is one; resolves to what the head says of it. */
export async function placeKey(folder: string, path: string, wrapped: string): Promise<string> {
  const file = await placeFile(folder, keyPath(path), (fresh) => fresh.appendFile(wrapped));
  await file.close();
  return hashOf(wrapped);
}

function hashOf(wrapped: string): string {
  return hash('sha256', wrapped, 'base64url');
}

/** The key of a segment, as far as it is there. */
export async function readKey(path: string, { key }: Pick<HeadLine, 'key'>): Promise<SegmentKey> {
  if (!hashed.test(key)) return wrappedIn(key);
  const text = await keyText(keyPath(path)).catch(absent);
  if (text === undefined) return { kind: 'key-missing' };
  if (hashOf(text) === key) return wrappedIn(text);
  const word = destroyedIn(text);
  return word === undefined ? { kind: 'key-changed' } : { kind: 'destroyed', ...word };
}

/** What somebody else put there has no text, or one that is longer than any key: it is not read. */
async function keyText(path: string): Promise<string> {
  const file = await openToRead(path).catch(noFile);
  if (file === undefined) return '';
  try {
    return (await file.stat()).size > longestKey ? '' : await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

function noFile(error: Error): undefined {
  if (!(error instanceof FileError)) throw error;
  return undefined;
}

/** What is no key at all is a fault of that segment, and stops no answer about the others. */
function wrappedIn(text: string): SegmentKey {
  return isWrapped(text) ? { kind: 'wrapped', wrapped: text } : { kind: 'key-changed' };
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
  return undefined;
}

function absentOrNone(error: NodeJS.ErrnoException): undefined {
  return error instanceof FileError || none.has(error.code) ? undefined : absent(error);
}

function destroyedIn(text: string): Destroyed | undefined {
  try {
    const { destroyed, by, reason } = JSON.parse(text) as Partial<Destroyed>;
    if (typeof destroyed !== 'string' || typeof by !== 'string' || typeof reason !== 'string')
      return undefined;
    return { destroyed, by, reason };
  } catch {
    return undefined;
  }
}

export interface Destruction {
  readonly by: string;
  readonly reason: string;
  readonly now: Instant;
}

/**
 * Writes the word over the key where it lies, in one write: whoever dies on the way leaves the key or the word, and never
 * bytes that look like a forgery for good. A disk that copies on write or remaps may keep the old blocks.
 */
export async function destroyKey(path: string, { by, reason, now }: Destruction): Promise<void> {
  const word: Destroyed = { destroyed: new Date(now).toISOString(), by, reason };
  // At least as long as the key; blanks behind it mean nothing in JSON.
  await overwrite(keyPath(path), (size) => Buffer.from(JSON.stringify(word).padEnd(size)));
}

/**
 * With the segment that retention drops goes its key. What is none goes without a word (a link, and not what it leads to; a
 * pipe), or stays where it cannot be taken away (a folder): no segment is kept for it.
 */
export async function dropKey(path: string, random: Random): Promise<void> {
  await overwrite(keyPath(path), (size) => random(Math.min(size, longestKey))).catch(absentOrNone);
  await rm(keyPath(path), { force: true }).catch(absentOrNone);
}

/** What the system says of what is no file and cannot be opened: a link, a folder, a socket. */
const none: ReadonlySet<string | undefined> = new Set([
  'ELOOP',
  'EISDIR',
  'ERR_FS_EISDIR',
  'ESPIPE',
  'ENXIO',
]);

/** Windows has no such flag; links there are made by administrators. */
const inPlace = constants.O_RDWR | (constants.O_NOFOLLOW ?? 0);

async function overwrite(path: string, bytes: (size: number) => Uint8Array): Promise<void> {
  const file: FileHandle = await open(path, inPlace);
  await demandFile(file, path);
  try {
    const { size } = await file.stat();
    const fresh = bytes(size);
    await file.write(fresh, 0, fresh.length, 0);
    await file.sync();
  } finally {
    await file.close();
  }
}
