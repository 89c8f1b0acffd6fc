// What the cases are made of: times, digests, limits and charges.
import { createHash } from 'node:crypto';
import { type Instant, instantOf, type ProofId } from '@palier/mfa-core';
import type { BudgetStore, Charge, Charged, RecordKey, SetLimit } from '../budget-store.ts';
import type { RecordDigest } from '../record-rule.ts';

export interface BudgetStoreCase {
  readonly name: string;
  readonly run: (store: BudgetStore, salt: string) => Promise<void>;
}

export const hour: number = 3_600_000;
export const day: number = 24 * hour;
export const start: Instant = instantOf(Date.UTC(2026, 0, 5, 8));
export const at = (later: number): Instant => instantOf(start + later);

/** A digest for tests: any text makes one. */
export function digestOf(text: string): RecordDigest {
  return createHash('sha256').update(text).digest().subarray(0, 16).toString('base64url') as RecordDigest;
}

export const key = (text: string | number): RecordKey => ({ digest: digestOf(String(text)) });
export const keys = (from: number, to: number): readonly RecordKey[] =>
  Array.from({ length: to - from }, (_, index) => key(from + index));
export const dayLimit = (set: string, cap: number): SetLimit => ({ set, windowMilliseconds: day, cap });

export interface Parts {
  readonly limits: readonly SetLimit[];
  readonly presence?: Charge['presence'];
  readonly fleet?: Charge['fleet'];
  readonly novelty?: Charge['novelty'];
  readonly enforce?: boolean;
}

export function chargeOf(records: readonly RecordKey[], parts: Parts): Charge {
  const { limits, presence, fleet, novelty, enforce = true } = parts;
  return { records, limits, presence, fleet, novelty, enforce };
}

export async function charged(
  store: BudgetStore,
  records: readonly RecordKey[],
  parts: Parts,
  now: Instant,
): Promise<Charged> {
  return (await store.consume(chargeOf(records, parts), now)).charged;
}

export function presenceOf(
  salt: string,
  records: number,
  freeWithin: string,
  proof = 'a',
): NonNullable<Charge['presence']> {
  return { proof: `prf_${salt}_${proof}` as ProofId, records, expiresAt: at(12 * hour), freeWithin };
}

export const granted = (answers: readonly Charged[]): number =>
  answers.filter(({ outcome }) => outcome === 'granted').length;
