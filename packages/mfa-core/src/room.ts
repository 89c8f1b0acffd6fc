// How many factors an account may hold, and which of them count. One reading of it for the use cases, which tell a full
// account before anything is spent, and for the stores, which decide between bindings at once.
import type { Factor } from './factor.ts';

/** The room for one more factor. */
export interface Room {
  /** As many as may be held of those that count. */
  readonly most: number;
  /**
   * `lasting` leaves out what codes bound and what is disabled: neither stands in the way of a ticket, a card or a key.
   */
  readonly counting: 'all' | 'lasting';
}

/** Whether one more may be added to those held. The recovery set has its place kept: the first factor brings one. */
export function hasRoom(held: readonly Factor[], { most, counting }: Room): boolean {
  const others = held.filter(({ kind }) => kind !== 'recovery-code');
  const counted = counting === 'all' ? others : others.filter(isLasting);
  return counted.length + 1 < most;
}

function isLasting(factor: Factor): boolean {
  return factor.disabledAt === undefined && factor.boundBy !== 'code';
}
