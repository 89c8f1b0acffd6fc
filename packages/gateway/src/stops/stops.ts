// What one instance knows of the stops: read from the durable store at most every fifth of a second, and never older, so
// that a stop holds everywhere in under a second, open streams included. A store that does not answer is an error.
import { type Scope, type Stop, type StopStore, stopFor } from './stop.ts';

export interface Stops {
  /** The stop that holds for this, if any; at once while what is known is fresh. Rejects when nobody knows. */
  holding(scope: Scope): Promise<Stop | undefined> | Stop | undefined;
}

export interface StopsSetting {
  readonly store: StopStore;
  /** Told once of each stop that begins or ends while this instance runs. */
  readonly changed: (change: { readonly stop: Stop; readonly holds: boolean }) => void;
  /** Milliseconds that never go back. */
  readonly now?: () => number;
}

const freshMilliseconds = 200;

/** Nothing can be stopped. */
export const noStops: Stops = { holding: () => undefined };

export function createStops({ store, changed, now = () => performance.now() }: StopsSetting): Stops {
  let known: readonly Stop[] = [];
  let readAt = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> | undefined;
  const read = async (): Promise<void> => {
    const asked = now();
    const list = await store.list();
    // What holds already when this instance begins is no news.
    if (readAt !== Number.NEGATIVE_INFINITY) tell(known, list, changed);
    known = list;
    readAt = asked;
  };
  return {
    holding: (scope) => {
      if (now() - readAt < freshMilliseconds) return stopFor(known, scope);
      reading ??= read().finally(() => {
        reading = undefined;
      });
      return reading.then(() => stopFor(known, scope));
    },
  };
}

function tell(before: readonly Stop[], after: readonly Stop[], changed: StopsSetting['changed']): void {
  const named = (stops: readonly Stop[]): ReadonlyMap<string, Stop> =>
    new Map(stops.map((stop) => [`${stop.kind} ${stop.name}`, stop]));
  const [was, is] = [named(before), named(after)];
  for (const [key, stop] of is) if (!was.has(key)) changed({ stop, holds: true });
  for (const [key, stop] of was) if (!is.has(key)) changed({ stop, holds: false });
}
