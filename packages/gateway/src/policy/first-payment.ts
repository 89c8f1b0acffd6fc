// Whether what was proved pays for what a route shows, on paper: the gate's own purse, from which nobody has paid yet. A
// class may give nothing for a code that the route accepts.
import { bestProof, type Instant, type Proof } from '@palier/mfa-core';
import { noExemptions } from '../budget/exemptions.ts';
import type { CountedRecord, RecordDigest } from '../budget/record-rule.ts';
import { createBudget } from '../budget/spend.ts';
import type { Budgets } from '../config/budget-settings.ts';
import { pay, type Unpaid } from '../gate/payment.ts';
import type { Identity } from '../identity/identity.ts';
import type { CanonicalRequest } from '../request/request.ts';
import { memoryBudgetStore } from '../stores/memory-budget.ts';
import type { Matched } from './route.ts';

/** Stands for whom a body or an answer would name. */
const somebody: CountedRecord = { id: '', type: '', digest: 'somebody' as RecordDigest };

interface LookUp {
  readonly matched: Matched;
  readonly request: CanonicalRequest;
  readonly identity: Identity;
  readonly proofs: readonly Proof[];
  /** Whom the address names. */
  readonly records: readonly CountedRecord[];
}

/** What the gate would answer to the first look-up of an account; undefined when it is paid for. */
export async function firstPayment(
  budgets: Budgets,
  { matched, request, identity, proofs, records }: LookUp,
  now: Instant,
): Promise<Unpaid | undefined> {
  const { requirement, records: rules } = matched.route;
  if (identity.kind === 'anonymous' || rules.length === 0) return undefined;
  const proof = requirement.kind === 'step-up' ? bestProof(proofs, requirement) : undefined;
  const purse = {
    budget: createBudget(memoryBudgetStore(), budgets),
    exemptions: noExemptions,
    clock: { now: () => now },
    observer: undefined,
  };
  const { denial } = await pay(
    purse,
    { request, matched, identity, proof },
    records.length === 0 ? [somebody] : records,
  );
  return denial;
}
