// What happens around a decision: the request comes in, the answer goes out, and between them the records are in the
// ledger. The order is the point: nothing is sent before the permit, nothing is released before the ledger has it.
import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerRules, recordsOfAnswer } from '../budget/answer-records.ts';
import type { CountedRecord } from '../budget/record-rule.ts';
import type { Ledger, LedgerEntry } from '../ledger/entry.ts';
import type { Route } from '../policy/route.ts';
import { contentLengthOf, responseHeaders } from '../proxy/answer-headers.ts';
import type { Exchange } from '../proxy/exchange.ts';
import { type Forwarder, forward } from '../proxy/forward.ts';
import type { LiveExchanges } from '../proxy/live.ts';
import { endWith } from '../proxy/turn.ts';
import type { BodySource, CanonicalRequest } from '../request/request.ts';
import { type SeenAnswer, tellEqually } from '../sign-in/seen-answer.ts';
import { recordsOfAddresses } from './addressed.ts';
import { decide } from './decide.ts';
import type { Denial } from './decision.ts';
import type { Gate } from './gate.ts';
import { denialOf, type Payment, pay } from './payment.ts';
import type { PermitTerms } from './permit.ts';

/** What serving needs beyond deciding. */
export interface Desk {
  readonly gate: Gate;
  readonly proxy: Forwarder;
  readonly ledger: Ledger;
  /** What is still streaming or joined, to be cut when it may not live any longer. */
  readonly live: LiveExchanges;
  readonly cookiePrefix: string;
  /** The longest answer that is read to be counted. */
  readonly answerLimit: number;
  /** Sees every answer before it is released: sign-ins that worked, portal cookies that came and went. */
  readonly answered: (terms: PermitTerms, exchange: Exchange) => Promise<SeenAnswer>;
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
}

/** An answer ready to leave: its records are paid for. `bytes` when it was read to count it, else it is still streaming. */
interface Settled {
  readonly records: readonly CountedRecord[];
  readonly bytes: Uint8Array | undefined;
  /** Why the answer's records were shown although a bound was met. */
  readonly exemption?: string | undefined;
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
    if (mustBeKept(desk, terms)) await desk.ledger.append(entryOf(desk, terms, shown(exchange, settled)));
    if (terms.matched.route.signsOut && exchange.status < 400) await desk.signedOut(terms);
    const seen = await desk.answered(terms, exchange);
    for (const cookie of seen.cookies) sockets.response.appendHeader('set-cookie', cookie);
    if (seen.equal !== undefined) {
      exchange.abort();
      return { denial: undefined, status: tellEqually(seen.equal, terms, sockets.response), terms };
    }
    await release(desk, terms, exchange, settled, sockets.response);
    return { denial: undefined, status: exchange.status, terms };
  } catch (error) {
    exchange.abort();
    throw error;
  }
}

/**
 * Charges what the answer shows. On routes that name records in the answer the body is read whole within a bound and
 * released whole or withheld whole; what cannot be read is withheld. A look-up that found nobody counts as a miss.
 */
async function settle(desk: Desk, terms: PermitTerms, exchange: Exchange): Promise<Settled | Denial> {
  const { matched, identity } = terms;
  const rules = answerRules(matched.route);
  if (isMiss(exchange)) return missed(desk, terms);
  const addressed = addressedBy(desk, terms, exchange);
  if (rules.length === 0 && addressed.length === 0) return { records: terms.records, bytes: undefined };
  const bytes = rules.length === 0 ? undefined : await exchange.collect(desk.answerLimit);
  const observed = desk.gate.observer !== undefined;
  const read =
    bytes === undefined
      ? []
      : bytes === 'too-large'
        ? 'unreadable'
        : recordsOfAnswer(rules, exchange, bytes, desk.gate.recordKeys);
  if (read === 'unreadable' || bytes === 'too-large') {
    if (observed && bytes !== 'too-large') return { records: terms.records, bytes };
    return { kind: 'unavailable', reason: 'answer-unreadable' };
  }
  const found = [...read, ...addressed.filter(({ digest }) => read.every((one) => one.digest !== digest))];
  if (found.length === 0 && exchange.status < 300) return missed(desk, terms, bytes);
  const absent = absentOf(matched.route, terms.records, found);
  const paid = identity.kind === 'account' ? await pay(desk.gate, { ...terms, identity }, found, true) : free;
  const denial = paid.denial ?? (await missedBeside(desk, terms, absent));
  if (denial !== undefined && !observed) return denial;
  noteOf(desk, terms, denial);
  const named = terms.records.filter((record) => !absent.includes(record));
  const exemption = paid.exemption ?? (denial === undefined ? undefined : 'observe');
  return { records: [...named, ...found], bytes, exemption };
}

const free: Payment = { denial: undefined, exemption: undefined };

