// The lines of a segment: one head, groups of entries, one end. Every line is a JSON object whose last member is the hash
// of the line before and of its own bytes, so that it is judged on its bytes and never re-serialised. Pure.
import { hash } from 'node:crypto';
import type { LedgerEntry } from './entry.ts';

/**
 * Opens a segment. `key` is the hash of a file beside it, which has a JWE (RFC 7516, ECDH-ES, A256GCM) of the data key that
 * seals the entries below; in older segments it is that JWE itself (segment-key.ts).
 */
export interface HeadLine {
  readonly ledger: 1;
  readonly instance: string;
  /** 1 for the first segment of an instance. */
  readonly segment: number;
  readonly startedAt: string;
  /** Hash of the end of the segment before; empty in the first. */
  readonly after: string;
  /** Entries of this instance before this segment. */
  readonly entries: number;
  readonly key: string;
  /** Segments up to `through` may be gone, by retention; `hash` is the end of that one. */
  readonly dropped?: Dropped;
  readonly hash: string;
}

export interface Dropped {
  readonly through: number;
  readonly hash: string;
}

/** What can be read of an entry without a key. */
export interface ClearEntry {
  readonly at: string;
  readonly account: string;
  readonly route: string;
  readonly outcome: LedgerEntry['outcome'];
  /** Records in this entry. */
  readonly count: number;
}

/** The entries of answers that left at about the same time: sealed together, so that each costs little (group-commit.ts). */
export interface GroupLine {
  /** Number of the first entry. They count through all segments of an instance, from 1. */
  readonly n: number;
  readonly entries: readonly ClearEntry[];
  /** AES-256-GCM ciphertext and tag, base64url; sealing.ts says over what. */
  readonly sealed: string;
  readonly hash: string;
}

/** Closes a segment: what comes after it was not written by us. */
export interface EndLine {
  readonly end: EndReason;
  readonly at: string;
  /** Entries of this instance so far. */
  readonly entries: number;
  /** Bytes of a torn last line that were set aside beside the segment. */
  readonly torn?: number;
  readonly hash: string;
}

export type EndReason = 'full' | 'age' | 'closed' | 'recovered';

export type Line =
  | { readonly kind: 'head'; readonly line: HeadLine }
  | { readonly kind: 'group'; readonly line: GroupLine }
  | { readonly kind: 'end'; readonly line: EndLine };

/** How every line ends: `,"hash":"` and 43 characters and `"}`. */
const tail = /,"hash":"([A-Za-z0-9_-]{43})"\}$/;
const tailLength = ',"hash":"'.length + 43 + '"}'.length;

/** How a line with entries ends: nothing stands behind the seal but the hash. */
const sealedTail = /,"sealed":"([A-Za-z0-9_-]*)","hash":"([A-Za-z0-9_-]{43})"\}$/;

/** What a seal covers of a line that has one: all before it, closed. Only what stands there is read of the entries. */
export function clearText(text: string): string {
  return closed(text, sealedTail.exec(text)?.[0] ?? '');
}

function closed(text: string, ends: string): string {
  return `${text.slice(0, text.length - ends.length)}}`;
}

/** The number of a line's last entry. */
export function lastNumber({ n, entries }: GroupLine): number {
  return n + entries.length - 1;
}

/** Writes a line (without its line feed) that hangs on `previous`. */
export function chained(
  previous: string,
  members: Readonly<Record<string, unknown>>,
): { readonly text: string; readonly hash: string } {
  return chainedText(previous, JSON.stringify(members).slice(0, -1));
}

/** The same for members that are text already: an object in JSON without its closing brace. */
export function chainedText(
  previous: string,
  body: string,
): { readonly text: string; readonly hash: string } {
  const own = hashOf(previous, body);
  return { text: `${body},"hash":"${own}"}`, hash: own };
}

/** Whether a line, as it stands on the disk, hangs on `previous`. */
export function hangsOn(previous: string, text: string): boolean {
  const stated = tail.exec(text)?.[1];
  return stated !== undefined && stated === hashOf(previous, text.slice(0, -tailLength));
}

function hashOf(previous: string, body: string): string {
  return hash('sha256', `${previous}\n${body}`, 'base64url');
}

/** Reads one line; undefined for anything we would not have written. */
export function parseLine(text: string): Line | undefined {
  if (!tail.test(text)) return undefined;
  const [ends, sealed, hash] = sealedTail.exec(text) ?? [];
  if (ends !== undefined) return groupIn(closed(text, ends), sealed ?? '', hash ?? '');
  const members = parsed(text);
  if (members === undefined) return undefined;
  if (isHead(members)) return { kind: 'head', line: members };
  return isEnd(members) ? { kind: 'end', line: members } : undefined;
}

type Members = Readonly<Record<string, unknown>>;

/**
 * Reads the entries from what the seal covers and from nothing else: of two members with one name JSON.parse takes the last,
 * and a second list of entries behind the seal would be believed without being covered.
 */
function groupIn(clear: string, sealed: string, hash: string): Line | undefined {
  const members = parsed(clear);
  if (members === undefined) return undefined;
  const { n } = members;
  const entries = entriesIn(members);
  if (!isNumber(n) || n === 0 || entries === undefined) return undefined;
  return { kind: 'group', line: { n, entries, sealed, hash } };
}

function parsed(text: string): Members | undefined {
  try {
    return JSON.parse(text) as Members;
  } catch {
    return undefined;
  }
}

function entriesIn(members: Members): readonly ClearEntry[] | undefined {
  // Ledgers of before have a line for each entry.
  if (isEntry(members)) return [clearEntryOf(members)];
  const { entries } = members;
  return Array.isArray(entries) && entries.length > 0 && entries.every(isEntry) ? entries : undefined;
}

function clearEntryOf({ at, account, route, outcome, count }: ClearEntry): ClearEntry {
  return { at, account, route, outcome, count };
}

function isEntry(value: unknown): value is ClearEntry {
  if (typeof value !== 'object' || value === null) return false;
  const { at, account, route, outcome, count } = value as Members;
  const texts = typeof at === 'string' && typeof account === 'string' && typeof route === 'string';
  return texts && isNumber(count) && isOutcome(outcome);
}

function isHead(members: Members): members is Members & HeadLine {
  const { ledger, instance, segment, startedAt, after, entries, key } = members;
  const texts = [instance, startedAt, after, key].every((text) => typeof text === 'string');
  return ledger === 1 && texts && isNumber(segment) && isNumber(entries) && isDropped(members['dropped']);
}

function isDropped(value: unknown): value is Dropped | undefined {
  if (value === undefined) return true;
  const { through, hash } = (value ?? {}) as Members;
  return isNumber(through) && typeof hash === 'string';
}

function isEnd(members: Members): members is Members & EndLine {
  return (
    typeof members['end'] === 'string' && typeof members['at'] === 'string' && isNumber(members['entries'])
  );
}

function isOutcome(value: unknown): value is LedgerEntry['outcome'] {
  return value === 'released' || value === 'permitted' || value === 'miss';
}

/** A count: six bytes are enough for all of them, and a nonce has no more. */
function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 2 ** 48;
}
