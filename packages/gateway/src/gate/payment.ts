// Who pays for what a request shows, and what it means when nobody does. Called by `decide` for the records the request
// names, by `serve` for those the answer names, on paper by `explain`, and by nothing else.
import type { Proof } from '@palier/mfa-core';
import type { CountedRecord } from '../budget/record-rule.ts';
import type { Spent } from '../budget/spend.ts';
import type { Identity } from '../identity/identity.ts';
import type { Matched, Route } from '../policy/route.ts';
import type { CanonicalRequest } from '../request/request.ts';
import type { Denial } from './denial.ts';
import type { Gate } from './gate.ts';

type Account = Identity & { readonly kind: 'account' };

/** What paying needs of the gate. */
export type Purse = Pick<Gate, 'budget' | 'exemptions' | 'clock' | 'observer'>;

/** Whose look-up it is. */
export interface Payer {
  readonly request: Pick<CanonicalRequest, 'headers'>;
  readonly matched: Matched;
  readonly identity: Account;
  readonly proof: Proof | undefined;
}

/** What a look-up that nobody paid for is told. */
export type Unpaid = Extract<Denial, { readonly kind: 'refuse' | 'step-up' | 'slow-down' }>;

export interface Payment {
  /** Undefined: paid for, or exempt. */
  readonly denial: Unpaid | undefined;
  /** What exempted some of it, for the ledger. */
  readonly exemption: string | undefined;
}

/**
 * Charges records to the account before anything is shown. No records cost nothing, and neither does the person a trusted
 * reader says is at the desk. Where the budget refuses, a glass that was broken pays, within its own bound. `listed`: the
 * answer named them.
 */
export async function pay(
  gate: Purse,
  { request, matched, identity, proof }: Payer,
  records: readonly CountedRecord[],
  listed = false,
): Promise<Payment> {
  if (records.length === 0) return { denial: undefined, exemption: undefined };
  const now = gate.clock.now();
  const enforce = gate.observer === undefined;
  const here = gate.exemptions.present(request, identity.account, now);
  const charged = records.filter(({ digest }) => digest !== here?.digest);
  const present = charged.length < records.length ? 'patient-present' : undefined;
  if (charged.length === 0) return { denial: undefined, exemption: present };
  const spend = { identity, proof, records: charged, listed, now, enforce };
  const spent = await gate.budget.spend(spend);
  if (spent.outcome === 'spent' || !enforce)
    return { denial: denialOf(spent, matched.route, identity), exemption: present };
  const glass = await gate.exemptions.glass(identity.account, now);
  const past = glass && (await gate.budget.spend({ ...spend, glass }));
  if (glass !== undefined && past?.outcome === 'spent')
    return { denial: undefined, exemption: `break-glass:${glass.id}` };
  return { denial: denialOf(spent, matched.route, identity), exemption: present };
}

export function denialOf(spent: Spent, route: Route, identity: Account): Unpaid | undefined {
  if (spent.outcome === 'spent') return undefined;
  if (spent.outcome === 'cap')
    return { kind: 'slow-down', route, identity, retryAfter: spent.retryAfter, cap: spent.cap };
  if (spent.outcome === 'too-many-at-once') return refused('more-persons-than-one-gesture', route);
  if (route.requirement.kind !== 'step-up') return unpayable(route);
  if (spent.outcome === 'presence-used-up')
    return { kind: 'step-up', route, identity, requirement: route.requirement, because: spent.outcome };
  // What the budget says helps, of what the route accepts at all.
  const [first, ...rest] = route.requirement.accept.filter((kind) => spent.accept.includes(kind));
  if (first === undefined) return unpayable(route);
  return {
    kind: 'step-up',
    route,
    identity,
    requirement: { ...route.requirement, accept: [first, ...rest] },
    ...reasonOf(spent),
  };
}

/** Only an alarm is told as one. */
function reasonOf(
  spent: Spent & { readonly outcome: 'stronger-proof' },
): Pick<Denial & { readonly kind: 'step-up' }, 'because' | 'again'> {
  if (spent.because === 'code-cap') return { because: 'codes-used-up', again: spent.again };
  return { because: spent.because === 'class' ? 'pays-nothing' : 'stronger' };
}

function unpayable(route: Route): Unpaid {
  return refused('no-proof-can-pay', route);
}

function refused(reason: string, route: Route): Unpaid {
  return { kind: 'refuse', refusal: { status: 403, reason, close: false }, route };
}
