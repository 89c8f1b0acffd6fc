// What happened, typed, for the log, the notices to the person, and the operator. Never a code, a secret or a token.
import type { ProofKind } from './assurance.ts';
import type { BoundBy, Factor } from './factor.ts';
import type { AccountId, FactorId, SessionId, TicketId } from './ids.ts';
import type { Instant } from './time.ts';

/** Why a step-up or an enrolment was refused: for the log. The person reads one sentence for all of them. */
export type RefusalReason =
  | 'malformed'
  | 'wrong-code'
  | 'replayed'
  | 'unknown-factor'
  | 'not-active-yet'
  | 'disabled'
  | 'too-many-attempts'
  | 'challenge-gone'
  | 'bad-assertion'
  | 'counter-went-back'
  | 'attestation-refused'
  | 'ticket-unknown'
  | 'right-missing'
  | 'right-too-weak'
  | 'not-by-code'
  | 'last-factor'
  | 'duplicate'
  | 'too-many-factors'
  | 'session-gone';

/** A factor as events name it: with several persons behind one account, whose it is. */
export interface NamedFactor {
  readonly id: FactorId;
  readonly kind: Factor['kind'];
  readonly name: string;
}

/**
 * One thing that happened. `shown` is the factor whose fresh proof allowed a change: of several persons behind one
 * account, the one who did it. Absent where a ticket, a card or the operator allowed it.
 */
export type MfaEvent = {
  readonly at: Instant;
  readonly account: AccountId;
  readonly session?: SessionId;
} /** A sign-in at the portal in a browser that never signed this account in. */ & (
  | { readonly type: 'new-browser'; readonly agent: string }
  | { readonly type: 'session-opened'; readonly agent: string }
  | {
      readonly type: 'session-ended';
      readonly count: number;
      readonly by: 'person' | 'operator' | 'other-account' | 'factor-change' | 'card-revoked' | 'provider';
    }
  | { readonly type: 'stepped-up'; readonly proof: ProofKind; readonly factor?: NamedFactor }
  | {
      readonly type: 'refused';
      readonly act: 'step-up' | 'enrol' | 'change';
      readonly reason: RefusalReason;
      /** Which factor was tried, where the attempt itself says so: a key's answer, a code already used. */
      readonly factor?: NamedFactor;
    }
  /** So many wrong codes in a row; at `ceiling` of them the code factors are disabled. */
  | {
      readonly type: 'locked';
      readonly until: Instant;
      readonly failures: number;
      readonly ceiling: number;
    }
  | { readonly type: 'factors-disabled'; readonly count: number }
  | {
      readonly type: 'factor-enrolled';
      readonly factor: NamedFactor;
      readonly activeFrom: Instant;
      readonly right: 'ticket' | 'card' | 'factor' | 'operator';
      /** What that right came from in the end: `code` where a code bound the factor that earned it, too. */
      readonly boundBy: BoundBy;
      readonly shown?: NamedFactor;
    }
  | { readonly type: 'factor-renamed'; readonly factor: NamedFactor; readonly shown?: NamedFactor }
  | {
      readonly type: 'factor-removed';
      readonly factor: NamedFactor;
      readonly by: 'person' | 'operator';
      readonly shown?: NamedFactor;
    }
  | { readonly type: 'recovery-codes-replaced'; readonly remaining: number; readonly shown?: NamedFactor }
  | { readonly type: 'recovery-code-used'; readonly remaining: number }
  | { readonly type: 'ticket-issued'; readonly ticket: TicketId; readonly issuedBy: string }
  | { readonly type: 'ticket-used'; readonly ticket: TicketId }
  | { readonly type: 'ticket-revoked'; readonly ticket: TicketId }
  /** The certificate of a card that was just shown ends soon. */
  | { readonly type: 'card-ends-soon'; readonly until: Instant }
  | { readonly type: 'counter-went-back'; readonly factor: NamedFactor }
);

/** Takes events in order. When it rejects, the act that caused the event is refused: an unseen act must not happen. */
export type EventSink = (event: MfaEvent) => Promise<void>;
