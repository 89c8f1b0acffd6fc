// Reads what `ledger.ts` wrote: verifies the chain without any key, and opens the records with the operator's.
import { createDecipheriv } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { compactDecrypt, importJWK, type JWK } from 'jose';
import { hashOf, isWhole, type LedgerLine, type SegmentHead } from './ledger.ts';

export interface LedgerFault {
  readonly segment: string;
  /** 1 is the head. */
  readonly line: number;
  readonly fault: 'not-json' | 'changed' | 'missing-or-reordered' | 'segment-missing' | 'torn-last-line';
}

export interface Verified {
  readonly segments: number;
  readonly entries: number;
  readonly faults: readonly LedgerFault[];
}

async function segmentsIn(directory: string): Promise<readonly string[]> {
  return (await readdir(directory)).filter((name) => name.endsWith('.jsonl')).sort();
}

function linesOf(directory: string, segment: string): AsyncIterable<string> {
  return createInterface({ input: createReadStream(join(directory, segment)), crlfDelay: Number.POSITIVE_INFINITY });
}

/**
 * Follows the chain through every segment. A changed line, a missing one, two in another order and a missing segment are
 * found, and where. Cutting off the newest lines is not found by the chain alone: keep the last hash elsewhere for that.
 */
export async function verifyLedger(directory: string, onProgress?: (entries: number) => void): Promise<Verified> {
  const faults: LedgerFault[] = [];
  let previous = '';
  let entries = 0;
  const segments = await segmentsIn(directory);
  for (const segment of segments) {
    let number = 0;
    let torn: LedgerFault | undefined;
    for await (const text of linesOf(directory, segment)) {
      number += 1;
      if (torn !== undefined) faults.push({ ...torn, fault: 'not-json' });
      torn = undefined;
      if (!isWhole(text)) {
        torn = { segment, line: number, fault: 'torn-last-line' };
        continue;
      }
      const next = number === 1 ? headHash(text, previous) : lineHash(text, previous, number - 1);
      if ('fault' in next) faults.push({ segment, line: number, fault: next.fault });
      previous = next.hash;
      if (number > 1) entries += 1;
      if (entries % 10_000 === 0) onProgress?.(entries);
    }
    if (torn !== undefined) faults.push(torn);
  }
  return { segments: segments.length, entries, faults: faults.filter(({ fault }) => fault !== 'torn-last-line') };
}

type Next = { readonly hash: string } | { readonly hash: string; readonly fault: LedgerFault['fault'] };

function headHash(text: string, previous: string): Next {
  const head = JSON.parse(text) as SegmentHead;
  const hash = hashOf(head.after, text);
  return head.after === previous ? { hash } : { hash, fault: 'segment-missing' };
}

function lineHash(text: string, previous: string, expected: number): Next {
  const { hash, ...line } = JSON.parse(text) as LedgerLine;
  if (line.n !== expected) return { hash, fault: 'missing-or-reordered' };
  return hashOf(previous, JSON.stringify(line)) === hash ? { hash } : { hash, fault: 'changed' };
}

export interface OpenedEntry {
  readonly line: LedgerLine;
  readonly secret: { readonly records: readonly { readonly id: string; readonly type: string }[]; readonly fields: readonly string[]; readonly session?: string; readonly factor?: string; readonly proofKind?: string; readonly status: number; readonly peer: string };
}

export interface Search {
  readonly directory: string;
  readonly accounts: ReadonlySet<string> | undefined;
  readonly from: Date;
  readonly to: Date;
  readonly privateKey: JWK;
  readonly onProgress?: (entries: number) => void;
}

/** Entries of the accounts in the span, opened. A wrong key rejects; nothing is skipped silently. */
export async function* openEntries(search: Search): AsyncGenerator<OpenedEntry> {
  const key = await importJWK(search.privateKey, 'ECDH-ES');
  const [from, to] = [search.from.toISOString(), search.to.toISOString()];
  let seen = 0;
  for (const segment of await segmentsIn(search.directory)) {
    let dataKey: Uint8Array | undefined;
    for await (const text of linesOf(search.directory, segment)) {
      if (!isWhole(text)) continue;
      const line = JSON.parse(text) as LedgerLine | SegmentHead;
      if ('palier' in line) {
        dataKey = (await compactDecrypt(line.key, key)).plaintext;
        continue;
      }
      seen += 1;
      if (seen % 10_000 === 0) search.onProgress?.(seen);
      const wanted = line.at >= from && line.at <= to && (search.accounts === undefined || search.accounts.has(line.account));
      if (wanted && dataKey !== undefined) yield { line, secret: unseal(line, dataKey) };
    }
  }
}

function unseal(line: LedgerLine, key: Uint8Array): OpenedEntry['secret'] {
  const { sealed, hash: _hash, ...open } = line;
  const bytes = Buffer.from(sealed, 'base64url');
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12)).setAAD(Buffer.from(JSON.stringify(open)));
  decipher.setAuthTag(bytes.subarray(-16));
  return JSON.parse(Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]).toString('utf8')) as OpenedEntry['secret'];
}
