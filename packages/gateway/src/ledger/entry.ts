// Who saw whom: one entry per release. Searchable by account and time; whose record it was can be read only with the
// operator's offline key.
import type { AccountId, FactorId, Instant, ProofId, SessionId } from '@palier/mfa-core';
import type { CountedRecord } from '../budget/record-rule.ts';

export interface LedgerEntry {
  readonly at: Instant;
  readonly account: AccountId;
  readonly class: string;
  readonly organisation: string | undefined;
  readonly session: SessionId | undefined;
  /** The proof that bought the presence, and the factor it was given with: a team shares one account. */
  readonly proof: ProofId | undefined;
  readonly factor: FactorId | undefined;
  readonly proofKind: string | undefined;
  /** `GET /patients/{nir}/droits`. */
  readonly route: string;
  readonly fields: readonly string[];
  /** Status of the answer that left; 0 where a front let the request through and the answer was not seen. */
  readonly status: number;
  /** `miss` (404 and the like) released nobody's record; `permitted` was let through by a front and counts as shown. */
  readonly outcome: 'released' | 'permitted' | 'miss';
  readonly records: readonly CountedRecord[];
  readonly peer: string;
  /** Why it was let through although a bound was met: observe mode, break-glass, patient present. */
  readonly exemption: string | undefined;
}

/** Keeps entries. `append` resolves when the entry survives a power cut; it rejects when it cannot say so. */
export interface Ledger {
  append(entry: LedgerEntry): Promise<void>;
  /** Rejects while the last append failed and none would be kept now. */
  probe(): Promise<void>;
  close(): Promise<void>;
}
