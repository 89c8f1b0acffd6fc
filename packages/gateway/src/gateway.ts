// The composition root: configuration, keys and stores in, listeners out. Nothing is decided here; the way of a request
// is gate/decide.ts and gate/serve.ts, and everything below /.palier/ is step-up/app.ts.
import { readFileSync } from 'node:fs';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { type Clock, createMfa, type Mfa, type MfaEvent, type Random, systemClock, systemRandom } from '@palier/mfa-core';
import type { JWK } from 'jose';
import { createRecordKeys } from './budget/record-keys.ts';
import { recordTypes } from './budget/record-types.ts';
import { createBudget } from './budget/spend.ts';
import type { Config } from './config/config.ts';
import type { Denial } from './gate/decision.ts';
import type { Gate } from './gate/gate.ts';
import { restoreForm } from './gate/held-form.ts';
import { createObserver, nameOf, type ObservedCount } from './gate/observer.ts';
import { type Desk, serve, type Served, type Sockets } from './gate/serve.ts';
import { liveSockets, type LiveSockets, serveUpgrade } from './gate/upgrade.ts';
import { healthServer } from './health.ts';
import { createIdentity, type GatewayIdentity } from './identity/sources.ts';
import { readKeyFile } from './keys/keys.ts';
import type { Ledger } from './ledger/entry.ts';
import { openLedger } from './ledger/ledger.ts';
import { memoryLedger } from './ledger/memory-ledger.ts';
import { closeServer, createListener, listenOn } from './listener.ts';
import { compilePolicy } from './policy/policy.ts';
import { createAssertionSigner } from './proxy/assertion.ts';
import { type Upstream, UpstreamError } from './proxy/exchange.ts';
import { createUpstream } from './proxy/upstream.ts';
import { bodySource } from './request/body.ts';
import { canonicalise, type EdgeRules } from './request/canonical.ts';
import type { BodySource, CanonicalRequest, Refusal } from './request/request.ts';
import { deny, type Denier } from './respond/deny.ts';
import { createPages } from './step-up/app.ts';
import { createResumeBook } from './step-up/resume.ts';
import { openStores } from './stores/open.ts';