/** Whom the head of an answer of a counted route names and the request did not. */
function addressedBy(
  { gate }: Desk,
  { matched, request, records }: PermitTerms,
  exchange: Exchange,
): readonly CountedRecord[] {
  if (matched.route.records.length === 0) return [];
  const asked = new Set(records.map(({ digest }) => digest));
  return recordsOfAddresses(gate.policy, request, exchange, gate.recordKeys).filter(
    ({ digest }) => !asked.has(digest),
  );
}

/**
 * Of a batch, those the answer does not show: it tells who is missing. Only where the request lists persons and the answer
 * lists persons of the same kind; elsewhere the one asked for need not be among those shown.
 */
function absentOf(
  { records: rules }: Route,
  asked: readonly CountedRecord[],
  found: readonly CountedRecord[],
): readonly CountedRecord[] {
  const listed = rules.flatMap((rule) =>
    rule.from === 'json' && rule.pointer.split('/').includes('*') ? [rule.as] : [],
  );
  const answered = rules.flatMap((rule) => (rule.from.startsWith('answer') ? [rule.as] : []));
  const shown = new Set(found.map(({ digest }) => digest));
  return asked.filter(
    ({ type, digest }) => listed.includes(type) && answered.includes(type) && !shown.has(digest),
  );
}

/** The portal says that nobody is there. Any other error page may show the person it is about: a form that comes back with 422 does. */
function isMiss({ status }: Exchange): boolean {
  return status === 404 || status === 410;
}

/** That a person is not there is knowledge too: misses have a counter of their own (A113). */
async function missed(desk: Desk, terms: PermitTerms, bytes?: Uint8Array): Promise<Settled | Denial> {
  const { identity, records, matched } = terms;
  if (identity.kind === 'anonymous' || matched.route.records.length === 0) return { records, bytes };
  const asked = records.length > 0 ? records : [questionOf(terms)];
  const enforce = desk.gate.observer === undefined;
  const spent = await desk.gate.budget.miss({
    identity,
    records: asked,
    now: desk.gate.clock.now(),
    enforce,
  });
  const denial = denialOf(spent, matched.route, identity);
  if (denial !== undefined && enforce) return denial;
  noteOf(desk, terms, denial);
  return { records, bytes };
}

/** What the answer would have been denied for, where the gateway only observes. */
function noteOf({ gate }: Desk, { identity }: PermitTerms, denial: Denial | undefined): void {
  if (denial !== undefined) gate.observer?.note(denial, gate.clock.now(), identity);
}

/** A miss for each person of a batch who is not there (A113). */
async function missedBeside(
  desk: Desk,
  { identity, matched }: PermitTerms,
  absent: readonly CountedRecord[],
): Promise<Denial | undefined> {
  if (absent.length === 0 || identity.kind === 'anonymous') return undefined;
  const enforce = desk.gate.observer === undefined;
  const now = desk.gate.clock.now();
  const spent = await desk.gate.budget.miss({ identity, records: absent, now, enforce });
  return denialOf(spent, matched.route, identity);
}

/**
 * Where only the answer names persons and it names none, the question itself is what missed: one for each distinct one. A
 * body that went by unread may be any question, so each is its own.
 */
function questionOf({ request, body }: PermitTerms): CountedRecord {
  const unread = body === undefined && request.bodyLength !== 0;
  const digest = createHash('sha256')
    .update(request.target)
    .update('\n')
    .update(unread ? randomBytes(16) : (body ?? ''))
    .digest('base64url')
    .slice(0, 22);
  return { id: '', type: 'question', digest: digest as CountedRecord['digest'] };
}

/**
 * Every answer of a counted route goes into the ledger first. Only in observe mode can a stranger get as far as this:
 * then there is no account to write down, the portal answers as it would without us, and the log line tells.
 */
export function mustBeKept({ gate }: Desk, { matched, identity }: PermitTerms): boolean {
  return matched.route.records.length > 0 && !(gate.observer !== undefined && identity.kind === 'anonymous');
}

/** What became of a counted request, as far as it is known. */
type Outcome = Pick<LedgerEntry, 'status' | 'outcome' | 'records'> & {
  /** What exempted some of the answer's records. */
  readonly exemption?: string | undefined;
};

function shown(exchange: Exchange, { records, exemption }: Settled): Outcome {
  return { status: exchange.status, outcome: isMiss(exchange) ? 'miss' : 'released', records, exemption };
}

/** One entry of who saw whom. An entry without an account is a mistake of ours. */
export function entryOf(desk: Desk, terms: PermitTerms, outcome: Outcome): LedgerEntry {
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
    proofKind: proof?.kind,
    route: matched.route.id,
    fields: matched.route.fields,
    ...outcome,
    peer: request.peer,
    exemption: exemptionOf(terms, outcome),
  };
}

/** Why it left although a bound was met. */
function exemptionOf({ wouldBe, exemption }: PermitTerms, outcome: Outcome): string | undefined {
  if (wouldBe !== undefined) return 'observe';
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
  const headers = [...responseHeaders(exchange, terms, desk.cookiePrefix)];
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
