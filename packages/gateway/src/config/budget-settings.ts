// What an account of each class may see, as configured. The semantics are budget/'s; the numbers are budget-defaults.ts.
import type { Seconds, Secret } from '@palier/mfa-core';

export interface Budgets {
  /** By class name; `default` is always there and is used for a class nobody declared. */
  readonly classes: ReadonlyMap<string, BudgetClass>;
  /** Distinct records per 24 h over all accounts of one organisation; undefined: no such cap. */
  readonly organisation: number | undefined;
  /** Distinct records per 24 h over all accounts; undefined: no such cap. */
  readonly fleet: number | undefined;
  /** Records nobody may ask for; asking raises the requirement. File with one record id per line. */
  readonly canaries: { readonly file: string; readonly as: string } | undefined;
  /** A card, a written reason, and somebody who reads it: so many persons past every cap. */
  readonly breakGlass: {
    readonly times: number;
    readonly per: Seconds;
    readonly lasts: Seconds;
    readonly records: number;
  };
  /** A reader that shares a secret with the gateway says who is at the desk; undefined: no such reader. */
  readonly patientPresent:
    | { readonly header: string; readonly secret: Secret; readonly as: string; readonly lasts: Seconds }
    | undefined;
}

export interface BudgetClass {
  /** What a phishable proof (TOTP, recovery code) buys. Undefined: nothing; the class needs a passkey or a card. */
  readonly code: CodeTier | undefined;
  /** What a passkey or a card buys. */
  readonly key: PresenceSize & { readonly accept: 'phishing-resistant' | 'card' };
  /** Cap per 24 h: 3.5 times the account's own 28-day mean, kept between floor and ceiling. */
  readonly day: { readonly floor: number; readonly ceiling: number; readonly cardCeiling: number };
  /** Cap per 30 days on records the account has never seen before. */
  readonly newRecords: { readonly floor: number; readonly ceiling: number };
  /** Distinct records asked for and not found, per 24 h. */
  readonly misses: number;
}

/** One fresh proof buys sight of `records` distinct persons within `within`. */
export interface PresenceSize {
  readonly records: number;
  readonly within: Seconds;
}

export interface CodeTier extends PresenceSize {
  /** Distinct records per 24 h over all codes of the account: what phishing every code is worth. */
  readonly day: number;
}
