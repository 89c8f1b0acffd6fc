// The third step: what a request meets. The gate that decides, the desk that serves, the denier that answers a no.
import type { Mfa } from '@palier/mfa-core';
import { createExemptions } from '../budget/exemptions.ts';
import type { Config } from '../config/config.ts';
import { signInPage } from '../config/oidc-settings.ts';
import type { Gate } from '../gate/gate.ts';
import { signOutOf } from '../gate/leaving.ts';
import type { Observer } from '../gate/observer.ts';
import type { Desk } from '../gate/serve.ts';
import { sessionCookie } from '../gate/session-cookie.ts';
import { carrierHeaders, type GatewayIdentity } from '../identity/sources.ts';
import type { Providers } from '../oidc/providers.ts';
import { compilePolicy } from '../policy/policy.ts';
import { type AssertionSigner, createAssertionSigner } from '../proxy/assertion.ts';
import type { LiveExchanges } from '../proxy/live.ts';
import type { EdgeRules } from '../request/canonical.ts';
import type { Denier } from '../respond/deny.ts';
import { createSignInGuard, type SignInGuard } from '../sign-in/guard.ts';
import { createSignInHints } from '../sign-in/never-seen.ts';
import { seenAnswers } from '../sign-in/seen-answer.ts';
import { createOpenings } from '../step-up/openings.ts';
import { createStops } from '../stops/stops.ts';
import type { Counting } from './counting.ts';
import type { Kept } from './kept.ts';
import type { Persons } from './persons.ts';

export interface Door {
  readonly gate: Gate;
  readonly desk: Desk;
  readonly denier: Denier;
  readonly edge: EdgeRules;
  readonly signer: AssertionSigner;
  /** Where people sign in to the portal; undefined where no source says so. */
  readonly signInPath: string | undefined;
}

interface Parts {
  readonly persons: Persons;
  readonly counting: Counting;
  /** Undefined when the gateway enforces. */
  readonly observer: Observer | undefined;
}

export async function doorOf(config: Config, kept: Kept, parts: Parts): Promise<Door> {
  const { persons } = parts;
  const signIns = signInsOf(kept, persons);
  const gate = gateOf(config, kept, { ...parts, signIns });
  const signer = await createAssertionSigner({
    keys: persons.keys.assertion,
    issuer: config.origin.origin,
    audience: config.origin.origin,
    clock: kept.clock,
    random: kept.random,
  });
  const { hosts, clientAddress } = config;
  const edge: EdgeRules = { hosts, cookiePrefix: sessionCookie, clientAddress };
  const desk = deskOf(config, kept, { persons, gate, signer });
  const signInPath = config.identity.map((source) => source.signIn).find((path) => path !== undefined);
  return { gate, desk, denier: denierOf(config, kept, { persons, signInPath }), edge, signer, signInPath };
}

function signInsOf({ stores, clock, random }: Kept, { identity, mfa, told, keys }: Persons): SignInGuard {
  return createSignInGuard({
    guesses: stores.signIns.guesses,
    identify: identity.identify,
    mfa,
    events: told.events,
    secret: keys.digests,
    clock,
    random,
  });
}

function gateOf(
  config: Config,
  { stores, clock }: Kept,
  { persons, counting, observer, signIns }: Parts & { readonly signIns: SignInGuard },
): Gate {
  const { identity, mfa, told } = persons;
  const { recordKeys, budget } = counting;
  return {
    policy: compilePolicy(config.routes, config.defaultUpstream),
    identify: identity.identify,
    identifyStreaming: identity.whileStreaming,
    mfa,
    budget,
    stops: createStops({ store: stores.standings.stops, changed: told.stop }),
    exemptions: createExemptions(stores.standings.glass, config.budgets.patientPresent, recordKeys),
    clock,
    observer,
    recordKeys,
    foreignLinks: config.foreignLinks,
    signIns,
  };
}

function deskOf(
  config: Config,
  { ledger, live, log, clock }: Kept,
  { persons, gate, signer }: Pick<Door, 'gate' | 'signer'> & Pick<Parts, 'persons'>,
): Desk {
  const { identity, mfa, providers, upstreamByName } = persons;
  const hint = createSignInHints(log, clock);
  const seen = seenAnswers(gate.signIns, identity.watchers);
  return {
    gate,
    ledger,
    live,
    cookiePrefix: sessionCookie,
    answerLimit: config.limits.answer,
    answered: (terms, exchange) => {
      hint(terms, exchange);
      return seen(terms, exchange);
    },
    signedOut: whenSignedOut(mfa, identity, providers, live),
    proxy: {
      upstreams: upstreamByName,
      signer,
      rules: {
        origin: config.origin,
        extra: new Set([...config.forwardHeaders, ...carrierHeaders(config)]),
        cookiePrefix: sessionCookie,
      },
    },
  };
}

function denierOf(
  config: Config,
  { clock, replaced }: Kept,
  { persons, signInPath }: Pick<Parts, 'persons'> & Pick<Door, 'signInPath'>,
): Denier {
  const { mfa, providers } = persons;
  return {
    mfa,
    openings: createOpenings(mfa, clock),
    replaced,
    origin: config.origin.origin,
    signInPath,
    signOut: signOutOf(config.routes),
    showsCards: showsCards(config, providers),
    onward: signInPath === signInPage ? providers.onward.seal : undefined,
  };
}

/** A card of one's own, an identity provider that speaks for one, or a key that counts as one. */
function showsCards({ identity, enrolment }: Config, { cards }: Providers): boolean {
  const reads = identity.some(({ kind }) => kind === 'client-certificate');
  return reads || cards.length > 0 || enrolment.cardClass.length > 0;
}

/** Sign-out at the portal ends ours too, and nothing remembered about that cookie speaks for it any more. */
function whenSignedOut(
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
