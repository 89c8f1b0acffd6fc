// Observe mode: the same stages run, nothing is refused, and what would have been asked or refused is counted by class.
// Where a person would have been asked for a gesture, one is assumed, so that the next look-ups count as they would.

import { type AccountId, type Instant, makeProofId, type Proof, type Random } from '@palier/mfa-core';
import { keepNewest } from '../bounded-map.ts';
import type { Identity } from '../identity/identity.ts';
import type { Policy } from '../policy/policy.ts';
import type { CanonicalRequest } from '../request/request.ts';
import type { Denial } from './denial.ts';
import { createDenialCounts, type DenialCount } from './denial-counts.ts';
import { createUndeclaredAddresses, type UndeclaredAddress } from './undeclared.ts';

export interface Observer {
  /** Takes note of a denial of somebody, if known; a step-up also assumes that the person made the gesture. */
  note(denial: Denial, now: Instant, who?: Identity): void;
  /** What the account is assumed to have shown; at most one proof. */
  assumed(account: AccountId): readonly Proof[];
  /** The portal knows an address that no line declares. */
  reached(request: Pick<CanonicalRequest, 'method' | 'segments'>, policy: Policy): void;
  observed(): ObservedTables;
}

export interface ObservedTables {
  /** Since start, by class of account and kind of denial. */
  readonly counts: readonly DenialCount[];
  /** What was `reached`, most often first. */
  readonly addresses: readonly UndeclaredAddress[];
}

/** What observe mode had counted when it ended. */
export interface ObservedBefore extends ObservedTables {
  readonly until: Instant;
}

/** Keeps assumptions in memory for at most `capacity` accounts, oldest first out: an estimate, never a bound. */
export function createObserver(random: Random, capacity = 100_000): Observer {
  const proofs = new Map<AccountId, Proof>();
  const denials = createDenialCounts();
  const undeclared = createUndeclaredAddresses();
  return {
    note: (denial, now, who) => {
      denials.note(denial, who);
      if (denial.kind === 'step-up')
        keepNewest(proofs, denial.identity.account, assume(random, now), capacity);
    },
    assumed: (account) => {
      const proof = proofs.get(account);
      return proof === undefined ? [] : [proof];
    },
    reached: undeclared.note,
    observed: () => ({ counts: denials.rows(), addresses: undeclared.rows() }),
  };
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
