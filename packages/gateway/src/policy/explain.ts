// Why a request would be let through or not, on paper: the very functions that enforce, asked one after the other as
// gate/decide.ts asks them. It reads no store, so what was already spent is not in it.
import { assess, type Instant, type Proof, type Shortfall } from '@palier/mfa-core';
import type { RecordKeys } from '../budget/record-keys.ts';
import { recordsOfRequest } from '../budget/records.ts';
import type { Identity } from '../identity/identity.ts';
import type { CanonicalRequest, Refusal } from '../request/request.ts';
import { parseTarget, type TargetRefusal } from '../request/target.ts';
import { admit } from './admit.ts';
import { holds } from './conditions.ts';
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
  readonly verdict:
    | { readonly kind: 'enough' }
    | { readonly kind: 'sign-in' }
    | { readonly kind: 'condition-not-met'; readonly condition: Condition }
    | { readonly kind: 'step-up'; readonly because: Shortfall['reason'] };
  /** What the address names is no record: refused, once the verdict is `enough`. */
  readonly unread: Refusal | undefined;
}

/** What is asked. */
export interface Paper {
  readonly policy: Policy;
  /** For what is a record and what is none; the digests are shown to nobody. */
  readonly recordKeys: RecordKeys;
}

/** Explains METHOD and TARGET as they would stand on the request line. */
export async function explain(
  { policy, recordKeys }: Paper,
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
  const verdict = verdictOf(matched.route, asker, now);
  return {
    outcome: 'matched',
    matched,
    passedOver,
    verdict,
    unread: await unreadIn(matched, request, recordKeys),
  };
}

/** Of the places of records those in the address alone: there is no body on paper. */
async function unreadIn(
  { route, parameters }: Matched,
  request: CanonicalRequest,
  keys: RecordKeys,
): Promise<Refusal | undefined> {
  const records = route.records.filter(({ from }) => from === 'path' || from === 'query');
  if (records.length === 0) return undefined;
  const none = async (): Promise<Uint8Array> => new Uint8Array(0);
  const read = await recordsOfRequest({ route: { ...route, records }, parameters }, request, none, keys);
  return 'refusal' in read ? read.refusal : undefined;
}

function nearRoute(policy: Policy, method: string, segments: readonly string[]): Route | undefined {
  const judged = method === 'HEAD' ? 'GET' : method;
  const chosen = findRoute(policy.trie, segments, judged);
  return chosen && stricterReading(policy.lenient, chosen, segments, judged);
}

function sharesMethod(route: Route, other: Route): boolean {
  return route.methods.some((method) => other.methods.includes(method));
}

function verdictOf(route: Route, { identity, proofs, peer }: Asker, now: Instant): Judged['verdict'] {
  if (route.requirement.kind !== 'open' && identity.kind === 'anonymous') return { kind: 'sign-in' };
  const unmet = route.conditions.find((condition) => !holds(condition, identity, peer, now));
  if (unmet !== undefined) return { kind: 'condition-not-met', condition: unmet };
  const shortfall = assess(proofs, route.requirement, now);
  return shortfall === undefined ? { kind: 'enough' } : { kind: 'step-up', because: shortfall.reason };
}
