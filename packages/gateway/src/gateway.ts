// The gateway as a whole: opens what is opened once, listens, and goes over to another configuration while it runs. What
// a configuration is made into is composition.ts; the way of a request is gate/decide.ts and gate/serve.ts.
import type { Server } from 'node:http';
import {
  type Clock,
  type ClocksApart,
  type Mfa,
  type Random,
  systemClock,
  systemRandom,
} from '@palier/mfa-core';
import { createDetectors } from './budget/detectors.ts';
import { createRefusedDayCount } from './budget/refused-days.ts';
import { createCardDoor } from './card/door.ts';
import { watchClock } from './clock-watch.ts';
import { compose } from './composition/composition.ts';
import type { Composition, Kept } from './composition/kept.ts';
import type { Config } from './config/config.ts';
import { createEmbedding, type Handlers } from './embed/embedding.ts';
import type { Mountable } from './embed/mount.ts';
import { createAskListener } from './forward-auth/listener.ts';
import { brokenLine, handle, handleUpgrade } from './front.ts';
import { mayLive } from './gate/alive.ts';
import { createDenialCounts, type DenialCount } from './gate/denial-counts.ts';
import { healthServer } from './health.ts';
import type { Ledger } from './ledger/entry.ts';
import { openLedger } from './ledger/ledger.ts';
import { noLedger } from './ledger/no-ledger.ts';
import type { LedgerHead } from './ledger/roll.ts';
import { readSeal } from './ledger/seal-file.ts';
import { applyLimits, closeServer, createListener, listenOn, renewCertificate } from './listener.ts';
import { createFileLog, createPrintedLog, type FileLog, type Log } from './log.ts';
import { lately } from './notify/paging.ts';
import { createLiveExchanges } from './proxy/live.ts';
import { retireUpstreams } from './proxy/named-upstreams.ts';
import { fixedSettings } from './reload.ts';
import { openStores } from './stores/open.ts';
import { recentSessions } from './stores/recent-sessions.ts';
import { rememberReplaced } from './stores/replaced-tokens.ts';
import { underClock } from './stores/under-clock.ts';

export interface GatewayOptions {
  readonly clock?: Clock;
  readonly random?: Random;
  /** One JSON-able line per decision and per event; undefined prints JSON lines on standard output. */
  readonly log?: Log;
}

export interface Ports {
  readonly port: number;
  readonly healthPort: number;
  /** Where fronts ask; undefined without forward-auth. */
  readonly forwardAuthPort: number | undefined;
}

export interface Gateway {
  /** Listens on the configured addresses; port 0 gives a free one. */
  listen(): Promise<Ports>;
  /**
   * Serves on somebody else's server instead, made with `serverOptions` and not listening yet; the other listeners open.
   * Rejects with a TypeError that names every guarantee it would lose there. The server stays its owner's to close.
   */
  attach(server: Server): Promise<Omit<Ports, 'port'>>;
  /** For `app.use` of Express 4 or 5, first and at the root, before `attach` is given the app's server. */
  readonly mountable: Mountable;
  /**
   * Goes over to another configuration, all or nothing: the next request is judged by it, those under way finish by the
   * old one, what streams is judged by the new one within half a second, sessions and counts stay. Rejects, with nothing
   * changed, when a setting can only change with a restart or when something it names is unsound.
   */
  reload(config: Config): Promise<void>;
  /** Takes no more requests, lets those under way finish for at most 10 s, closes stores and ledger. */
  close(): Promise<void>;
  readonly mfa: Mfa;
  /** What observe mode has counted; empty when enforcing. */
  readonly observed: () => readonly DenialCount[];
}

/** How often what streams is judged again, and how often a renewed certificate is looked for. */
const sweepMilliseconds = 500;
const certificateMilliseconds = 60_000;

