// What happens around a decision: the request comes in, the answer goes out, and between them the records are in the
// ledger. The order is the point: nothing is sent before the permit, nothing is released before the ledger has it.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CountedRecord } from '../budget/record-rule.ts';
import { answerRules, recordsOfAnswer } from '../budget/answer-records.ts';
import type { Ledger, LedgerEntry } from '../ledger/entry.ts';
import { type Exchange, UpstreamError } from '../proxy/exchange.ts';
import { forward } from '../proxy/forward.ts';
import type { Proxy } from '../proxy/forward.ts';
import { responseHeaders } from '../proxy/outgoing-headers.ts';
import { bodySource } from '../request/body.ts';
import { canonicalise, type EdgeRules } from '../request/canonical.ts';
import type { CanonicalRequest } from '../request/request.ts';
import { decide, denialOf, tooMuch } from './decide.ts';
import type { Denial } from './decision.ts';
import type { Gate } from './gate.ts';
import type { Permit, PermitTerms } from './permit.ts';

/** What serving needs beyond deciding. */
export interface Desk {
  readonly gate: Gate;
  readonly edge: EdgeRules;
  readonly proxy: Proxy;
  readonly ledger: Ledger;
  /** Answers a denial: problem body, page, or the redirect to the step-up page. */
  readonly deny: (denial: Denial, request: CanonicalRequest | undefined, exchange: Sockets) => Promise<void>;
  /** One line per decision, with the canonical target and never a record id. */
  readonly log: (request: CanonicalRequest | undefined, outcome: string, terms: PermitTerms | undefined) => void;
  readonly signedOut: (terms: PermitTerms) => Promise<void>;
}

export interface Sockets {
  readonly incoming: IncomingMessage;
  readonly response: ServerResponse;
}
