// Whether one route asks less than another: the order that overlaps are judged by. A partial order on purpose: a card of
// a day ago and a passkey of a minute ago are both less than the other in something, and so neither may stand in.
import type { Requirement } from '@palier/mfa-core';
import type { Route } from './route.ts';

/** What a route asks before it shows anything; two routes with equal demands are interchangeable here. */
export type Demands = Pick<Route, 'requirement' | 'records' | 'conditions'>;

/** In what `route` asks less than `other`, in words for the operator; undefined when it asks as much or more. */
export function asksLess(route: Demands, other: Demands): string | undefined {
  const less = requiresLess(route.requirement, other.requirement);
  if (less !== undefined) return less;
  const uncounted = other.records.filter((rule) => !route.records.some((one) => one.as === rule.as));
  if (uncounted.length > 0) return `counts no ${uncounted.map((rule) => rule.as).join(', ')}`;
  const held = new Set(route.conditions.map((condition) => JSON.stringify(condition)));
  return other.conditions.every((condition) => held.has(JSON.stringify(condition)))
    ? undefined
    : 'has fewer conditions';
}

const ranks: Readonly<Record<Requirement['kind'], number>> = { open: 0, 'signed-in': 1, 'step-up': 2 };

function requiresLess(requirement: Requirement, other: Requirement): string | undefined {
  if (ranks[requirement.kind] < ranks[other.kind]) return `requires ${wordsOf(requirement)}`;
  if (requirement.kind !== 'step-up' || other.kind !== 'step-up') return undefined;
  const further = requirement.accept.filter((kind) => !other.accept.includes(kind));
  if (further.length > 0) return `also accepts ${further.join(', ')}`;
  return requirement.maxAge > other.maxAge ? `accepts older proofs (${requirement.maxAge} s)` : undefined;
}

function wordsOf(requirement: Requirement): string {
  if (requirement.kind === 'open') return 'nothing';
  return requirement.kind === 'signed-in' ? 'only a sign-in' : requirement.accept.join(' or ');
}

/** Equal for routes with equal demands, so that ten thousand routes are a handful of groups. */
export function demandsKey({ requirement, records, conditions }: Demands): string {
  return JSON.stringify([requirement, records.map((rule) => rule.as).toSorted(), conditions]);
}
