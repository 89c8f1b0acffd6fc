// Where lists come from: files the operator keeps up by other means, and the publisher's addresses. Plain http is right
// for these: a list is signed, and its signature is what is believed.
import { createHash } from 'node:crypto';
import { readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Seconds } from '@palier/mfa-core';
import { fetched } from './fetched.ts';
import type { BroughtList, ListSource } from './lists.ts';

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
  /** Folder in which the last one brought is kept, so that a restart does not depend on the publisher. */
  readonly keepIn: string | undefined;
}

export function listAddress({ url, timeout, keepIn }: ListAddress): ListSource {
  const file =
    keepIn && join(keepIn, `${createHash('sha256').update(url.href).digest('hex').slice(0, 16)}.crl`);
  return async () => {
    const brought = await fetched(url, { timeout, longest: longestList });
    const failed = 'failed' in brought;
    const kept = file === undefined ? [] : [await readOne(file)];
    // The kept one first, also beside what was brought: an older list sent again at a start is then older than one known.
    const known = failed ? kept : kept.filter((one) => !('failed' in one));
    if (failed) return [...known, { from: url.href, failed: brought.failed }];
    const { bytes } = brought;
    return [
      ...known,
      { from: url.href, bytes, ...(file !== undefined && { keep: () => keep(file, bytes) }) },
    ];
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
