// From the ledger to the answer owed after an incident: exactly who was seen, by whom, when and what. Needs the
// operator's private key, so it runs where that key is, on a copy of the ledger. Nothing opened goes anywhere but to the
// caller; exposure-csv.ts and exposure-summary.ts put it on paper.
import { createSecretKey, type KeyObject } from 'node:crypto';
import type { Instant } from '@palier/mfa-core';
import type { JWK } from 'jose';
import { nearestAccount } from '../config/nearest.ts';
import type { FaultKind, LedgerFault } from './chain.ts';
import { createPersons, type ExposedPerson, type Persons } from './exposed-persons.ts';
import { createTally, type ExposureCounts, type Tally } from './exposure-tally.ts';
import { type UnwrapDataKey, unwrapWith } from './keys.ts';
import type { GroupLine } from './line.ts';
import { type Progress, type ReadLine, readSegment, type SegmentFile } from './read.ts';
import { unseal } from './sealing.ts';
import { type Span, spanTest, wholeTime } from './search.ts';
import { readKey } from './segment-key.ts';
import { type Verified, verifyLedger } from './verify.ts';
import type { WitnessedHead } from './witness.ts';

export interface ExposureQuestion extends Span {
  readonly directory: string;
  /** Every private key that a segment of the span may be sealed to. */
  readonly privateKeys: readonly JWK[];
  /** Heads kept elsewhere, to show that nothing was cut off or replaced. */
  readonly witnessed?: readonly WitnessedHead[];
  /** Segments that ended since must be there; undefined: retention is not looked at. */
  readonly keptFrom?: number | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** When it is asked: a span that reaches beyond it is told. Undefined: not looked at. */
  readonly now?: Instant | undefined;
  /** Releases opened at once: bounds the memory; more of them in the span cost another pass. */
  readonly mostAtOnce?: number;
}

export interface Exposure {
  /** What was asked: figures without their span and accounts are figures of anything. */
  readonly asked: { readonly accounts?: readonly string[]; readonly from: Instant; readonly to: Instant };
  readonly counts: ExposureCounts;
  /** Whether the ledger is whole: an answer from one with faults is a lower bound. */
  readonly ledger: Verified;
  /** Heads it was compared with; with none, whether its end was cut off is not known. */
  readonly comparedHeads: number;
  /** Entries of the span that did not open: forged, damaged, or their key was destroyed. The first hundred, and how many. */
  readonly unopened: readonly LedgerFault[];
  readonly unopenedCount: number;
  /** Of the accounts that were asked for, those that occur nowhere in the ledger, at no time: a name that was misspelt saw nobody. */
  readonly strangers: readonly Stranger[];
  /** Of the accounts that were asked for, those with entries and none in the span: hours of another zone find nobody. */
  readonly absent: readonly (Presence & { readonly account: string })[];
  /** First and last entry of the whole ledger; undefined where it has none. */
  readonly written: Presence | undefined;
  /** Whether the span ends after the moment of asking, or even begins there. What is to come is in no figure. */
  readonly ahead: 'begins' | 'ends' | undefined;
  /** Answers that observe mode let through and that name nobody: what could not be read may have shown somebody. */
  readonly unreadCount: number;
}

/** First and last entry, as they are written (UTC). */
export interface Presence {
  readonly first: string;
  readonly last: string;
}

export interface Stranger {
  readonly account: string;
  /** The account of the ledger with the nearest name, where one is near. */
  readonly near: string | undefined;
}

/** Bytes of a sealed record: its identifier and its type, in JSON. */
const leastRecord = '{"id":"","type":""}'.length;

/**
 * Verifies the chain, then hands over each exposed person once, with everything that was released of them in the span.
 * Rejects with a LedgerKeyError when a segment of the span is sealed to a key that was not given: a part of the answer
 * must not look like the whole.
 */
export async function exposureReport(
  question: ExposureQuestion,
  onPerson: (person: ExposedPerson) => void | Promise<void>,
): Promise<Exposure> {
  const unwrap = await unwrapWith(question.privateKeys);
  const tally = createTally();
  const survey = await surveyed(question, tally);
  // A count is somebody's word until it is opened: there are no more records than their bytes have room for.
  const releases = Math.min(survey.releases, bytesOf(survey.segments) / leastRecord);
  const passes = Math.max(1, Math.ceil(releases / (question.mostAtOnce ?? 1_000_000)));
  const unopened = new Map<string, LedgerFault>();
  let unreadCount = 0;
  const toOpen = passes * bytesOf(survey.segments);
  let opened = 0;
  for (let pass = 0; pass < passes; pass += 1) {
    const persons = createPersons(pass, passes);
    for (const segment of survey.segments) {
      const unread = await openSegment({ segment, unwrap, wanted: spanTest(question), persons, unopened });
      // Every pass reads the same entries.
      if (pass === 0) unreadCount += unread;
      opened += segment.bytes;
      question.onProgress?.({ done: survey.bytes * (1 + opened / toOpen), total: 2 * survey.bytes });
    }
    for (const person of persons.all()) {
      tally.add(person);
      await onPerson(person);
    }
  }
  return {
    asked: askedOf(question),
    counts: tally.counts(),
    ledger: survey.ledger,
    comparedHeads: question.witnessed?.length ?? 0,
    unopened: [...unopened.values()].slice(0, 100),
    unopenedCount: unopened.size,
    unreadCount,
    strangers: strangersOf(question, survey.accounts),
    absent: absentOf(question, survey),
    written: presenceOf([...survey.accounts.values()]),
    ahead: aheadOf(question),
  };
}

