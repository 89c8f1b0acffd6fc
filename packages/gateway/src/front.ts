// One request at a time, from socket to log line: canonical or refused, ours or the portal's, and whatever breaks is a
// 503 in bounded time. Nothing is decided here; gate/serve.ts and gate/upgrade.ts do.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { AccountId } from '@palier/mfa-core';
import { type Denial, nameOf } from './gate/denial.ts';
import type { DenialCounts } from './gate/denial-counts.ts';
import { namesHeldForm, restoreForm } from './gate/held-form.ts';
import { type Desk, type Served, type Sockets, serve } from './gate/serve.ts';
import { shownAddress } from './gate/undeclared.ts';
import { serveUpgrade } from './gate/upgrade.ts';
import type { Log } from './log.ts';
import { isUndeclared, type Policy } from './policy/policy.ts';
import { UpstreamError } from './proxy/exchange.ts';
import { bodySource } from './request/body.ts';
import { canonicalise, type EdgeRules } from './request/canonical.ts';
import { distrust, enter, isQuiet, lastBlock } from './request/connection.ts';
import type { BodySource, CanonicalRequest, Refusal } from './request/request.ts';
import { type Denier, deny } from './respond/deny.ts';

export interface Front {
  readonly desk: Desk;
  readonly denier: Denier;
  readonly edge: EdgeRules;
  readonly pages: (incoming: IncomingMessage, response: ServerResponse) => void;
  readonly log: Log;
  /** What was refused, observing or not; everybody is nobody there. */
  readonly refusals: DenialCounts;
}

/** One request: canonical or refused, ours or the portal's, and whatever breaks is a 503 in bounded time. */
export async function handle(front: Front, sockets: Sockets): Promise<void> {
  const { incoming, response } = sockets;
  if (!enter(incoming.socket, response)) return;
  const request = canonicalise(incoming, front.edge, lastBlock(incoming.socket));
  if ('status' in request) return refuseAtEdge(front, request, sockets);
  if (request.path.startsWith('/.palier/')) return front.pages(incoming, response);
  const body = bodySource(incoming, request);
  try {
    const restored = namesHeldForm(request) ? await restoreForm(front.desk.gate, request) : undefined;
    if (restored !== undefined)
      response.appendHeader(
        'set-cookie',
        `${restored.cookie}=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0`,
      );
    await answered(
      front,
      restored?.request ?? request,
      restored?.body ?? body,
      restored === undefined ? sockets : { ...sockets, held: restored.bytes },
    );
  } catch (error) {
    front.log(brokenLine(error, request));
    await tell(front, unavailable(error), request, undefined, response);
  }
}

async function answered(
  front: Front,
  request: CanonicalRequest,
  body: BodySource,
  sockets: Sockets,
): Promise<void> {
  const served = await serve(front.desk, request, body, sockets);
  if (served.denial?.kind === 'refuse' && served.denial.refusal.close) distrust(sockets.incoming.socket);
  const status =
    served.denial === undefined
      ? served.status
      : await deny(front.denier, served.denial, request, body, sockets.response);
  noteRefusal(front, served.denial);
  front.log(decisionLine(request, served, status, front.desk.gate.policy));
}

/** Refusals, and answers that are withheld: gestures and caps are counted where they are asked for. */
export function noteRefusal({ refusals }: Front, denial: Denial | undefined): void {
  const withheld = denial?.kind === 'unavailable' && denial.route !== undefined;
  if (denial?.kind === 'refuse' || withheld) refusals.note(denial);
}

function unavailable(error: unknown): Denial {
  return {
    kind: 'unavailable',
    reason: error instanceof UpstreamError ? 'portal-unreachable' : 'dependency',
  };
}

/** A denial that must reach the client whatever else is broken; a head already sent is cut short instead. */
async function tell(
  front: Front,
  denial: Denial,
  request: CanonicalRequest | undefined,
  body: BodySource | undefined,
  response: ServerResponse,
): Promise<void> {
  if (response.headersSent) return void response.destroy();
  await deny(front.denier, denial, request, body, response).catch(() => response.destroy());
}

