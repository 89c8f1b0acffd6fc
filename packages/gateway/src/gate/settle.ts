// What an answer shows is charged before it is released: read where the route says, told from what was only asked for, and
// counted as a miss where nobody is there.
import { createHash, randomBytes } from 'node:crypto';
import { answerRules, recordsOfAnswer } from '../budget/answer-records.ts';
import type { CountedRecord } from '../budget/record-rule.ts';
import type { Route } from '../policy/route.ts';
import type { Exchange } from '../proxy/exchange.ts';
import { recordsOfAddresses } from './addressed.ts';
import type { Denial } from './denial.ts';
import type { Gate } from './gate.ts';
import { denialOf, type Payment, pay } from './payment.ts';
import type { PermitTerms } from './permit.ts';

/** What settling needs. */
export interface Till {
  readonly gate: Gate;
  /** The longest answer that is read to be counted. */
  readonly answerLimit: number;
}

/** An answer ready to leave: its records are paid for. `bytes` when it was read to count it, else it is still streaming. */
export interface Settled {
  readonly records: readonly CountedRecord[];
  readonly bytes: Uint8Array | undefined;
  /** Why the answer's records were shown although a bound was met. */
  readonly exemption?: string | undefined;
  /** The portal says that nobody is there, and its page names nobody either. */
  readonly nobody?: boolean;
  /** In observe mode: what it would have been denied for. */
  readonly wouldBe?: Denial | undefined;
}

/**
 * Charges what the answer shows. On routes that name records in the answer the body is read whole within a bound and
 * released whole or withheld whole; what cannot be read is withheld. A look-up that found nobody counts as a miss.
 */
export async function settle(desk: Till, terms: PermitTerms, exchange: Exchange): Promise<Settled | Denial> {
  const { matched, identity } = terms;
  const rules = answerRules(matched.route);
  const nobody = isMiss(exchange);
  const addressed = addressedBy(desk, terms, exchange);
  if (rules.length === 0 && addressed.length === 0)
    return nobody ? missed(desk, terms, nobody) : { records: terms.records, bytes: undefined };
  const bytes = rules.length === 0 ? undefined : await exchange.collect(desk.answerLimit);
  const observed = desk.gate.observer !== undefined;
  const read =
    bytes === undefined
      ? []
      : bytes === 'too-large'
        ? 'unreadable'
        : recordsOfAnswer(rules, exchange, bytes, desk.gate.recordKeys);
  if (read === 'unreadable' || bytes === 'too-large') {
    const withheld: Denial = { kind: 'unavailable', reason: 'answer-unreadable', route: matched.route };
    if (!observed || bytes === 'too-large') return withheld;
    noteOf(desk, terms, withheld);
    return { records: terms.records, bytes, wouldBe: withheld };
  }
  const found = [...read, ...addressed.filter(({ digest }) => read.every((one) => one.digest !== digest))];
  if (found.length === 0 && (nobody || exchange.status < 300)) return missed(desk, terms, nobody, bytes);
  const absent = absentOf(matched.route, terms.records, found, nobody);
  const paid = identity.kind === 'account' ? await pay(desk.gate, { ...terms, identity }, found, true) : free;
  const denial = paid.denial ?? (await chargeMisses(desk, terms, absent));
  if (denial !== undefined && !observed) return denial;
  noteOf(desk, terms, denial);
  const named = terms.records.filter((record) => !absent.includes(record));
  const exemption = paid.exemption ?? (denial === undefined ? undefined : 'observe');
  return { records: [...named, ...found], bytes, exemption, wouldBe: denial };
}

const free: Payment = { denial: undefined, exemption: undefined };

/** Whom the head of an answer of a counted route names and the request did not. */
function addressedBy(
  { gate }: Till,
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
 * Those asked for that the answer does not show, where that tells they are missing: it says so itself (`nobody`), or the
 * request lists persons and the answer lists persons of the same kind. Elsewhere the one asked for need not be among those
 * shown.
 */
function absentOf(
  { records: rules }: Route,
  asked: readonly CountedRecord[],
  found: readonly CountedRecord[],
  nobody: boolean,
): readonly CountedRecord[] {
  const listed = rules.flatMap((rule) =>
    rule.from === 'json' && rule.pointer.split('/').includes('*') ? [rule.as] : [],
  );
  const answered = rules.flatMap((rule) => (rule.from.startsWith('answer') ? [rule.as] : []));
  const shown = new Set(found.map(({ digest }) => digest));
  return asked.filter(
    ({ type, digest }) =>
      !shown.has(digest) && (nobody || (listed.includes(type) && answered.includes(type))),
  );
}

/**
 * The portal says that nobody is there; whom its page names all the same was shown ("did you mean"). Any other error page
 * may show the person it is about: a form that comes back with 422 does.
 */
function isMiss({ status }: Exchange): boolean {
  return status === 404 || status === 410;
}

/** That a person is not there is knowledge too: misses have a counter of their own (A113). */
async function missed(
  desk: Till,
  terms: PermitTerms,
  nobody: boolean,
  bytes?: Uint8Array,
): Promise<Settled | Denial> {
  const { identity, records, matched } = terms;
  if (identity.kind === 'anonymous' || matched.route.records.length === 0) return { records, bytes, nobody };
  const denial = await chargeMisses(desk, terms, records.length > 0 ? records : [questionOf(terms)]);
  if (denial !== undefined && desk.gate.observer === undefined) return denial;
  noteOf(desk, terms, denial);
  return { records, bytes, nobody, wouldBe: denial };
}

/** What the answer would have been denied for, where the gateway only observes. */
function noteOf({ gate }: Till, { identity }: PermitTerms, denial: Denial | undefined): void {
  if (denial !== undefined) gate.observer?.note(denial, gate.clock.now(), identity);
}

/** A miss for each person who is not there (A113), and for each of a batch. */
async function chargeMisses(
  desk: Till,
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
