// What `palier account show` tells of the kill switch: whoever asks about an account on the telephone asks why it is shown
// nothing.
import type { AccountId } from '@palier/mfa-core';
import type { Stop, StopKind } from '../stops/stop.ts';
import { printable } from './words.ts';

/** A stop that holds for an account, or may. */
export interface AccountStop extends Omit<Stop, 'at'> {
  readonly at: string;
  /** `maybe`: it is of a class or an organisation, and only the portal knows whose those are. */
  readonly holds: 'yes' | 'maybe';
}

/** Those of the account and of everything; then those of classes and organisations. A route is nobody's. */
export function stopsOf(account: AccountId, stops: readonly Stop[]): readonly AccountStop[] {
  const told = stops.flatMap((stop): readonly AccountStop[] => {
    const holds = holdsFor(account, stop);
    return holds === 'no' ? [] : [{ ...stop, at: new Date(stop.at).toISOString(), holds }];
  });
  return told.toSorted((a, b) => Number(a.holds === 'maybe') - Number(b.holds === 'maybe'));
}

function holdsFor(account: AccountId, { kind, name }: Stop): 'yes' | 'maybe' | 'no' {
  if (kind === 'everything' || (kind === 'account' && name === account)) return 'yes';
  return kind === 'class' || kind === 'organisation' ? 'maybe' : 'no';
}

export function stopLine({ kind, name, reason, by, at }: AccountStop): string {
  const why = reason === '' ? '' : `: ${reason}`;
  return printable(`  ${words[kind](name)} since ${at} by ${by}${why}`).concat('\n');
}

const words: Readonly<Record<StopKind, (name: string) => string>> = {
  account: () => 'LOCKED',
  everything: () => 'STOPPED with everything',
  class: (name) => `stopped if its class is ${name}, which the portal says,`,
  organisation: (name) => `stopped if its organisation is ${name}, which the portal says,`,
  route: (name) => `stopped at ${name}`,
};