function refuseAtEdge(front: Front, refusal: Refusal, { incoming, response }: Sockets): void {
  front.log({
    kind: 'decision',
    outcome: `refuse:${refusal.reason}`,
    status: refusal.status,
    peer: incoming.socket.remoteAddress,
  });
  response.shouldKeepAlive = false;
  distrust(incoming.socket);
  const denial: Denial = { kind: 'refuse', refusal, route: undefined };
  noteRefusal(front, denial);
  void tell(front, denial, undefined, undefined, response);
}

/** The same for a handshake. */
export async function handleUpgrade(
  front: Front,
  incoming: IncomingMessage,
  socket: Duplex,
  head: Uint8Array,
): Promise<void> {
  socket.on('error', () => socket.destroy());
  // A handshake behind an unanswered request would be answered in the middle of that one's answer.
  if (!isQuiet(socket)) return void socket.destroy();
  const request = canonicalise(incoming, front.edge);
  try {
    const denial: Denial | undefined =
      'status' in request
        ? { kind: 'refuse', refusal: request, route: undefined }
        : await serveUpgrade(front.desk, front.denier.origin, request, socket, head);
    noteRefusal(front, denial);
    front.log({
      kind: 'decision',
      outcome: denial === undefined ? 'upgraded' : nameOf(denial),
      ...('status' in request ? {} : { method: request.method }),
    });
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

/** Milliseconds a client that was refused a WebSocket has to take the answer and hang up. */
const farewell = 2000;

/**
 * Nothing of node's reads a socket any more that asked for an upgrade: unread, it would never learn that the client is
 * gone, and every refusal would hold a connection for good. So the rest is read, and the end does not wait for anybody.
 */
function endWith(socket: Duplex, status: number): void {
  socket.end(
    `HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\nCache-Control: no-store\r\n\r\n`,
  );
  socket.resume();
  const timer = setTimeout(() => socket.destroy(), farewell);
  socket.once('close', () => clearTimeout(timer));
}

/** What is written down of a decision: who, which route, what came of it. */
export function decisionLine(
  request: CanonicalRequest,
  served: Served,
  status: number,
  policy: Policy,
): Readonly<Record<string, unknown>> {
  const { terms, denial } = served;
  const account = accountOf(served);
  // All of it, as `palier observed` counts it: a look-up that is short of a gesture may meet a cap besides.
  const wouldBe = [...(terms?.wouldBe ?? []), ...(served.wouldBe === undefined ? [] : [served.wouldBe])].map(
    nameOf,
  );
  const route =
    terms?.matched.route ?? (denial !== undefined && 'route' in denial ? denial.route : undefined);
  // What is undefined is not written.
  return {
    kind: 'decision',
    outcome: denial === undefined ? 'forward' : nameOf(denial),
    status,
    method: request.method,
    route: route?.id,
    // Without a line that declares it, its shape is all there is to go by.
    address: route === undefined || isUndeclared({ route }) ? shownAddress(request, policy) : undefined,
    peer: request.peer,
    records: served.records ?? terms?.records.length ?? 0,
    account,
    session: account === undefined ? undefined : terms?.session?.id,
    wouldBe: wouldBe.length === 0 ? undefined : wouldBe,
  };
}

/** Whose request it was, stopped or not: a cap that is met says little without the account. */
function accountOf({ terms, denial }: Served): AccountId | undefined {
  if (terms?.identity.kind === 'account') return terms.identity.account;
  return denial !== undefined && 'identity' in denial ? denial.identity?.account : undefined;
}

/** What broke, for the operator: name, message and cause, never the request's values. */
export function brokenLine(error: unknown, request?: CanonicalRequest): Readonly<Record<string, unknown>> {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : undefined;
  return {
    kind: 'broken',
    error: error instanceof Error ? error.message : 'unknown',
    cause,
    method: request?.method,
  };
}
