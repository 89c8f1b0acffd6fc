// Why a request would be let through or not, on paper: the very functions that enforce, asked one after the other as
// gate/decide.ts asks them. Nothing was spent yet: it is the answer to the first look-up of the day.
import { assess, type Instant, type Proof, type ProofKind } from '@palier/mfa-core';
import type { RecordKeys } from '../budget/record-keys.ts';
import { recordsOfRequest } from '../budget/records.ts';
import type { Budgets } from '../config/budget-settings.ts';
import type { Unpaid } from '../gate/payment.ts';
import type { Identity } from '../identity/identity.ts';
import type { CanonicalRequest, Refusal } from '../request/request.ts';
import { parseTarget, type TargetRefusal } from '../request/target.ts';
import { admit } from './admit.ts';
import { holds } from './conditions.ts';
import { firstPayment } from './first-payment.ts';
import { stricterReading } from './lenient.ts';
import { matchRoute, type Policy } from './policy.ts';
import type { Condition, Matched, Route } from './route.ts';
import { findRoute, routesOf } from './trie.ts';

/** Who asks, for `--as`: nobody when it is left out. */
export interface Asker {
  readonly identity: Identity;
  readonly proofs: readonly Proof[];
  readonly peer: string;
}

export type Explanation =
  | { readonly outcome: 'not-canonical'; readonly reason: TargetRefusal }
  /** `near`: the stricter route that a lenient portal would open; `others`: what the path has under other methods. */
  | {
      readonly outcome: 'no-route';
      readonly refusal: Refusal;
      readonly near: Route | undefined;
      readonly others: readonly Route[];
    }
  | { readonly outcome: 'misfit'; readonly refusal: Refusal; readonly matched: Matched }
  | Judged;

export interface Judged {
  readonly outcome: 'matched';
  readonly matched: Matched;
  /** Wider lines that cover the path too and were not asked. */
  readonly passedOver: readonly Route[];
  readonly verdict: Verdict;
  /** What the address names is no record: refused, once the verdict is `enough`. */
  readonly unread: Refusal | undefined;
}

type Verdict =
  | { readonly kind: 'enough' }
  | { readonly kind: 'sign-in' }
  | { readonly kind: 'condition-not-met'; readonly condition: Condition }
  /** `accept`: what would help. */
  | {
      readonly kind: 'step-up';
      readonly because: (Unpaid & { kind: 'step-up' })['because'];
      readonly accept: readonly ProofKind[];
    }
  /** No gesture helps: nothing pays here, or not for so many at once. */
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'slow-down'; readonly cap: (Unpaid & { kind: 'slow-down' })['cap'] };

/** What is asked. */
export interface Paper {
  readonly policy: Policy;
  readonly budgets: Budgets;
  /** For what is a record and what is none; the digests are shown to nobody. */
  readonly recordKeys: RecordKeys;
}

/** Explains METHOD and TARGET as they would stand on the request line. */
export async function explain(
  { policy, budgets, recordKeys }: Paper,
  method: string,
  raw: string,
  asker: Asker,
  now: Instant,
): Promise<Explanation> {
  const target = parseTarget(raw);
  if ('refused' in target) return { outcome: 'not-canonical', reason: target.refused };
  const { segments } = target;
  const matched = matchRoute(policy, { method, segments });
  if ('refusal' in matched) {
    return {
      outcome: 'no-route',
      refusal: matched.refusal,
      near: nearRoute(policy, method, segments),
      others: routesOf(policy.trie, segments),
    };
  }
  const request: CanonicalRequest = {
    ...target,
    method,
    host: '',
    headers: new Map(),
    peer: asker.peer,
    bodyLength: 0,
    upgrade: matched.route.upgrade,
  };
  const refusal = admit(matched, request);
  if (refusal !== undefined) return { outcome: 'misfit', refusal, matched };
  const passedOver = routesOf(policy.trie, segments).filter(
    (route) => route !== matched.route && sharesMethod(route, matched.route),
  );
  const read = await addressedIn(matched, request, recordKeys);
  const unread = 'refusal' in read ? read.refusal : undefined;
  const short = verdictOf(matched.route, asker, now);
  const unpaid =
    short === undefined && !('refusal' in read)
      ? await firstPayment(budgets, { matched, request, ...asker, ...read }, now)
      : undefined;
  const verdict = short ?? (unpaid && deniedAs(unpaid)) ?? { kind: 'enough' };
  return { outcome: 'matched', matched, passedOver, verdict, unread };
}

function deniedAs(denial: Unpaid): Verdict {
  switch (denial.kind) {
    case 'step-up':
      return { kind: 'step-up', because: denial.because, accept: denial.requirement.accept };
    case 'refuse':
      return { kind: 'refused', refusal: denial.refusal };
    case 'slow-down':
      return { kind: 'slow-down', cap: denial.cap };
  }
}

type Read = Awaited<ReturnType<typeof recordsOfRequest>>;

/** Of the places of records those in the address alone: there is no body on paper. */
async function addressedIn(
  { route, parameters }: Matched,
  request: CanonicalRequest,
  keys: RecordKeys,
): Promise<Read> {
  const records = route.records.filter(({ from }) => from === 'path' || from === 'query');
  if (records.length === 0) return { records: [], bytes: undefined };
  const none = async (): Promise<Uint8Array> => new Uint8Array(0);
  return recordsOfRequest({ route: { ...route, records }, parameters }, request, none, keys);
}

function nearRoute(policy: Policy, method: string, segments: readonly string[]): Route | undefined {
  const judged = method === 'HEAD' ? 'GET' : method;
  const chosen = findRoute(policy.trie, segments, judged);
  return chosen && stricterReading(policy.lenient, chosen, segments, judged);
}

function sharesMethod(route: Route, other: Route): boolean {
  return route.methods.some((method) => other.methods.includes(method));
}

function verdictOf(route: Route, { identity, proofs, peer }: Asker, now: Instant): Verdict | undefined {
  if (route.requirement.kind !== 'open' && identity.kind === 'anonymous') return { kind: 'sign-in' };
  const unmet = route.conditions.find((condition) => !holds(condition, identity, peer, now));
  if (unmet !== undefined) return { kind: 'condition-not-met', condition: unmet };
  const shortfall = assess(proofs, route.requirement, now);
  return shortfall && { kind: 'step-up', because: shortfall.reason, accept: shortfall.requirement.accept };
}
