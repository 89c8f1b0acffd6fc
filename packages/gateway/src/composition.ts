// What one configuration is made into: policy, identities, budget, door, pages. Everything here is made anew at a reload;
// what outlives it (stores, ledger, open exchanges, time and chance) comes in as `Kept`. Nothing is decided here.
import {
  type AuthenticatorPolicy,
  type Clock,
  createMfa,
  type EventSink,
  type Mfa,
  type Random,
  type Session,
} from '@palier/mfa-core';
import { readCanaries } from './budget/canaries.ts';
import { type Circles, createCircles } from './budget/circles.ts';
import type { Detectors } from './budget/detectors.ts';
import { createExemptions } from './budget/exemptions.ts';
import { createRecordKeys } from './budget/record-keys.ts';
import { recordTypes } from './budget/record-types.ts';
import type { RefusedDayCount } from './budget/refused-days.ts';
import { createBudget } from './budget/spend.ts';
import { createWatch } from './budget/watch.ts';
import { type Cards, createCards } from './card/card.ts';
import { cardKeyPolicy } from './card/key-models.ts';
import { cardIdentity } from './card/sign-in.ts';
import type { Config } from './config/config.ts';
import { signInPage } from './config/oidc-settings.ts';
import { createForwardAuth, type ForwardAuth } from './forward-auth/forward-auth.ts';
import { brokenLine, type Front } from './front.ts';
import { type Gate, sessionCookie } from './gate/gate.ts';
import { createObserver, type Observer } from './gate/observer.ts';
import type { Desk } from './gate/serve.ts';
import { carrierHeaders, createIdentity, type GatewayIdentity } from './identity/sources.ts';
import { type GatewayKeys, readKeyFile } from './keys/keys.ts';
import type { Ledger } from './ledger/entry.ts';
import type { Log } from './log.ts';
import { type OpenAnnouncements, openAnnouncements } from './notify/open.ts';
import { createProviders, type Providers } from './oidc/providers.ts';
import { compilePolicy } from './policy/policy.ts';
import { createAssertionSigner } from './proxy/assertion.ts';
import type { LiveExchanges } from './proxy/live.ts';
import { type NamedUpstreams, nameUpstreams, retireUpstreams } from './proxy/named-upstreams.ts';
import type { EdgeRules } from './request/canonical.ts';
import type { Denier } from './respond/deny.ts';
import { createSignInGuard } from './sign-in/guard.ts';
import { seenAnswers } from './sign-in/seen-answer.ts';
import { createPages } from './step-up/app.ts';
import { certificateWay } from './step-up/card-routes.ts';
import { createGlassDesk } from './step-up/glass-desk.ts';
import { createOpenings } from './step-up/openings.ts';
import { providerWays } from './step-up/provider-routes.ts';
import { createStops } from './stops/stops.ts';
import type { OpenStores } from './stores/open.ts';
import type { Replaced } from './stores/replaced-tokens.ts';

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
}

