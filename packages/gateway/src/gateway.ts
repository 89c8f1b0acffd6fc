// The composition root: configuration, keys and stores in, listeners out. Nothing is decided here; the way of a request
// is gate/decide.ts and gate/serve.ts, and everything below /.palier/ is step-up/app.ts.
import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import {
  type Clock,
  createMfa,
  type Mfa,
  type MfaEvent,
  type Random,
  systemClock,
  systemRandom,
} from '@palier/mfa-core';
import type { JWK } from 'jose';
import { createRecordKeys } from './budget/record-keys.ts';
import { recordTypes } from './budget/record-types.ts';
import { createBudget } from './budget/spend.ts';
import type { Config } from './config/config.ts';
import { unavailable as unavailableSettings } from './config/unavailable.ts';
import { brokenLine, type Front, handle, handleUpgrade, type Log } from './front.ts';
import { mayLive } from './gate/alive.ts';
import { type Gate, sessionCookie } from './gate/gate.ts';
import { createObserver, type ObservedCount } from './gate/observer.ts';
import type { Desk } from './gate/serve.ts';
import { healthServer } from './health.ts';
import { createIdentity, type GatewayIdentity } from './identity/sources.ts';
import { readKeyFile } from './keys/keys.ts';
import type { Ledger } from './ledger/entry.ts';
import { openLedger } from './ledger/ledger.ts';
import { memoryLedger } from './ledger/memory-ledger.ts';
import type { LedgerHead } from './ledger/roll.ts';
import { closeServer, createListener, listenOn } from './listener.ts';
import { compilePolicy } from './policy/policy.ts';
import { createAssertionSigner } from './proxy/assertion.ts';
import type { Upstream } from './proxy/exchange.ts';
import { createLiveExchanges, type LiveExchanges } from './proxy/live.ts';
import { createUpstream } from './proxy/upstream.ts';
import type { EdgeRules } from './request/canonical.ts';
import type { Denier } from './respond/deny.ts';
import { createPages } from './step-up/app.ts';
import { openStores } from './stores/open.ts';

export interface GatewayOptions {
  readonly clock?: Clock;
  readonly random?: Random;
  /** One JSON-able line per decision and per event; undefined prints JSON lines on standard output. */
  readonly log?: Log;
}

export interface Gateway {
  /** Listens on the configured addresses; port 0 gives a free one. */
  listen(): Promise<{ readonly port: number; readonly healthPort: number }>;
  /** Takes no more requests, lets those under way finish for at most 10 s, closes stores and ledger. */
  close(): Promise<void>;
  readonly mfa: Mfa;
  /** What observe mode has counted; empty when enforcing. */
  readonly observed: () => readonly ObservedCount[];
}

/** Builds a gateway; rejects when a file cannot be read, a key is unsound or a store does not open. Nothing listens yet. */
export async function createGateway(config: Config, options: GatewayOptions = {}): Promise<Gateway> {
  const clock = options.clock ?? systemClock;
  const random = options.random ?? systemRandom;
  const log = options.log ?? printLine;
  refuseUnavailable(config);
  const keys = readKeyFile(config.keys.file);
  const stores = openStores(config.stores);
  const ledger = await ledgerOf(config, clock, random, log);
  const events = async (event: MfaEvent): Promise<void> =>
    log({ kind: 'event', ...event, at: new Date(event.at).toISOString() });
  const mfa = createMfa({
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
      waitingPeriod: config.enrolment.delay,
    },
  });
  const upstreams = upstreamsOf(config);
  const identity = createIdentity(config, upstreams, clock);
  const observer = config.mode === 'observe' ? createObserver(random) : undefined;
  const budget = createBudget(stores.budget, config.budgets);
  const gate: Gate = {
    policy: compilePolicy(config.routes, config.defaultUpstream),
    identify: identity.identify,
    mfa,
    budget,
    clock,
    observer,
    recordKeys: createRecordKeys(
      { current: keys.records },
      config.origin.host,
      recordTypes(config.recordTypes),
    ),
  };
  const signer = await createAssertionSigner({
    keys: keys.assertion,
    issuer: config.origin.origin,
    audience: config.origin.origin,
    clock,
    random,
  });
  const edge: EdgeRules = { hosts: config.hosts, cookiePrefix: sessionCookie };
  const live = createLiveExchanges();
  const desk: Desk = {
    gate,
    ledger,
    live,
    cookiePrefix: sessionCookie,
    answerLimit: config.limits.answer,
    signedOut: signOutOf(mfa, identity, live),
    proxy: {
      upstreams,
      signer,
      rules: { origin: config.origin, extra: new Set(config.forwardHeaders), cookiePrefix: sessionCookie },
    },
  };
  const signInPath = config.identity.map((source) => source.signIn).find((path) => path !== undefined);
  const denier: Denier = { mfa, origin: config.origin.origin, signInPath };
  const pages = createPages({
    reception: { edge, identify: identity.identify, mfa },
    origin: config.origin.origin,
    signInPath: signInPath ?? '/',
    jwks: () => signer.jwks(),
    broken: (error) => log(brokenLine(error)),
    presenceLeft: async ({ session, identity: who }) => {
      const newest = session.proofs.at(-1);
      return newest === undefined ? undefined : budget.left(newest, who, clock.now());
    },
  });
  const front: Front = { desk, denier, edge, pages, log };
  return assembled(config, front, {
    mfa,
    stores,
    ledger,
    upstreams,
    observed: () => observer?.counts() ?? [],
  });
}

