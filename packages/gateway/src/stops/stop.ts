// The operator's kill switch: an account, a class, an organisation, a route or everything is shown nothing until it is
// resumed. Kept in the durable store, so that one command reaches every instance. It also stops who only observes.
import type { Instant } from '@palier/mfa-core';
import type { Identity } from '../identity/identity.ts';

export const stopKinds = ['account', 'class', 'organisation', 'route', 'everything'] as const;
export type StopKind = (typeof stopKinds)[number];

export interface Stop {
  readonly kind: StopKind;
  /** The account, class, organisation or route (as the configuration writes it); empty for everything. */
  readonly name: string;
  readonly reason: string;
  readonly by: string;
  readonly at: Instant;
}

export interface StopStore {
  /** Keeps the stop; the same one again gives way to the newer. */
  put(stop: Stop): Promise<void>;
  end(kind: StopKind, name: string): Promise<'ended' | 'absent'>;
  /** All that hold, oldest first. */
  list(): Promise<readonly Stop[]>;
}

/** What a request is about, as far as it is known: a stop matches any part. */
export interface Scope {
  readonly route: string | undefined;
  readonly identity: Identity;
}

/** The stop that holds for it, if any. */
export function stopFor(stops: readonly Stop[], { route, identity }: Scope): Stop | undefined {
  return stops.find(({ kind, name }) => {
    if (kind === 'everything') return true;
    if (kind === 'route') return route === name;
    if (identity.kind === 'anonymous') return false;
    return identity[kind] === name;
  });
}