/** One configuration at work. */
export interface Composition {
  readonly front: Front;
  /** Answers fronts that ask; undefined without forward-auth in the configuration. */
  readonly forwardAuth: ForwardAuth | undefined;
  readonly mfa: Mfa;
  /** Undefined when the gateway enforces. */
  readonly observer: Observer | undefined;
  readonly upstreams: NamedUpstreams;
  /** Who is told; to be closed. */
  readonly told: OpenAnnouncements;
  readonly providers: Providers;
  /** Undefined where no source reads cards. */
  readonly cards: Cards | undefined;
  readonly circles: Circles;
}

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
  opening: (close: () => unknown) => void,
): Promise<Composition> {
  const { clock, random, log, stores, replaced, ledger, live } = kept;
  const keys = readKeyFile(config.keys.file);
  const told = openAnnouncements({ config, stores, clock, log, addresses: before?.told.addresses });
  opening(() => told.close(0));
  const { events } = told;
  const authenticators = await cardKeyPolicy(config.enrolment, clock);
  const mfa = mfaOf(config, kept, { keys, events, authenticators });
  const named = nameUpstreams(config, before?.upstreams ?? new Map());
  opening(() => retireUpstreams(named, before?.upstreams ?? new Map()));
  const upstreams = new Map([...named].map(([name, { upstream }]) => [name, upstream]));
  const cut = (session: Session): void => void live.cut({ session: session.id });
  const { sealing } = keys;
  const common = { config, clock, random, log };
  const providers = createProviders({ ...common, stores: stores.mfa, keys: sealing, mfa, cut });
  opening(() => providers.close());
  const identity = createIdentity({
    config,
    upstreams,
    clock,
    watched: stores.signIns.watched,
    log,
    secret: keys.digests,
    noted: told.addresses.note,
    providers,
    byCard: cardIdentity(mfa, sealing),
  });
  const observer = config.mode === 'observe' ? (before?.observer ?? createObserver(random)) : undefined;
  const recordKeys = createRecordKeys(
    { current: keys.records, previous: keys.recordsBefore },
    config.origin.host,
    recordTypes(config.recordTypes),
  );
  const watch = createWatch({
    ...stores.standings,
    detectors: kept.detectors,
    canaries: readCanaries(config.budgets.canaries, recordKeys),
    raised: told.alarm,
    reached: (cap) => {
      kept.refusedDays.note(cap);
      told.reached(cap);
    },
    capped: told.capped,
    countedSince: stores.countedSince,
  });
  const circles = before?.circles ?? createCircles();
  const budget = createBudget(stores.budget, config.budgets, watch, stores.countedSince, {
    circles,
    full: told.circleFull,
  });
  const stops = createStops({ store: stores.standings.stops, changed: told.stop });
  const signIns = createSignInGuard({
    guesses: stores.signIns.guesses,
    identify: identity.identify,
    mfa,
    events,
    secret: keys.digests,
    clock,
    random,
  });
  const gate: Gate = {
    policy: compilePolicy(config.routes, config.defaultUpstream),
    identify: identity.identify,
    identifyStreaming: identity.whileStreaming,
    mfa,
    budget,
    stops,
    exemptions: createExemptions(stores.standings.glass, config.budgets.patientPresent, recordKeys),
    clock,
    observer,
    recordKeys,
    signIns,
  };
  const signer = await createAssertionSigner({
    keys: keys.assertion,
    issuer: config.origin.origin,
    audience: config.origin.origin,
    clock,
    random,
  });
  const { hosts, clientAddress } = config;
  const edge: EdgeRules = { hosts, cookiePrefix: sessionCookie, clientAddress };
  const desk: Desk = {
    gate,
    ledger,
    live,
    cookiePrefix: sessionCookie,
    answerLimit: config.limits.answer,
    answered: seenAnswers(signIns, identity.watchers),
    signedOut: signOutOf(mfa, identity, providers, live),
    proxy: {
      upstreams,
      signer,
      rules: {
        origin: config.origin,
        extra: new Set([...config.forwardHeaders, ...carrierHeaders(config)]),
        cookiePrefix: sessionCookie,
      },
    },
  };
  const signInPath = config.identity.map((source) => source.signIn).find((path) => path !== undefined);
  const openings = createOpenings(mfa, clock);
  const denier: Denier = {
    mfa,
    openings,
    replaced,
    origin: config.origin.origin,
    signInPath,
    onward: signInPath === signInPage ? providers.onward.seal : undefined,
  };
  const cards = await createCards({ ...common, mfa, events, stores, live, sealing }, before?.cards);
  opening(() => cards?.close());
  const pages = createPages({
    reception: { edge, identify: identity.identify, mfa, stops, openings, replaced },
    providers,
    cardWays: [...(cards === undefined ? [] : [certificateWay]), ...providerWays(providers)],
    origin: config.origin.origin,
    signInPath: signInPath ?? '/',
    jwks: () => signer.jwks(),
    broken: (error) => log(brokenLine(error)),
    glass: createGlassDesk(config.budgets.breakGlass, {
      clock,
      random,
      store: stores.standings.glass,
      broken: told.glass,
    }),
    presenceLeft: async ({ session, identity: who }) => {
      const newest = session.proofs.at(-1);
      return newest === undefined ? undefined : budget.left(newest, who, clock.now());
    },
    card: cards?.pages,
    first: config.enrolment.first,
    cardKeys: config.enrolment.cardClass.length > 0,
  });
  const front: Front = { desk, denier, edge, pages, log };
  const forwardAuth = createForwardAuth(config, front, keys.digests);
  return { front, forwardAuth, mfa, observer, upstreams: named, providers, cards, told, circles };
}

interface MfaParts {
  readonly keys: GatewayKeys;
  readonly events: EventSink;
  readonly authenticators: AuthenticatorPolicy;
}

function mfaOf(
  config: Config,
  { stores, clock, random }: Kept,
  { keys, events, authenticators }: MfaParts,
): Mfa {
  return createMfa({
    stores: stores.mfa,
    keys: { sealing: keys.sealing, digests: keys.digests },
    clock,
    random,
    events,
    relyingParty: {
      id: config.origin.hostname,
      name: config.enrolment.issuer,
      origins: [config.origin.origin],
    },
    policy: {
      sessions: { idle: config.sessions.idle, lifetime: config.sessions.lifetime },
      cardIdle: config.sessions.cardIdle,
      keyAfterCode: config.enrolment.keyAfterCode,
      firstFactor: config.enrolment.first,
      authenticators,
    },
  });
}

/** Sign-out at the portal ends ours too, and nothing remembered about that cookie speaks for it any more. */
function signOutOf(
  mfa: Mfa,
  identity: GatewayIdentity,
  providers: Providers,
  live: LiveExchanges,
): Desk['signedOut'] {
  return async ({ session, request }) => {
    identity.forget(request);
    await providers.endHere(request);
    if (session === undefined) return;
    await mfa.sessions.end(session, 'person');
    live.cut({ session: session.id });
  };
}
