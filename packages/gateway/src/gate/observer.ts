// Observe mode: the same stages run, nothing is refused, and what would have been asked or refused is counted by class.
// Where a person would have been asked for a gesture, one is assumed, so that the next look-ups count as they would.
import { type AccountId, type Instant, makeProofId, type Proof, type Random } from '@palier/mfa-core';
import type { Identity } from '../identity/identity.ts';
import type { Denial } from './denial.ts';

export interface Observer {
  /** Takes note of a denial of somebody, if known; a step-up also assumes that the person made the gesture. */
  note(denial: Denial, now: Instant, who?: Identity): void;
  /** What the account is assumed to have shown; at most one proof. */
  assumed(account: AccountId): readonly Proof[];
  /** Counts since start, by class of account and kind of denial. */
  counts(): readonly ObservedCount[];
}

export interface ObservedCount {
  readonly class: string;
  readonly denial: string;
  /** Of a refusal: the route that was meant. */
  readonly route?: string;
  /** Of a query parameter that no route declares: its name. */
  readonly parameter?: string;
  readonly count: number;
}

/** How many rows may have the name of a parameter: whoever asks chooses it. */
const mostNamed = 200;

/** Keeps assumptions in memory for at most `capacity` accounts, oldest first out: an estimate, never a bound. */
export function createObserver(random: Random, capacity = 100_000): Observer {
  const proofs = new Map<AccountId, Proof>();
  const counts = new Map<string, ObservedCount>();
  return {
    note: (denial, now, who) => {
      const { key, row } = rowOf(denial, who, counts);
      counts.set(key, { ...row, count: (counts.get(key)?.count ?? 0) + 1 });
      if (denial.kind === 'step-up') remember(proofs, denial.identity.account, assume(random, now), capacity);
    },
    assumed: (account) => {
      const proof = proofs.get(account);
      return proof === undefined ? [] : [proof];
    },
    counts: () => [...counts.values()],
  };
}

interface KeptRow {
  readonly key: string;
  readonly row: ObservedCount;
}

function rowOf(
  denial: Denial,
  who: Identity | undefined,
  counts: ReadonlyMap<string, ObservedCount>,
): KeptRow {
  const identity = denial.kind === 'step-up' ? denial.identity : who;
  const known = identity?.kind === 'account';
  const row = { class: known ? identity.class : '-', denial: nameOf(denial), count: 0 };
  const key = `${row.class} ${row.denial}`;
  if (denial.kind !== 'refuse' || denial.route === undefined) return { key, row };
  const { route, refusal } = denial;
  const at = { key: `${key} ${route.id}`, row: { ...row, route: route.id } };
  const parameter = known ? shownName(refusal.parameter) : undefined;
  if (parameter === undefined) return at;
  const named = { key: `${at.key} ${parameter}`, row: { ...at.row, parameter } };
  const isFull = (): boolean =>
    [...counts.values()].filter((one) => one.parameter !== undefined).length >= mostNamed;
  return counts.has(named.key) || !isFull() ? named : at;
}

/** A name as people give parameters; a number in it may be a person's. */
function shownName(name: string | undefined): string | undefined {
  return name !== undefined && /^[A-Za-z_](?:[A-Za-z_.[\]-]|\d(?!\d\d)){0,39}$/.test(name) ? name : undefined;
}

/** One word for a denial, for logs and counts. */
export function nameOf(denial: Denial): string {
  if (denial.kind === 'step-up') return `step-up:${denial.because}`;
  if (denial.kind === 'slow-down') return `slow-down:${denial.cap}`;
  return denial.kind === 'refuse' ? `refuse:${denial.refusal.reason}` : denial.kind;
}

/** A card proof passes every requirement: observe mode asks how often people would be asked, not with what. */
function assume(random: Random, now: Instant): Proof {
  return { kind: 'card', id: makeProofId(random), at: now, evidence: assumedEvidence };
}

const assumedEvidence = 'observe:assumed';

/** What a proof is called where somebody reads later what was shown: nobody showed the card that was assumed. */
export function shownKindOf(proof: Proof | undefined): Proof['kind'] | 'assumed' | undefined {
  return proof?.kind === 'card' && proof.evidence === assumedEvidence ? 'assumed' : proof?.kind;
}

function remember(proofs: Map<AccountId, Proof>, account: AccountId, proof: Proof, capacity: number): void {
  proofs.delete(account);
  proofs.set(account, proof);
  const oldest = proofs.size > capacity ? proofs.keys().next().value : undefined;
  if (oldest !== undefined) proofs.delete(oldest);
}
