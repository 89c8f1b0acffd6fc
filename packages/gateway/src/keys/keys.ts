// The gateway's own keys in one file, readable by its account alone: sealing of factors, digests of codes and tickets,
// record ids, and the signature towards the portal. Made by `palier init`; the ledger's key is not here but offline.
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { type Random, type SealingKeys, Secret } from '@palier/mfa-core';
import type { JWK } from 'jose';
import { type AssertionKeys, makeAssertionKey } from '../proxy/assertion.ts';

export interface GatewayKeys {
  readonly sealing: SealingKeys;
  readonly digests: Secret;
  readonly records: Secret;
  /** While the key of records rotates: the one before (record-rotation.ts). */
  readonly recordsBefore: Secret | undefined;
  readonly assertion: AssertionKeys;
}

interface KeyFile {
  readonly sealing: { readonly current: string; readonly keys: Readonly<Record<string, string>> };
  readonly digests: string;
  readonly records: string;
  readonly recordsBefore?: { readonly key: string };
  readonly assertion: readonly JWK[];
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');

/** Fresh keys of every kind. */
export async function makeKeyFile(random: Random): Promise<string> {
  const file: KeyFile = {
    sealing: { current: 'k1', keys: { k1: text(random(32)) } },
    digests: text(random(32)),
    records: text(random(32)),
    // The second is published from the start, so that everybody knows it when the first rotation lets it sign.
    assertion: [await makeAssertionKey(), await makeAssertionKey()],
  };
  return `${JSON.stringify(file, null, 2)}\n`;
}

/** Writes a key file that only its owner can read; never over one that is there. */
export function writeKeyFile(path: string, content: string): void {
  writeFileSync(path, content, { mode: 0o600, flag: 'wx' });
}

/** What is wrong with a key file, in words an operator can act on. */
export class KeyFileError extends Error {}

/** Reads and checks the file. Keys that others on the machine can read are refused, as are short ones (A250). */
export function readKeyFile(path: string): GatewayKeys {
  const mode = statSync(path, { throwIfNoEntry: false })?.mode;
  if (mode === undefined)
    throw new KeyFileError(`there is no key file at ${path}; make one with "palier init"`);
  if (process.platform !== 'win32' && (mode & 0o077) !== 0)
    throw new KeyFileError(`${path} can be read by other accounts; run "chmod 600 ${path}"`);
  const file = parsed(path);
  const sealing = new Map(
    Object.entries(file.sealing.keys).map(([id, key]) => [id, secretOf(path, key)] as const),
  );
  if (!sealing.has(file.sealing.current)) throw new KeyFileError(`${path}: sealing.current names no key`);
  const [first, ...rest] = file.assertion;
  if (first === undefined) throw new KeyFileError(`${path}: assertion has no key`);
  return {
    sealing: { current: file.sealing.current, keys: sealing },
    digests: secretOf(path, file.digests),
    records: secretOf(path, file.records),
    recordsBefore: file.recordsBefore && secretOf(path, file.recordsBefore.key),
    assertion: [first, ...rest],
  };
}

function parsed(path: string): KeyFile {
  try {
    const file = JSON.parse(readFileSync(path, 'utf8')) as Partial<KeyFile>;
    if (
      file.sealing !== undefined &&
      file.digests !== undefined &&
      file.records !== undefined &&
      Array.isArray(file.assertion)
    )
      return file as KeyFile;
  } catch (cause) {
    throw new KeyFileError(`${path} is no sound key file`, { cause });
  }
  throw new KeyFileError(`${path} lacks sealing, digests, records or assertion`);
}

function secretOf(path: string, key: string): Secret {
  const bytes = Buffer.from(key, 'base64url');
  if (bytes.length < 32) throw new KeyFileError(`${path} has a key shorter than 32 bytes`);
  return new Secret(bytes);
}