export interface GatewayOptions {
  readonly clock?: Clock;
  readonly random?: Random;
  /** One JSON-able line per decision and per event; undefined prints JSON lines on standard output. */
  readonly log?: (line: Readonly<Record<string, unknown>>) => void;
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

const cookiePrefix = '__Host-palier';

/** Builds a gateway; rejects when a file cannot be read, a key is unsound or a store does not open. Nothing listens yet. */
export async function createGateway(config: Config, options: GatewayOptions = {}): Promise<Gateway> {
  const clock = options.clock ?? systemClock;
  const random = options.random ?? systemRandom;
  const log = options.log ?? printLine;
  const keys = readKeyFile(config.keys.file);
  const stores = openStores(config.stores);
  const ledger = await ledgerOf(config, clock, random);
  const events = async (event: MfaEvent): Promise<void> => log({ kind: 'event', ...event, at: new Date(event.at).toISOString() });
  const mfa = createMfa({
    stores: stores.mfa, keys: { sealing: keys.sealing, digests: keys.digests }, clock, random, events,
    relyingParty: { id: config.origin.hostname, name: config.enrolment.issuer, origins: [config.origin.origin] },
    policy: { sessions: { idle: config.sessions.idle, lifetime: config.sessions.lifetime }, cardIdle: config.sessions.cardIdle, waitingPeriod: config.enrolment.delay },
  });
  const upstreams = upstreamsOf(config);
  const identity = createIdentity(config, upstreams, clock);
  const observer = config.mode === 'observe' ? createObserver(random) : undefined;
  const budget = createBudget(stores.budget, config.budgets);
  const gate: Gate = {
    policy: compilePolicy(config.routes, config.defaultUpstream), identify: identity.identify, mfa, budget, clock, observer,
    recordKeys: createRecordKeys({ current: keys.records }, config.origin.host, recordTypes(config.recordTypes)),
  };
  const signer = await createAssertionSigner({ keys: keys.assertion, issuer: config.origin.origin, audience: config.origin.origin, clock, random });
  const edge: EdgeRules = { hosts: config.hosts, cookiePrefix };
  const desk: Desk = {
    gate, ledger, cookiePrefix, answerLimit: config.limits.answer, signedOut: signOutOf(mfa, identity),
    proxy: { upstreams, signer, rules: { origin: config.origin, extra: new Set(config.forwardHeaders), cookiePrefix } },
  };
  const resumes = createResumeBook(stores.mfa.challenges, keys.sealing, clock, random);
  const signInPath = config.identity.map((source) => source.signIn).find((path) => path !== undefined);
  const denier: Denier = { mfa, resumes, origin: config.origin.origin, signInPath };
  const pages = createPages({
    reception: { edge, identify: identity.identify, mfa }, resumes, origin: config.origin.origin, signInPath: signInPath ?? '/', issuer: config.enrolment.issuer,
    jwks: () => signer.jwks(), broken: (error) => log(brokenLine(error)),
    presenceLeft: async ({ session, identity: who }) => {
      const newest = session.proofs.at(-1);
      return newest === undefined ? undefined : budget.left(newest, who, clock.now());
    },
  });
  const front: Front = { desk, denier, edge, pages, log, live: liveSockets(desk), origin: config.origin.origin, mfa };
  return assembled(config, front, { mfa, stores, ledger, upstreams, observed: () => observer?.counts() ?? [] });
}

interface Front {
  readonly desk: Desk;
  readonly denier: Denier;
  readonly edge: EdgeRules;
  readonly pages: (incoming: IncomingMessage, response: ServerResponse) => void;
  readonly log: (line: Readonly<Record<string, unknown>>) => void;
  readonly live: LiveSockets;
  readonly origin: string;
  readonly mfa: Mfa;
}

interface Held {
  readonly mfa: Mfa;
  readonly stores: ReturnType<typeof openStores>;
  readonly ledger: Ledger;
  readonly upstreams: ReadonlyMap<string, Upstream>;
  readonly observed: () => readonly ObservedCount[];
}

function assembled(config: Config, front: Front, held: Held): Gateway {
  const server = createListener(config, (incoming, response) => void handle(front, { incoming, response }), (incoming, socket, head) => void handleUpgrade(front, incoming, socket, head));
  const health: Server = healthServer(async () => void (await held.mfa.tickets.list()));
  let sweeping: NodeJS.Timeout | undefined;
  return {
    mfa: held.mfa,
    observed: held.observed,
    listen: async () => {
      const port = await listenOn(server, config.listen);
      const healthPort = await listenOn(health, config.healthListen);
      sweeping = setInterval(() => void front.live.sweep(), 500);
      return { port, healthPort };
    },
    close: async () => {
      clearInterval(sweeping);
      front.live.closeAll();
      await Promise.all([closeServer(server, 10_000), closeServer(health, 1000)]);
      for (const upstream of held.upstreams.values()) upstream.close();
      await held.ledger.close();
      held.stores.close();
    },
  };
}

/** One request: canonical or refused, ours or the portal's, and whatever breaks is a 503 in bounded time. */
async function handle(front: Front, sockets: Sockets): Promise<void> {
  const { incoming, response } = sockets;
  const request = canonicalise(incoming, front.edge);
  if ('status' in request) return refuseAtEdge(front, request, sockets);
  if (request.path.startsWith('/.palier/')) return front.pages(incoming, response);
  const body = bodySource(incoming, request);
  try {
    const restored = await restoreForm(front.mfa, front.denier.resumes, request);
    if (restored !== undefined) response.appendHeader('set-cookie', `${restored.cookie}=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0`);
    await answered(front, restored?.request ?? request, restored?.body ?? body, restored === undefined ? sockets : { ...sockets, held: restored.bytes });
  } catch (error) {
    front.log(brokenLine(error, request));
    await tell(front, unavailable(error), request, undefined, response);
  }
}

async function answered(front: Front, request: CanonicalRequest, body: BodySource, sockets: Sockets): Promise<void> {
  const served = await serve(front.desk, request, body, sockets);
  const status = served.denial === undefined ? served.status : await deny(front.denier, served.denial, request, body, sockets.response);
  front.log(decisionLine(request, served, status));
}

function unavailable(error: unknown): Denial {
  return { kind: 'unavailable', reason: error instanceof UpstreamError ? 'portal-unreachable' : 'dependency' };
}

/** A denial that must reach the client whatever else is broken; a head already sent is cut short instead. */
async function tell(front: Front, denial: Denial, request: CanonicalRequest | undefined, body: BodySource | undefined, response: ServerResponse): Promise<void> {
  if (response.headersSent) return void response.destroy();
  await deny(front.denier, denial, request, body, response).catch(() => response.destroy());
}

function refuseAtEdge(front: Front, refusal: Refusal, { incoming, response }: Sockets): void {
  front.log({ kind: 'decision', outcome: `refuse:${refusal.reason}`, status: refusal.status, peer: incoming.socket.remoteAddress });
  response.shouldKeepAlive = false;
  void tell(front, { kind: 'refuse', refusal, route: undefined }, undefined, undefined, response);
}

async function handleUpgrade(front: Front, incoming: IncomingMessage, socket: Duplex, head: Uint8Array): Promise<void> {
  socket.on('error', () => socket.destroy());
  const request = canonicalise(incoming, front.edge);
  try {
    const denial: Denial | undefined = 'status' in request
      ? { kind: 'refuse', refusal: request, route: undefined }
      : await serveUpgrade(front.desk, front.live, front.origin, request, socket, head);
    front.log({ kind: 'decision', outcome: denial === undefined ? 'upgraded' : nameOf(denial), ...('status' in request ? {} : { method: request.method }) });
    if (denial !== undefined) endWith(socket, statusOf(denial));
  } catch (error) {
    front.log(brokenLine(error));
    endWith(socket, 503);
  }
}

function statusOf(denial: Denial): number {
  if (denial.kind === 'refuse') return denial.refusal.status;
  if (denial.kind === 'slow-down') return 429;
  return denial.kind === 'unavailable' ? 503 : 401;
}

function endWith(socket: Duplex, status: number): void {
  socket.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\nCache-Control: no-store\r\n\r\n`);
}

/** Sign-out at the portal ends ours too, and nothing remembered about that cookie speaks for it any more. */
function signOutOf(mfa: Mfa, identity: GatewayIdentity): Desk['signedOut'] {
  return async (terms) => {
    identity.forget();
    if (terms.session !== undefined) await mfa.sessions.end(terms.session, 'person');
  };
}

function upstreamsOf(config: Config): ReadonlyMap<string, Upstream> {
  const { upstreamTime, upstreamSockets } = config.limits;
  return new Map([...config.upstreams].map(([name, target]) => [name, createUpstream({
    url: target.url, timeoutMilliseconds: upstreamTime * 1000, mostSockets: upstreamSockets, ...(target.ca !== undefined && { ca: readFileSync(target.ca, 'utf8') }),
    ...(target.host !== undefined && { host: target.host }),
  })]));
}

async function ledgerOf(config: Config, clock: Clock, random: Random): Promise<Ledger> {
  const { directory, sealTo } = config.ledger;
  if (sealTo === undefined) return memoryLedger();
  return openLedger({ directory, sealTo: JSON.parse(readFileSync(sealTo, 'utf8')) as JWK, clock, random });
}

function decisionLine(request: CanonicalRequest, served: Served, status: number): Readonly<Record<string, unknown>> {
  const { terms, denial } = served;
  const who = terms?.identity.kind === 'account' ? { account: terms.identity.account, session: terms.session?.id } : {};
  const wouldBe = terms?.wouldBe === undefined ? {} : { wouldBe: nameOf(terms.wouldBe) };
  const route = terms?.matched.route.id ?? (denial !== undefined && 'route' in denial ? denial.route?.id : undefined);
  return { kind: 'decision', outcome: denial === undefined ? 'forward' : nameOf(denial), status, method: request.method, route, peer: request.peer, records: terms?.records.length ?? 0, ...who, ...wouldBe };
}

/** What broke, for the operator: name, message and cause, never the request's values. */
function brokenLine(error: unknown, request?: CanonicalRequest): Readonly<Record<string, unknown>> {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : undefined;
  return { kind: 'broken', error: error instanceof Error ? error.message : 'unknown', cause, method: request?.method };
}

function printLine(line: Readonly<Record<string, unknown>>): void {
  process.stdout.write(`${JSON.stringify({ time: new Date().toISOString(), ...line })}\n`);
}

