// Where lists come from: files the operator keeps up by other means, and the publisher's addresses. Plain http is right
// for these: a list is signed, and its signature is what is believed.
import { readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Seconds } from '@palier/mfa-core';
import { makeFolder } from '../../files/writing.ts';
import { fetched } from './fetched.ts';
import type { BroughtList, ListSource } from './lists.ts';
import type { RevocationList } from './revocation-list.ts';

const longestList = 64 * 1024 * 1024;

/** A file, or every file of a folder that ends in `.crl`, `.pem` or `.der`. */
export function listFiles(path: string): ListSource {
  return async () => {
    try {
      const folder = (await stat(path)).isDirectory();
      const names = folder ? (await readdir(path)).filter((name) => /\.(crl|pem|der)$/.test(name)) : [''];
      return await Promise.all(names.map((name) => readOne(name === '' ? path : join(path, name))));
    } catch (error) {
      return [{ from: path, failed: codeOf(error) }];
    }
  };
}

async function readOne(path: string): Promise<BroughtList> {
  try {
    return { from: path, bytes: await readFile(path) };
  } catch (error) {
    return { from: path, failed: codeOf(error) };
  }
}

export interface ListAddress {
  readonly url: URL;
  readonly timeout: Seconds;
}

export function listAddress({ url, timeout }: ListAddress): ListSource {
  return async () => {
    const brought = await fetched(url, { timeout, longest: longestList });
    return [{ from: url.href, ...brought }];
  };
}

/** The folder in which the newest list of each authority is kept: a restart neither depends on where it came from nor takes an older one. */
export interface KeptLists {
  /** What was kept, once: for the start, before everything else. */
  readonly source: ListSource;
  readonly keep: (list: RevocationList, bytes: Uint8Array) => Promise<void>;
}

export function keptLists(folder: string): KeptLists {
  makeFolder(folder, 0o700);
  let read = false;
  return {
    source: async () => {
      if (read) return [];
      read = true;
      return listFiles(folder)();
    },
    keep: ({ authority }, bytes) => keep(join(folder, `${authority}.crl`), bytes),
  };
}

/** Whole or not at all; a disk that is full costs the next restart its list, not this one. */
async function keep(file: string, bytes: Uint8Array): Promise<void> {
  try {
    await writeFile(`${file}.new`, bytes, { mode: 0o600 });
    await rename(`${file}.new`, file);
  } catch {
    // The list at hand is good all the same.
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
}
