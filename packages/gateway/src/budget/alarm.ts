// An alarm raises what the account's next look-up asks by one step: a phishing-resistant proof made after it. It never
// bans, and it ends by itself. Losing one loses a prompt, never a bound.
import type { AccountId, Instant, Proof } from '@palier/mfa-core';

export type AlarmKind = 'novelty' | 'tempo' | 'canary';

export interface Alarm {
  readonly kind: AlarmKind;
  readonly account: AccountId;
  readonly raisedAt: Instant;
  /** When it ends without anybody's doing. */
  readonly until: Instant;
  /** One sentence a tired operator understands. Numbers only: no person is named. */
  readonly sentence: { readonly fr: string; readonly en: string };
  /**
   * Raised where the gateway only observed: told like any other, and holds nobody once it enforces. What raised it needed a
   * password alone, which is worth nothing from then on; and who has an app and no key could not go on for half a day.
   */
  readonly observed?: true;
}

export interface AlarmStore {
  /** Keeps the alarm; an older one of the same kind and account gives way. */
  raise(alarm: Alarm): Promise<void>;
  /** Those of the account that have not ended (at exactly `until` they have). */
  standing(account: AccountId, now: Instant): Promise<readonly Alarm[]>;
  /** All that stand, newest first, for the operator's list. */
  list(now: Instant): Promise<readonly Alarm[]>;
  /** The operator looked into it; answers how many there were. */
  end(account: AccountId): Promise<number>;
}

/** Whether it asks anything of a look-up. */
export function holds({ observed }: Alarm, enforce: boolean): boolean {
  return !enforce || observed !== true;
}

/** Whether a proof answers an alarm: it cannot be phished, and a person made it after the alarm. */
export function answers(proof: Proof, alarm: Alarm): boolean {
  return (proof.kind === 'webauthn' || proof.kind === 'card') && proof.at > alarm.raisedAt;
}
