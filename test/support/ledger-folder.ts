// A ledger in a folder of its own, with the operator's pair in the test's hands, and entries to put into it.

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type ExposedPerson,
  type Exposure,
  type ExposureQuestion,
  exposureReport,
  type Ledger,
  type LedgerEntry,
  type LedgerHead,
  type LedgerSetting,
  makeOperatorKey,
  type OperatorKey,
  openLedger,
} from '@palier/gateway';
import {
  instantOf,
  makeFactorId,
  makeProofId,
  makeSessionId,
  parseAccountId,
  systemRandom,
} from '@palier/mfa-core';
import { createMovingClock, type MovingClock } from './moving-clock.ts';

/** Where a test keeps a ledger. */
export interface LedgerFolder {
  readonly directory: string;
  readonly operator: OperatorKey;
  readonly clock: MovingClock;
  /** Heads that were told while it ran, as a machine elsewhere would keep them. */
  readonly heads: LedgerHead[];
  open(changes?: Partial<LedgerSetting>): Promise<Ledger>;
  /** Paths of the files of an instance that hold segments, oldest first. */
  segments(instance?: string): readonly string[];
  remove(): void;
}

export async function ledgerFolder(): Promise<LedgerFolder> {
  const directory = mkdtempSync(join(tmpdir(), 'palier-ledger-'));
  const operator = await makeOperatorKey();
  const clock = createMovingClock();
  const heads: LedgerHead[] = [];
  const witness = (head: LedgerHead): void => void heads.push(head);
  return {
    directory,
    operator,
    clock,
    heads,
    open: (changes) =>
      openLedger({ directory, sealTo: operator.public, clock, random: systemRandom, witness, ...changes }),
    segments: (instance = 'gateway') =>
      readdirSync(join(directory, instance))
        .filter((name) => name.endsWith('.jsonl'))
        .sort()
        .map((name) => join(directory, instance, name)),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

/** All that the ledger says with the operator's key, unless `changes` ask for less. */
export async function reportOn(
  { directory, operator }: LedgerFolder,
  changes: Partial<ExposureQuestion> = {},
): Promise<{ readonly exposure: Exposure; readonly persons: readonly ExposedPerson[] }> {
  const persons: ExposedPerson[] = [];
  const question = { ...always, directory, privateKeys: [operator.private], ...changes };
  const exposure = await exposureReport(question, (person) => void persons.push(person));
  return { exposure, persons };
}

/** Every account, at any time. */
export const always: Pick<ExposureQuestion, 'accounts' | 'from' | 'to'> = {
  accounts: undefined,
  from: instantOf(0),
  to: instantOf(8e15),
};

type Digest = LedgerEntry['records'][number]['digest'];

const session = makeSessionId(systemRandom);
const proof = makeProofId(systemRandom);
const factor = makeFactorId(systemRandom);

/** A look-up of one person by one pharmacy; `changes` make it another. */
export function entryOf(place: number, changes: Partial<LedgerEntry> = {}): LedgerEntry {
  return {
    at: instantOf(Date.UTC(2026, 2, 10, 8) + place),
    account: accountOf('pharmacie-01'),
    class: 'pharmacy',
    organisation: 'officine-01',
    session,
    proof,
    factor,
    proofKind: 'totp',
    route: 'GET /patients/{nir}/droits',
    fields: ['identity', 'rights'],
    status: 200,
    outcome: 'released',
    records: [recordOf(place)],
    peer: '192.0.2.7',
    exemption: undefined,
    ...changes,
  };
}

export function recordOf(place: number): LedgerEntry['records'][number] {
  return { id: personOf(place), type: 'nir', digest: `digest-of-the-counted-person-${place}` as Digest };
}

/** The number of somebody born abroad in commune 999, where nobody is; different for 2,397,600 places. */
export function personOf(place: number): string {
  const [order, month] = [(place % 999) + 1, (Math.floor(place / 999) % 12) + 1];
  const [year, sex] = [Math.floor(place / 11_988) % 100, (Math.floor(place / 1_198_800) % 2) + 1];
  const digits = (value: number, length: number): string => String(value).padStart(length, '0');
  return `${sex}${digits(year, 2)}${digits(month, 2)}99999${digits(order, 3)}`;
}

export function accountOf(name: string): LedgerEntry['account'] {
  const account = parseAccountId(name);
  if (account === undefined) throw new TypeError(`no account is named ${name}`);
  return account;
}

/** Rewrites a segment's lines, as somebody with the disk could. */
export function tamper(path: string, change: (lines: readonly string[]) => readonly string[]): void {
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  writeFileSync(path, `${change(lines).join('\n')}\n`);
}
