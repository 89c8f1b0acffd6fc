// The last step: the pages below /.palier/, with what they need of everything before.
import type { Cards } from '../card/card.ts';
import type { Config } from '../config/config.ts';
import { brokenLine, type Front } from '../front.ts';
import { createPages } from '../step-up/app.ts';
import { certificateWay } from '../step-up/card-routes.ts';
import type { GlassDesk } from '../step-up/glass-desk.ts';
import { createGlassDesk } from '../step-up/glass-desk.ts';
import type { PagesSetting } from '../step-up/pages-setting.ts';
import { providerWays } from '../step-up/provider-routes.ts';
import type { Counting } from './counting.ts';
import type { Door } from './door.ts';
import type { Kept } from './kept.ts';
import type { Persons } from './persons.ts';

interface Parts {
  readonly persons: Persons;
  readonly counting: Counting;
  readonly door: Door;
  /** Undefined where no source reads cards. */
  readonly cards: Cards | undefined;
}

export function pagesOf(
  config: Config,
  kept: Kept,
  { persons, counting, door, cards }: Parts,
): Front['pages'] {
  const { mfa, identity, providers, told } = persons;
  const { stops } = door.gate;
  const { openings } = door.denier;
  return createPages({
    reception: {
      edge: door.edge,
      identify: identity.identify,
      mfa,
      stops,
      openings,
      replaced: kept.replaced,
    },
    providers,
    cardWays: [...(cards === undefined ? [] : [certificateWay]), ...providerWays(providers)],
    origin: config.origin.origin,
    now: kept.clock.now,
    foreignLinks: config.foreignLinks,
    signInPath: door.signInPath ?? '/',
    signOut: door.denier.signOut,
    showsCards: door.denier.showsCards,
    jwks: () => door.signer.jwks(),
    broken: (error) => kept.log(brokenLine(error)),
    glass: glassOf(config, kept, told),
    presenceLeft: presenceLeftOf(counting, kept),
    card: cards?.pages,
    first: config.enrolment.first,
    cardKeys: config.enrolment.cardClass.length > 0,
  });
}

function glassOf(config: Config, { clock, random, stores }: Kept, told: Persons['told']): GlassDesk {
  const store = stores.standings.glass;
  return createGlassDesk(config.budgets.breakGlass, { clock, random, store, broken: told.glass });
}

function presenceLeftOf({ budget }: Counting, { clock }: Kept): PagesSetting['presenceLeft'] {
  return async ({ session, identity }) => {
    const newest = session.proofs.at(-1);
    return newest === undefined ? undefined : budget.left(newest, identity, clock.now());
  };
}