function strangersOf({ accounts }: Span, known: Survey['accounts']): readonly Stranger[] {
  return [...(accounts ?? [])]
    .filter((account) => !known.has(account))
    .map((account) => ({ account, near: nearestAccount(account, known.keys()) }));
}

function absentOf({ accounts: asked }: Span, { accounts, present }: Survey): Exposure['absent'] {
  return [...(asked ?? [])].flatMap((account) => {
    const known = accounts.get(account);
    return known === undefined || present.has(account) ? [] : [{ account, ...known }];
  });
}

function presenceOf(all: readonly Presence[]): Presence | undefined {
  return all.reduce<Presence | undefined>(
    (joined, one) => (joined === undefined ? one : join(joined, one)),
    undefined,
  );
}

function join(a: Presence, b: Presence): Presence {
  return { first: a.first < b.first ? a.first : b.first, last: a.last > b.last ? a.last : b.last };
}

/** A span without an end is as long as the ledger. */
function aheadOf({ from, to, now }: ExposureQuestion): Exposure['ahead'] {
  if (now === undefined) return undefined;
  if (from > now) return 'begins';
  return to > now && to < wholeTime.to ? 'ends' : undefined;
}

function askedOf({ accounts, from, to }: Span): Exposure['asked'] {
  return { ...(accounts !== undefined && { accounts: [...accounts] }), from, to };
}

interface Survey {
  readonly ledger: Verified;
  /** Segments with entries of the span. */
  readonly segments: readonly SegmentFile[];
  /** All that occur in the ledger, in the span or not. */
  readonly accounts: ReadonlyMap<string, Presence>;
  /** Those with an entry in the span. */
  readonly present: ReadonlySet<string>;
  /** Records released in the span, repeats included. */
  readonly releases: number;
  /** Size of the whole ledger. */
  readonly bytes: number;
}

/** Follows the chain and learns, without opening anything, where the span lies and how much it holds. */
async function surveyed(
  { directory, onProgress, witnessed, keptFrom, ...span }: ExposureQuestion,
  tally: Tally,
): Promise<Survey> {
  const wanted = spanTest(span);
  const segments = new Set<SegmentFile>();
  const accounts = new Map<string, Presence>();
  const present = new Set<string>();
  let [releases, bytes] = [0, 0];
  const ledger = await verifyLedger(directory, {
    witnessed: witnessed ?? [],
    keptFrom,
    onProgress: ({ done, total }) => {
      bytes = total;
      onProgress?.({ done, total: 2 * total });
    },
    visit: (entry, segment) => {
      const { account, at } = entry;
      const seen = { first: at, last: at };
      const known = accounts.get(account);
      accounts.set(account, known === undefined ? seen : join(known, seen));
      if (!wanted(entry)) return;
      present.add(account);
      if (entry.outcome === 'miss') return tally.miss(entry);
      segments.add(segment);
      releases += entry.count;
    },
  });
  return { ledger, segments: [...segments], accounts, present, releases, bytes };
}

function bytesOf(segments: readonly SegmentFile[]): number {
  return segments.reduce((sum, { bytes }) => sum + bytes, 0);
}

interface Opening {
  readonly segment: SegmentFile;
  readonly unwrap: UnwrapDataKey;
  readonly wanted: ReturnType<typeof spanTest>;
  readonly persons: Persons;
  readonly unopened: Map<string, LedgerFault>;
}

/** Resolves to how many answers of observe mode name nobody. */
async function openSegment(opening: Opening): Promise<number> {
  const { segment, unwrap } = opening;
  let unread = 0;
  let key: KeyObject | undefined;
  let fault: FaultKind = 'forged';
  for await (const lines of readSegment(segment.path)) {
    for (const read of lines) {
      const { line: found } = read;
      if (found?.kind === 'head') {
        const kept = await readKey(segment.path, found.line);
        if (kept.kind === 'wrapped') key = createSecretKey(await unwrap(kept.wrapped));
        else fault = kept.kind === 'destroyed' ? 'key-destroyed' : kept.kind;
      }
      if (found?.kind === 'group') unread += openGroup({ read, group: found.line, key, fault }, opening);
    }
  }
  return unread;
}

interface GroupAt {
  readonly read: ReadLine;
  readonly group: GroupLine;
  readonly key: KeyObject | undefined;
  /** What it is where it does not open. */
  readonly fault: FaultKind;
}

/** Hands over what was asked for of one line; as many answers of observe mode name nobody. */
function openGroup({ read, group, key, fault }: GroupAt, opening: Opening): number {
  const { segment, wanted, persons, unopened } = opening;
  const asked = group.entries.map((entry) => entry.outcome !== 'miss' && wanted(entry));
  const parts = key && asked.includes(true) ? unseal(key, read, group) : undefined;
  let unread = 0;
  for (const [index, entry] of group.entries.entries()) {
    if (asked[index] !== true) continue;
    const part = parts?.[index];
    if (part?.exemption === 'observe' && part.records.length === 0) unread += 1;
    if (part !== undefined) persons.add(entry, part);
    else
      unopened.set(`${segment.path}:${read.number}:${index}`, {
        instance: segment.instance,
        segment: segment.segment,
        line: read.number,
        fault,
      });
  }
  return unread;
}