interface Held {
  readonly mfa: Mfa;
  readonly stores: ReturnType<typeof openStores>;
  readonly ledger: Ledger;
  readonly upstreams: ReadonlyMap<string, Upstream>;
  readonly observed: () => readonly ObservedCount[];
}

function assembled(config: Config, front: Front, held: Held): Gateway {
  const { desk } = front;
  const server = createListener(
    config,
    (incoming, response) => void handle(front, { incoming, response }),
    (incoming, socket, head) => void handleUpgrade(front, incoming, socket, head),
  );
  const health: Server = healthServer(held.stores.probe);
  let sweeping: NodeJS.Timeout | undefined;
  return {
    mfa: held.mfa,
    observed: held.observed,
    listen: async () => {
      const port = await listenOn(server, config.listen);
      const healthPort = await listenOn(health, config.healthListen);
      sweeping = setInterval(() => void desk.live.sweep((terms) => mayLive(desk.gate, terms)), 500);
      return { port, healthPort };
    },
    close: async () => {
      clearInterval(sweeping);
      desk.live.cutAll();
      await Promise.all([closeServer(server, 10_000), closeServer(health, 1000)]);
      for (const upstream of held.upstreams.values()) upstream.close();
      await held.ledger.close();
      held.stores.close();
    },
  };
}

/** Sign-out at the portal ends ours too, and nothing remembered about that cookie speaks for it any more. */
function signOutOf(mfa: Mfa, identity: GatewayIdentity, live: LiveExchanges): Desk['signedOut'] {
  return async ({ session }) => {
    identity.forget();
    if (session === undefined) return;
    await mfa.sessions.end(session, 'person');
    live.cut({ session: session.id });
  };
}

function upstreamsOf(config: Config): ReadonlyMap<string, Upstream> {
  const { upstreamTime, upstreamSockets } = config.limits;
  return new Map(
    [...config.upstreams].map(([name, target]) => [
      name,
      createUpstream({
        url: target.url,
        timeoutMilliseconds: upstreamTime * 1000,
        mostSockets: upstreamSockets,
        ...(target.ca !== undefined && { ca: readFileSync(target.ca, 'utf8') }),
        ...(target.host !== undefined && { host: target.host }),
      }),
    ]),
  );
}

/** The end of every segment goes to the log too: kept elsewhere, it is what shows a ledger that was cut short. */
async function ledgerOf(config: Config, clock: Clock, random: Random, log: Log): Promise<Ledger> {
  const { directory, sealTo, retention } = config.ledger;
  if (sealTo === undefined) return memoryLedger();
  const witness = (head: LedgerHead): void => log({ kind: 'ledger-segment', ...head });
  return openLedger({
    directory,
    sealTo: JSON.parse(readFileSync(sealTo, 'utf8')) as JWK,
    clock,
    random,
    retention,
    witness,
  });
}

/** A setting that is read and does nothing would be a promise nobody keeps. */
function refuseUnavailable(config: Config): void {
  const settings = unavailableSettings(config);
  if (settings.length > 0)
    throw new Error(
      `not available in this release: ${settings.map(({ path }) => path.join('.')).join(', ')}`,
    );
}

function printLine(line: Readonly<Record<string, unknown>>): void {
  process.stdout.write(`${JSON.stringify({ time: new Date().toISOString(), ...line })}\n`);
}
