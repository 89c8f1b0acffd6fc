// The gateway's own keys in one file, readable by its account alone: sealing of factors, digests of codes and tickets,
// record ids, and the signature towards the portal. Made by `palier init`; the ledger's key is not here but offline.
import { statSync } from 'node:fs';
import { type Random, type SealingKeys, Secret } from '@palier/mfa-core';
import type { JWK } from 'jose';
import { errnoOf, FileError } from '../files/file-fault.ts';
import { readText } from '../files/reading.ts';
import { writeNew } from '../files/writing.ts';
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
    // The second waits from the start, so that everybody knows it when the first rotation makes it current.
    sealing: { current: 'k1', keys: { k1: text(random(32)), k2: text(random(32)) } },
    digests: text(random(32)),
    records: text(random(32)),
    // And here the second is published from the start.
    assertion: [await makeAssertionKey(), await makeAssertionKey()],
  };
  return `${JSON.stringify(file, null, 2)}\n`;
}

/** Writes a key file that only its owner can read; never over one that is there. */
export function writeKeyFile(path: string, content: string): void {
  writeNew(path, content, 0o600);
}

/** What is wrong with a key file, in words an operator can act on. */
export class KeyFileError extends FileError {}

/** New keys are no way out of a file that is lost or damaged while a copy of it exists. */
const restore =
  'put it back from a backup: what was enrolled and counted rests on it. Where there is none, and at a first start: palier init';

/** Reads and checks the file. Keys that others on the machine can read are refused, as are short ones (A250). */
export function readKeyFile(path: string): GatewayKeys {
  const mode = modeOf(path);
  if (mode === undefined)
    throw new KeyFileError({ problem: `there is no key file at ${path}`, fix: restore });
  if (process.platform !== 'win32' && (mode & 0o077) !== 0)
    throw new KeyFileError({
      problem: `${path} can be read by other accounts`,
      fix: `run: chmod 600 ${path}`,
    });
  const file = parsed(path);
  const sealing = new Map(
    Object.entries(file.sealing.keys).map(([id, key]) => [id, secretOf(path, key)] as const),
  );
  if (!sealing.has(file.sealing.current)) throw unsound(path, 'sealing.current names no key');
  const [first, ...rest] = file.assertion;
  if (first === undefined) throw unsound(path, 'assertion has no key');
  return {
    sealing: { current: file.sealing.current, keys: sealing },
    digests: secretOf(path, file.digests),
    records: secretOf(path, file.records),
    recordsBefore: file.recordsBefore && secretOf(path, file.recordsBefore.key),
    assertion: [first, ...rest],
  };
}

/** Undefined where there is no file; what cannot even be looked for (a folder that is shut) is told by the reading. */
function modeOf(path: string): number | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })?.mode;
  } catch (error) {
    return errnoOf(error) === 'ENOTDIR' ? undefined : 0o600;
  }
}

function parsed(path: string): KeyFile {
  const text = readText(path);
  const file = keysIn(text);
  if (file === undefined) throw unsound(path, 'it is no JSON with keys in it');
  const { sealing, digests, records, assertion } = file;
  if (
    sealing?.keys === undefined ||
    digests === undefined ||
    records === undefined ||
    !Array.isArray(assertion)
  )
    throw unsound(path, 'sealing, digests, records or assertion is missing');
  return file as KeyFile;
}

function keysIn(text: string): Partial<KeyFile> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function unsound(path: string, why: string): KeyFileError {
  return new KeyFileError({ problem: `${path} is no sound key file: ${why}`, fix: restore });
}

function secretOf(path: string, key: string): Secret {
  const bytes = Buffer.from(key, 'base64url');
  if (bytes.length < 32) throw unsound(path, 'a key is shorter than 32 bytes');
  return new Secret(bytes);
}
