// Seals the part of an entry that says who was seen (NIST SP 800-38D). The nonce is the entry's number: the key is made
// for one segment and no number occurs twice in it. The clear part and the chain before it are authenticated with it,
// so nobody without the data key can renumber, redate or reattribute an entry, or rewrite what was before it.
import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto';
import type { LedgerEntry } from './entry.ts';
import type { EntryLine } from './line.ts';

/** What only the operator's key reads. */
export interface SealedPart {
  readonly class: string;
  readonly organisation?: string;
  readonly session?: string;
  readonly proof?: string;
  readonly factor?: string;
  readonly proofKind?: string;
  readonly fields: readonly string[];
  readonly status: number;
  readonly peer: string;
  readonly exemption?: string;
  readonly records: readonly { readonly id: string; readonly type: string }[];
}

export type ClearPart = Omit<EntryLine, 'sealed' | 'hash'>;

const tagLength = 16;

export function clearPart(entry: LedgerEntry, n: number): ClearPart {
  const { at, account, route, outcome, records } = entry;
  return { n, at: new Date(at).toISOString(), account, route, outcome, count: records.length };
}

/** The clear part as it stands in the line, in JSON, and its number. */
interface Clear {
  readonly n: number;
  readonly clear: string;
}

/** Ciphertext and tag, base64url. The record digests of the budgets stay out: they would tie the ledger to its key. */
export function seal(key: KeyObject, previous: string, { n, clear }: Clear, entry: LedgerEntry): string {
  const { at: _at, account: _account, route: _route, outcome: _outcome, records, ...rest } = entry;
  const text = JSON.stringify({ ...rest, records: records.map(({ id, type }) => ({ id, type })) });
  const cipher = createCipheriv('aes-256-gcm', key, nonceOf(n)).setAAD(bound(previous, clear));
  return Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString(
    'base64url',
  );
}

/** Opens an entry; undefined when it was not sealed under this key, at this place, with this clear part. */
export function unseal(key: KeyObject, previous: string, line: EntryLine): SealedPart | undefined {
  const bytes = Buffer.from(line.sealed, 'base64url');
  if (bytes.length < tagLength) return undefined;
  const { n, at, account, route, outcome, count } = line;
  const decipher = createDecipheriv('aes-256-gcm', key, nonceOf(n), { authTagLength: tagLength });
  decipher
    .setAAD(bound(previous, JSON.stringify({ n, at, account, route, outcome, count })))
    .setAuthTag(bytes.subarray(-tagLength));
  try {
    const text = decipher.update(bytes.subarray(0, -tagLength), undefined, 'utf8') + decipher.final('utf8');
    return JSON.parse(text) as SealedPart;
  } catch {
    return undefined;
  }
}

function nonceOf(n: number): Uint8Array {
  const nonce = Buffer.alloc(12);
  nonce.writeUIntBE(n, 6, 6);
  return nonce;
}

function bound(previous: string, clear: string): Uint8Array {
  return Buffer.from(`${previous}\n${clear}`);
}
