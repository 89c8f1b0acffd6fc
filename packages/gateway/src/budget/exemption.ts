// The two honest ways past a budget. Break-glass: a card, a written reason, three times in 30 days, and somebody reads
// the list. Patient present: a reader the operator trusts saw the person's own card. Pure decisions and the port; how
// they come over HTTP is the gate's.
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { AccountId, Instant, Proof, Secret } from '@palier/mfa-core';
import { isCard } from './charge.ts';
import type { CountedRecord } from './record-rule.ts';

/** A break-glass under way or past. */
export interface BrokenGlass {
  readonly id: string;
  readonly account: AccountId;
  readonly reason: string;
  readonly at: Instant;
  readonly until: Instant;
  /** Distinct persons it shows. */
  readonly records: number;
  /** Who read it in the review list, and when. */
  readonly reviewed?: { readonly by: string; readonly at: Instant };
}

export interface GlassStore {
  /**
   * Keeps it if the account broke fewer than `quota` in the window that ends at `glass.at`. Of parallel callers at most
   * `quota` get `broken`.
   */
  break(glass: BrokenGlass, quota: number, windowMilliseconds: number): Promise<'broken' | 'quota'>;
  /** The one that is under way (`at` <= now < `until`), the newest if several. */
  current(account: AccountId, now: Instant): Promise<BrokenGlass | undefined>;
  /** Newest first; with `unreviewed` only those nobody has read. */
  list(which: 'all' | 'unreviewed'): Promise<readonly BrokenGlass[]>;
  review(id: string, by: string, at: Instant): Promise<'reviewed' | 'absent'>;
}

export interface GlassRules {
  readonly quota: number;
  readonly windowMilliseconds: number;
  readonly lastsMilliseconds: number;
  readonly records: number;
  /** Shortest and longest reason, in characters without outer spaces. */
  readonly reason: { readonly least: number; readonly most: number };
}

export const glassDefaults: GlassRules = {
  quota: 3,
  windowMilliseconds: 30 * 86_400_000,
  lastsMilliseconds: 3_600_000,
  records: 40,
  reason: { least: 15, most: 500 },
};

export interface GlassAsked {
  readonly id: string;
  readonly account: AccountId;
  readonly proof: Proof | undefined;
  readonly reason: string;
  readonly now: Instant;
}

export type GlassAnswer =
  | { readonly outcome: 'broken'; readonly glass: BrokenGlass }
  | {
      readonly outcome: 'refused';
      readonly because: 'card-needed' | 'card-too-old' | 'reason-too-short' | 'reason-too-long' | 'quota';
    };

/** The card must have been shown within the last five minutes: a session left open breaks no glass. */
const cardMilliseconds = 300_000;

export async function breakGlass(
  store: GlassStore,
  asked: GlassAsked,
  rules: GlassRules = glassDefaults,
): Promise<GlassAnswer> {
  const flaw = flawIn(asked, rules);
  if (flaw !== undefined) return { outcome: 'refused', because: flaw };
  const { id, account, now } = asked;
  const until = (now + rules.lastsMilliseconds) as Instant;
  const glass: BrokenGlass = {
    id,
    account,
    reason: asked.reason.trim(),
    at: now,
    until,
    records: rules.records,
  };
  const kept = await store.break(glass, rules.quota, rules.windowMilliseconds);
  return kept === 'broken' ? { outcome: 'broken', glass } : { outcome: 'refused', because: 'quota' };
}

function flawIn(
  { proof, reason, now }: GlassAsked,
  rules: GlassRules,
): Extract<GlassAnswer, { outcome: 'refused' }>['because'] | undefined {
  if (proof === undefined || !isCard(proof)) return 'card-needed';
  if (now - proof.at > cardMilliseconds) return 'card-too-old';
  const length = [...reason.trim()].length;
  if (length < rules.reason.least) return 'reason-too-short';
  return length > rules.reason.most ? 'reason-too-long' : undefined;
}

/** What a trusted reader says: this person's card was in me a moment ago, at this account's desk. */
export interface PresentStatement {
  /** Text of the header: `<unix seconds>.<record id>.<base64url HMAC-SHA-256>`. */
  readonly header: string;
  readonly account: AccountId;
  readonly now: Instant;
}

export interface PresentRules {
  /** Shared with the reader, 32 bytes or more. */
  readonly secret: Secret;
  /** How old a statement may be. */
  readonly milliseconds: number;
  /** The record a text names, with the type the reader reads. */
  readonly record: (text: string) => CountedRecord | undefined;
}

/**
 * The record that a statement exempts; undefined when it is false, old or of another account. It exempts that person
 * only: the caller charges all others. A statement can be repeated while it is fresh, for the same person and account.
 */
export function presentRecord(
  { header, account, now }: PresentStatement,
  { secret, milliseconds, record }: PresentRules,
): CountedRecord | undefined {
  const [seconds = '', text = '', mac = '', ...rest] = header.length > 400 ? [] : header.split('.');
  if (!/^\d{1,12}$/.test(seconds) || rest.length > 0) return undefined;
  const age = now - Number(seconds) * 1000;
  if (age > milliseconds || age < -milliseconds) return undefined;
  const expected = Buffer.from(signPresent(secret, account, `${seconds}.${text}`));
  const given = Buffer.from(mac);
  return given.length === expected.length && timingSafeEqual(given, expected) ? record(text) : undefined;
}

/** What the reader computes over `<unix seconds>.<record id>` and the account it works for. */
export function signPresent(secret: Secret, account: AccountId, statement: string): string {
  return secret.expose((bytes) =>
    createHmac('sha256', bytes).update(`palier-present\n${account}\n${statement}`).digest('base64url'),
  );
}
