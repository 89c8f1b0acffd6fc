// What a reload keeps, and what one configuration is made into.
import type { Clock, Mfa, Random } from '@palier/mfa-core';
import type { Circles } from '../budget/circles.ts';
import type { Detectors } from '../budget/detectors.ts';
import type { RefusedDayCount } from '../budget/refused-days.ts';
import type { Cards } from '../card/card.ts';
import type { ForwardAuth } from '../forward-auth/forward-auth.ts';
import type { Front } from '../front.ts';
import type { DenialCounts } from '../gate/denial-counts.ts';
import type { ObservedBefore, Observer } from '../gate/observer.ts';
import type { Ledger } from '../ledger/entry.ts';
import type { Log } from '../log.ts';
import type { OpenAnnouncements } from '../notify/open.ts';
import type { Providers } from '../oidc/providers.ts';
import type { LiveExchanges } from '../proxy/live.ts';
import type { NamedUpstreams } from '../proxy/named-upstreams.ts';
import type { OpenStores } from '../stores/open-stores.ts';
import type { Replaced } from '../stores/replaced-tokens.ts';

/** What a reload keeps: opened once, closed once. */
export interface Kept {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly stores: OpenStores;
  readonly replaced: Replaced;
  readonly ledger: Ledger;
  readonly live: LiveExchanges;
  /** What was seen and counted of accounts so far: whoever waits for a reload gains nothing. */
  readonly detectors: Detectors;
  readonly refusedDays: RefusedDayCount;
  readonly refusals: DenialCounts;
}

/** One configuration at work. */
export interface Composition {
  readonly front: Front;
  /** Answers fronts that ask; undefined without forward-auth in the configuration. */
  readonly forwardAuth: ForwardAuth | undefined;
  readonly mfa: Mfa;
  /** Undefined when the gateway enforces. */
  readonly observer: Observer | undefined;
  /** Where it enforces: what was observed before, if this process did. */
  readonly observedBefore: ObservedBefore | undefined;
  readonly upstreams: NamedUpstreams;
  /** Who is told; to be closed. */
  readonly told: OpenAnnouncements;
  readonly providers: Providers;
  /** Undefined where no source reads cards. */
  readonly cards: Cards | undefined;
  readonly circles: Circles;
}
