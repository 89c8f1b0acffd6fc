// Seals the part of the entries that says who was seen (NIST SP 800-38D), all of a line at once. The nonce is the number of
// the first entry: the key is made for one segment and no number occurs twice in it. The clear part and the chain before it
// are authenticated with it, so nobody without the data key can renumber, redate or reattribute an entry, or rewrite what
// was before it.
import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto';
import type { LedgerEntry } from './entry.ts';
import { type ClearEntry, clearText, type GroupLine } from './line.ts';

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

const tagLength = 16;

/**
 * The line of a group of entries, the first of them numbered `n`: an object in JSON that lacks its closing brace, for
 * chainedText. The record digests of the budgets stay out: they would tie the ledger to its key.
 */
export function seal(key: KeyObject, previous: string, n: number, group: readonly LedgerEntry[]): string {
  const clear = JSON.stringify({ n, entries: group.map(clearPart) });
  const cipher = createCipheriv('aes-256-gcm', key, nonceOf(n)).setAAD(bound(previous, clear));
  const bytes = [cipher.update(JSON.stringify(group.map(sealedPart))), cipher.final(), cipher.getAuthTag()];
  return `${clear.slice(0, -1)},"sealed":"${Buffer.concat(bytes).toString('base64url')}"`;
}

function clearPart({ at, account, route, outcome, records }: LedgerEntry): ClearEntry {
  return { at: new Date(at).toISOString(), account, route, outcome, count: records.length };
}

function sealedPart(entry: LedgerEntry): SealedPart {
  const { at: _at, account: _account, route: _route, outcome: _outcome, records, ...rest } = entry;
  return { ...(rest as Omit<SealedPart, 'records'>), records: records.map(({ id, type }) => ({ id, type })) };
}

/**
 * The sealed parts of a line's entries, in their order; undefined when it was not sealed under this key, at this place, with
 * this clear part.
 */
export function unseal(
  key: KeyObject,
  { previous, text }: Standing,
  { n, entries, sealed }: GroupLine,
): readonly SealedPart[] | undefined {
  const bytes = Buffer.from(sealed, 'base64url');
  if (bytes.length < tagLength) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', key, nonceOf(n), { authTagLength: tagLength });
  decipher.setAAD(bound(previous, clearText(text))).setAuthTag(bytes.subarray(-tagLength));
  try {
    const opened = decipher.update(bytes.subarray(0, -tagLength), undefined, 'utf8') + decipher.final('utf8');
    // A line of before has one entry, and no list.
    const parts = [JSON.parse(opened)].flat() as readonly SealedPart[];
    return parts.length === entries.length ? parts : undefined;
  } catch {
    return undefined;
  }
}

/** A line as it stands on the disk, and the hash before it. */
interface Standing {
  readonly previous: string;
  readonly text: string;
}

function nonceOf(n: number): Uint8Array {
  const nonce = Buffer.alloc(12);
  nonce.writeUIntBE(n, 6, 6);
  return nonce;
}

function bound(previous: string, clear: string): Uint8Array {
  return Buffer.from(`${previous}\n${clear}`);
}
