// Who saw whom, kept so that a thief of the disk, and the gateway itself afterwards, cannot read it. Segments of JSON
// lines: account and time in the clear to search by, the records sealed under a data key that only the operator's
// offline key can open. Every line carries the hash of what came before it.
import { createCipheriv, createHash } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock, Random } from '@palier/mfa-core';
import { CompactEncrypt, importJWK, type JWK } from 'jose';
import type { Ledger, LedgerEntry } from './entry.ts';

export interface LedgerSetting {
  readonly directory: string;
  /** The operator's public key (EC P-256 or X25519 JWK); the private half is never on this machine. */
  readonly sealTo: JWK;
  readonly clock: Clock;
  readonly random: Random;
}

/** The first line of a segment. */
export interface SegmentHead {
  readonly palier: 'ledger/v1';
  readonly segment: string;
  /** JWE (ECDH-ES, A256GCM) of the segment's data key. */
  readonly key: string;
  /** Hash of the last line of the segment before, or empty. */
  readonly after: string;
}

export interface LedgerLine {
  readonly n: number;
  readonly at: string;
  readonly account: string;
  readonly route: string;
  readonly outcome: LedgerEntry['outcome'];
  /** Distinct records in this entry. */
  readonly count: number;
  /** Base64url of nonce, ciphertext and tag: the rest of the entry. */
  readonly sealed: string;
  /** SHA-256 over the hash before and this line without `hash`, base64url. */
  readonly hash: string;
}

export const headName = 'palier';

/** Begins a new segment: the old data key is gone with the process that held it. Rejects when the directory cannot be written. */
export async function openLedger(setting: LedgerSetting): Promise<Ledger> {
  await mkdir(setting.directory, { recursive: true, mode: 0o700 });
  const previous = await lastHash(setting.directory);
  const segment = segmentName(setting.clock.now(), setting.random);
  const key = setting.random(32);
  const file = await open(join(setting.directory, segment), 'ax', 0o600);
  const head: SegmentHead = { palier: 'ledger/v1', segment, key: await wrapped(key, setting.sealTo), after: previous };
  const first = JSON.stringify(head);
  await file.appendFile(`${first}\n`);
  await file.datasync();
  return groupCommit(file, key, hashOf(previous, first), setting.random);
}

function segmentName(now: number, random: Random): string {
  return `${new Date(now).toISOString().replace(/[:.]/g, '-')}-${Buffer.from(random(4)).toString('hex')}.jsonl`;
}

export function hashOf(previous: string, line: string): string {
  return createHash('sha256').update(previous).update('\n').update(line).digest('base64url');
}

async function wrapped(key: Uint8Array, sealTo: JWK): Promise<string> {
  const recipient = await importJWK(sealTo, 'ECDH-ES');
  return new CompactEncrypt(key).setProtectedHeader({ alg: 'ECDH-ES', enc: 'A256GCM', ...(sealTo.kid !== undefined && { kid: sealTo.kid }) }).encrypt(recipient);
}

/** The hash a new segment goes on from: that of the newest segment's last whole line. */
async function lastHash(directory: string): Promise<string> {
  const segments = (await readdir(directory)).filter((name) => name.endsWith('.jsonl')).sort();
  const newest = segments.at(-1);
  if (newest === undefined) return '';
  const handle = await open(join(directory, newest), 'r');
  try {
    const lines = (await handle.readFile('utf8')).split('\n').filter((line) => line !== '');
    return chained(lines);
  } finally {
    await handle.close();
  }
}

/** A torn last line (a power cut in the middle of a write) was never acknowledged, so the chain goes on before it. */
function chained(lines: readonly string[]): string {
  const whole = lines.filter((line) => isWhole(line));
  const last = whole.at(-1);
  if (last === undefined) return '';
  const line = JSON.parse(last) as Partial<LedgerLine> & Partial<SegmentHead>;
  return line.hash ?? hashOf(line.after ?? '', last);
}

export function isWhole(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}

interface Waiting {
  readonly entry: LedgerEntry;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** One write and one sync for all entries that wait: durable at the cost of one. A failed one fails every later append too. */
function groupCommit(file: FileHandle, key: Uint8Array, start: string, random: Random): Ledger {
  let hash = start;
  let count = 0;
  let queue: Waiting[] = [];
  let running: Promise<void> | undefined;
  let broken: unknown;
  const flush = async (): Promise<void> => {
    while (queue.length > 0) {
      const group = queue;
      queue = [];
      const lines = group.map(({ entry }) => {
        count += 1;
        const line = lineOf(entry, count, hash, key, random);
        hash = line.hash;
        return JSON.stringify(line);
      });
      try {
        if (broken !== undefined) throw broken;
        await file.appendFile(`${lines.join('\n')}\n`);
        await file.datasync();
        for (const { resolve } of group) resolve();
      } catch (error) {
        broken = error;
        for (const { reject } of group) reject(error);
      }
    }
    running = undefined;
  };
  return {
    append: (entry) =>
      new Promise((resolve, reject) => {
        queue.push({ entry, resolve, reject });
        running ??= Promise.resolve().then(flush);
      }),
    close: async () => {
      await running;
      await file.close();
    },
  };
}

function lineOf(entry: LedgerEntry, n: number, previous: string, key: Uint8Array, random: Random): LedgerLine {
  const { at, account, route, outcome, records, ...rest } = entry;
  const nonce = random(12);
  const open = { n, at: new Date(at).toISOString(), account, route, outcome, count: records.length };
  const secret = JSON.stringify({ ...rest, records: records.map(({ id, type }) => ({ id, type })) });
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(JSON.stringify(open)));
  const sealed = Buffer.concat([nonce, cipher.update(secret, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString('base64url');
  const line = { ...open, sealed };
  return { ...line, hash: hashOf(previous, JSON.stringify(line)) };
}
