// What one configuration is made into, in four steps: persons, counting, door, pages. Everything here is made anew at a
// reload; what outlives it (stores, ledger, open exchanges, time and chance) comes in as `Kept`. Nothing is decided here.
import { createCards } from '../card/card.ts';
import type { Config } from '../config/config.ts';
import { createForwardAuth } from '../forward-auth/forward-auth.ts';
import type { Front } from '../front.ts';
import { createObserver, type ObservedBefore } from '../gate/observer.ts';
import { countingOf } from './counting.ts';
import { doorOf } from './door.ts';
import type { Composition, Kept } from './kept.ts';
import { pagesOf } from './pages.ts';
import { type Opening, openPersons } from './persons.ts';

/**
 * Builds everything from the configuration and the key file, or rejects with what is unsound; nothing of `before` has
 * changed then, and nothing that was opened meanwhile stays open. Upstreams that are configured as before are taken over
 * with their sockets, and observe mode's counts too.
 */
export async function compose(config: Config, kept: Kept, before?: Composition): Promise<Composition> {
  const opened: (() => unknown)[] = [];
  try {
    return await composeOpening(config, kept, before, (close) => void opened.push(close));
  } catch (error) {
    await Promise.allSettled(opened.map(async (close) => close()));
    throw error;
  }
}

/** `opening` is told how to close each thing that was opened. */
async function composeOpening(
  config: Config,
  kept: Kept,
  before: Composition | undefined,
  opening: Opening,
): Promise<Composition> {
  const persons = await openPersons(config, kept, { before, opening });
  const counting = countingOf(config, kept, { told: persons.told, keys: persons.keys, before });
  const observer = config.mode === 'observe' ? (before?.observer ?? createObserver(kept.random)) : undefined;
  const door = await doorOf(config, kept, { persons, counting, observer });
  const { mfa, keys, told, providers, upstreams } = persons;
  const cards = await createCards(
    { config, ...kept, mfa, events: told.events, sealing: keys.sealing },
    before?.cards,
  );
  opening(() => cards?.close());
  const pages = pagesOf(config, kept, { persons, counting, door, cards });
  const front: Front = {
    desk: door.desk,
    denier: door.denier,
    edge: door.edge,
    pages,
    log: kept.log,
    refusals: kept.refusals,
  };
  const forwardAuth = createForwardAuth(config, front, keys.digests);
  const { circles } = counting;
  const observedBefore = observer === undefined ? observedUntil(kept, before) : undefined;
  return { front, forwardAuth, mfa, observer, observedBefore, upstreams, providers, cards, told, circles };
}

/** What was observed is what the operator decided on, and is still read when people are stopped. */
function observedUntil({ clock }: Kept, before: Composition | undefined): ObservedBefore | undefined {
  const { observer } = before ?? {};
  if (observer === undefined) return before?.observedBefore;
  return { until: clock.now(), ...observer.observed() };
}