/** Builds a gateway; rejects when a file cannot be read, a key is unsound or a store does not open. Nothing listens yet. */
export async function createGateway(config: Config, options: GatewayOptions = {}): Promise<Gateway> {
  const kept = await keptOf(config, options);
  const current = { config, composition: await composeFirst(config, kept) };
  kept.stores.onLost(() => current.composition.told.countsLost());
  kept.stores.onApart(({ milliseconds, verdict }) =>
    current.composition.told.clockApart(milliseconds, verdict === 'refuse'),
  );
  const front = (): Composition['front'] => current.composition.front;
  const handlers: Handlers = {
    request: (incoming, response) => void handle(front(), { incoming, response }),
    upgrade: (incoming, socket, head) => void handleUpgrade(front(), incoming, socket, head),
    log: kept.log,
  };
  const server = createListener(config, handlers.request, handlers.upgrade);
  const embedding = createEmbedding(handlers);
  const cardDoor = createCardDoor(config, () => current.composition, kept.log);
  const health = healthServer(
    async () => void (await Promise.all([kept.stores.probe(), kept.ledger.probe()])),
    {
      observed: () => current.composition.observer?.observed(),
      refused: () => ({
        counts: kept.refusedDays.counts(),
        refusals: kept.refusals.rows(),
        observed: current.composition.observedBefore,
      }),
    },
    () => remarkOn(kept.stores.clockCheck.apart()),
  );
  const asking = createAskListener(config, () => current.composition.forwardAuth);
  const timers: NodeJS.Timeout[] = [];
  const inTurn = turns();
  let closed = false;
  const renew = (): void => {
    renewCertificate(server, current.config, kept.log);
    cardDoor?.renew(current.config);
  };
  const startBeside = async (): Promise<Omit<Ports, 'port'>> => {
    const healthPort = await listenOn(health, config.healthListen, 'healthListen');
    const forwardAuthPort =
      config.forwardAuth && (await listenOn(asking, config.forwardAuth.listen, 'forwardAuth.listen'));
    await cardDoor?.listen();
    const lookAtClock = watchClock(
      kept.clock,
      // A clock that is moved by hand is all the time there is.
      kept.clock === systemClock ? () => performance.now() : kept.clock.now,
      (by) => current.composition.told.clockJumped(by),
    );
    const sweep = (): void => {
      lookAtClock();
      // Notices and tells also while nobody asks for anything.
      void kept.stores.clockCheck.demand().catch(() => undefined);
      void kept.live.sweep((terms) => mayLive(front().desk.gate, terms));
    };
    timers.push(setInterval(sweep, sweepMilliseconds), setInterval(renew, certificateMilliseconds));
    return { healthPort, forwardAuthPort };
  };
  return {
    mountable: embedding.mountable,
    get mfa() {
      return current.composition.mfa;
    },
    observed: () => current.composition.observer?.observed().counts ?? [],
    listen: async () => {
      const port = await listenOn(server, config.listen, 'listen');
      return { port, ...(await startBeside()) };
    },
    attach: async (other) => {
      if (config.tls !== undefined) throw new TypeError('tls belongs to the server that is attached');
      embedding.attach(other, current.config.limits);
      return startBeside();
    },
    reload: (next) => inTurn(() => goOver(next)),
    close: () => inTurn(close),
  };

  async function goOver(next: Config): Promise<void> {
    if (closed) throw new Error('the gateway was closed');
    const fixed = fixedSettings(current.config, next);
    if (fixed.length > 0) throw new Error(`only a restart can change ${fixed.join(', ')}`);
    const before = current.composition;
    current.composition = await compose(next, kept, before);
    current.config = next;
    applyLimits(server, next.limits);
    embedding.applyLimits(next.limits);
    reopenLog(kept.log, next);
    renew();
    before.cards?.close();
    current.composition.told.takeOver(before.told);
    retire(before, current.composition, next.limits.upstreamTime * 1000);
  }

  async function close(): Promise<void> {
    if (closed) return;
    closed = true;
    for (const timer of timers) clearInterval(timer);
    kept.live.cutAll();
    await Promise.all([
      closeServer(server, 10_000),
      closeServer(asking, 10_000),
      closeServer(health, 1000),
      cardDoor?.close(),
    ]);
    // Those that were joined meanwhile.
    kept.live.cutAll();
    for (const { upstream } of current.composition.upstreams.values()) upstream.close();
    current.composition.cards?.close();
    await current.composition.providers.close();
    await current.composition.told.close(5000);
    await kept.ledger.close();
    await kept.stores.close();
  }
}

function remarkOn({ verdict, detail }: ClocksApart): string | undefined {
  return verdict === 'agree' ? undefined : detail;
}

/** One after the other: of two reloads at once, the first's composition would be replaced without being closed. */
function turns(): <Value>(act: () => Promise<Value>) => Promise<Value> {
  let last: Promise<unknown> = Promise.resolve();
  return (act) => {
    const done = last.then(act);
    last = done.catch(() => undefined);
    return done;
  };
}

/** A gateway that does not start leaves the ledger and the stores to whoever starts it next. */
async function composeFirst(config: Config, kept: Kept): Promise<Composition> {
  try {
    const alarms = await lately(kept.stores.standings.alarms, kept.clock.now());
    const composition = await compose(config, kept);
    composition.told.takeUp(alarms);
    return composition;
  } catch (error) {
    await Promise.allSettled([kept.ledger.close(), kept.stores.close()]);
    throw error;
  }
}

async function keptOf(config: Config, options: GatewayOptions): Promise<Kept> {
  const { clock = systemClock, random = systemRandom, log = ownLog(config) } = options;
  // The stores first: a ledger that was opened has a segment more, and says so for good.
  const opened = await openStores(config.stores, { clock, random });
  const ledger = await ledgerOf(config, clock, random, log).catch(async (error: unknown) => {
    await opened.close();
    throw error;
  });
  const now = (): number => performance.now();
  const { store, replaced } = rememberReplaced(opened.mfa.sessions, now);
  const sessions = recentSessions(store, now);
  const stores = underClock({ ...opened, mfa: { ...opened.mfa, sessions } });
  const made = {
    live: createLiveExchanges(),
    detectors: createDetectors(),
    refusedDays: createRefusedDayCount(),
    refusals: createDenialCounts(),
  };
  return { clock, random, log, stores, replaced, ledger, ...made };
}

/** Whoever was judged by `before` may still need it for as long as the portal may take; then it is closed. */
function retire(before: Composition, { upstreams }: Composition, patience: number): void {
  retireUpstreams(before.upstreams, upstreams);
  const close = (): void => void Promise.allSettled([before.providers.close(), before.told.close(60_000)]);
  setTimeout(close, patience).unref();
}

/** The end of every segment goes to the log too: kept elsewhere, it is what shows a ledger that was cut short. */
async function ledgerOf(config: Config, clock: Clock, random: Random, log: Log): Promise<Ledger> {
  const { directory, sealTo, retention } = config.ledger;
  if (sealTo === undefined) return noLedger;
  const witness = (head: LedgerHead): void => log({ kind: 'ledger-segment', ...head });
  return openLedger({
    directory,
    sealTo: await readSeal(sealTo),
    clock,
    random,
    retention,
    witness,
  });
}

function ownLog({ log }: Config): Log {
  return log.file === undefined ? createPrintedLog() : createFileLog(log.file);
}

/** A log that was moved away goes on under its name; one that cannot be opened goes on where it is, and says so. */
function reopenLog(log: Log, { log: { file } }: Config): void {
  if (file === undefined || !('reopen' in log)) return;
  try {
    (log as FileLog).reopen(file);
  } catch (error) {
    log(brokenLine(error));
  }
}
