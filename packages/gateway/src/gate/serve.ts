// What happens around a decision: the request comes in, the answer goes out, and between them the records are in the
// ledger. The order is the point: nothing is sent before the permit, nothing is released before the ledger has it.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Ledger, LedgerEntry } from '../ledger/entry.ts';
import { isUndeclared } from '../policy/policy.ts';
import { contentLengthOf, responseHeaders } from '../proxy/answer-headers.ts';
import type { Exchange } from '../proxy/exchange.ts';
import { type Forwarder, forward } from '../proxy/forward.ts';
import type { LiveExchanges } from '../proxy/live.ts';
import { endWith } from '../proxy/turn.ts';
import type { BodySource, CanonicalRequest } from '../request/request.ts';
import { type SeenAnswer, tellEqually } from '../sign-in/seen-answer.ts';
import { decide } from './decide.ts';
import type { Denial } from './denial.ts';
import { shownKindOf } from './observer.ts';
import type { PermitTerms } from './permit.ts';
import { type Settled, settle, type Till } from './settle.ts';

/** What serving needs beyond deciding. */
export interface Desk extends Till {
  readonly proxy: Forwarder;
  readonly ledger: Ledger;
  /** What is still streaming or joined, to be cut when it may not live any longer. */
  readonly live: LiveExchanges;
  readonly cookiePrefix: string;
  /** Sees every answer before it is released: sign-ins that worked, portal cookies that came and went. */
  readonly answered: (terms: PermitTerms, exchange: Exchange) => Promise<SeenAnswer> | SeenAnswer;
  /** Told after an answer of a sign-out route went through. */
  readonly signedOut: (terms: PermitTerms) => Promise<void>;
}

export interface Sockets {
  readonly incoming: IncomingMessage;
  readonly response: ServerResponse;
  /** The body of a held form, when the request is one that was stopped before. */
  readonly held?: Uint8Array;
}

/** What became of a request, for the log line. */
export interface Served {
  readonly denial: Denial | undefined;
  readonly status: number;
  readonly terms: PermitTerms | undefined;
  /** How many records were counted in the end, those that only the answer names among them; undefined: none was settled. */
  readonly records?: number;
  /** In observe mode: what the answer would have been denied for. */
  readonly wouldBe?: Denial | undefined;
}

/**
 * Decides, forwards, settles, records and releases. A denial comes back unanswered: how it is told is the caller's.
 * Rejects when something is broken and nothing was released yet.
 */
export async function serve(
  desk: Desk,
  request: CanonicalRequest,
  body: BodySource,
  sockets: Sockets,
): Promise<Served> {
  const decision = await decide(desk.gate, request, body);
  if (decision.kind !== 'forward') return { denial: decision, status: 0, terms: undefined };
  const terms = decision.permit;
  const exchange = await forward(desk.proxy, decision.permit, sockets.held ?? sockets.incoming);
  try {
    const settled = await settle(desk, terms, exchange);
    if ('kind' in settled) {
      exchange.abort();
      return { denial: settled, status: 0, terms };
    }
    if (exchange.status !== 404 && exchange.status !== 410) noteUndeclared(desk, terms);
    if (mustBeKept(desk, terms)) await desk.ledger.append(entryOf(desk, terms, shown(exchange, settled)));
    if (terms.matched.route.signsOut && exchange.status < 400) await desk.signedOut(terms);
    const seen = await desk.answered(terms, exchange);
    const records = settled.records.length;
    for (const cookie of seen.cookies) sockets.response.appendHeader('set-cookie', cookie);
    if (seen.equal !== undefined) {
      exchange.abort();
      return { denial: undefined, status: tellEqually(seen.equal, terms, sockets.response), terms, records };
    }
    await release(desk, terms, exchange, settled, sockets.response);
    return { denial: undefined, status: exchange.status, terms, records, wouldBe: settled.wouldBe };
  } catch (error) {
    exchange.abort();
    throw error;
  }
}

/**
 * Every answer of a counted route goes into the ledger first. Only in observe mode can a stranger get as far as this:
 * then there is no account to write down, the portal answers as it would without us, and the log line tells.
 */
export function mustBeKept({ gate }: Desk, { matched, identity }: PermitTerms): boolean {
  return matched.route.records.length > 0 && !(gate.observer !== undefined && identity.kind === 'anonymous');
}

/** Where the gateway only observes: the portal knows an address that no line declares. */
export function noteUndeclared({ gate }: Pick<Desk, 'gate'>, { matched, request }: PermitTerms): void {
  if (isUndeclared(matched)) gate.observer?.reached(request, gate.policy);
}

/** What became of a counted request, as far as it is known. */
type Outcome = Pick<LedgerEntry, 'status' | 'outcome' | 'records'> & {
  /** What exempted some of the answer's records. */
  readonly exemption?: string | undefined;
};

function shown(exchange: Exchange, { records, exemption, nobody = false }: Settled): Outcome {
  return { status: exchange.status, outcome: nobody ? 'miss' : 'released', records, exemption };
}

/** One entry of who saw whom. An entry without an account is a mistake of ours. */
export function entryOf(desk: Pick<Desk, 'gate'>, terms: PermitTerms, outcome: Outcome): LedgerEntry {
  const { identity, session, proof, matched, request } = terms;
  const account = identity.kind === 'account' ? identity : undefined;
  if (account === undefined) throw new TypeError('a counted answer was about to leave to nobody');
  return {
    at: desk.gate.clock.now(),
    account: account.account,
    class: account.class,
    organisation: account.organisation,
    session: session?.id,
    proof: proof?.id,
    factor: proof === undefined || proof.kind === 'card' ? undefined : proof.factor,
    proofKind: shownKindOf(proof),
    route: matched.route.id,
    fields: matched.route.fields,
    ...outcome,
    peer: request.peer,
    exemption: exemptionOf(terms, outcome),
  };
}

/** Why it left although a bound was met. */
function exemptionOf({ wouldBe, exemption }: PermitTerms, outcome: Outcome): string | undefined {
  if (wouldBe.length > 0) return 'observe';
  const both = new Set([exemption, outcome.exemption].filter((one) => one !== undefined));
  return both.size === 0 ? undefined : [...both].join(' ');
}

/** Writes the head, then the bytes that were counted or the stream that needed no counting. */
async function release(
  desk: Desk,
  terms: PermitTerms,
  exchange: Exchange,
  settled: Settled,
  response: ServerResponse,
): Promise<void> {
  const headers = responseHeaders(exchange, terms, desk.cookiePrefix);
  const own = response.getHeader('set-cookie');
  // One that was set alone is no list.
  for (const cookie of [own ?? []].flat()) headers.push('Set-Cookie', String(cookie));
  response.removeHeader('set-cookie');
  response.sendDate = false;
  const length = settled.bytes === undefined ? contentLengthOf(exchange) : String(settled.bytes.length);
  if (length !== undefined && exchange.status !== 304 && exchange.status !== 204)
    headers.push('Content-Length', length);
  response.writeHead(exchange.status, exchange.statusText, headers);
  if (settled.bytes !== undefined)
    return endWith(
      response,
      Buffer.from(settled.bytes.buffer, settled.bytes.byteOffset, settled.bytes.byteLength),
    );
  if (exchange.isWhole()) return void (await exchange.relay(response));
  const forget = desk.live.add({ terms, end: () => response.destroy() });
  await exchange.relay(response).finally(forget);
}
