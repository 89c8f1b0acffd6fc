// What is kept about accounts beside the counts: their own history, the detectors and the alarms that stand. All of it
// may be lost; then caps are at their ceilings and an alarm is one prompt late.
import { type AccountId, type Instant, instantOf, type Proof } from '@palier/mfa-core';
import { keepNewest } from '../bounded-map.ts';
import type { BudgetClass } from '../config/budget-settings.ts';
import type { ActivityStore } from './activity-store.ts';
import { type Alarm, type AlarmKind, type AlarmStore, answers, holds } from './alarm.ts';
import { type AlarmDesk, createAlarmDesk, type Looked } from './alarm-desk.ts';
import { type Caps, capsOf, dayOf } from './allowance.ts';
import { createDetectors, type Detectors } from './detectors.ts';
import type { Finding } from './finding.ts';
import type { CountedRecord, RecordDigest } from './record-rule.ts';
import { createTodays } from './today.ts';

export interface WatchParts {
  readonly activity: ActivityStore;
  readonly alarms: AlarmStore;
  /** Digests of records nobody has a reason to ask for. */
  readonly canaries: ReadonlySet<RecordDigest>;
  /** Told of every alarm raised; a rejection fails the look-up that raised it. */
  readonly raised: (alarm: Alarm) => Promise<void>;
  /** Told when a cap of its own refuses an account: once a day for each of them. */
  readonly reached?: (cap: ReachedCap) => void;
  /** Told when an account reaches a cap of its own while a novelty alarm stands, answered or not; once for each alarm. */
  readonly capped?: (alarm: Alarm, now: Instant) => void;
  /** What was seen so far; new ones when left out. */
  readonly detectors?: Detectors;
  /** Since when the counts stand without a loss. For 28 days after one everybody looks new, and nobody is blamed for it. */
  readonly countedSince?: () => Instant;
}

/** What a look-up met: the cap of its account's day, that on new persons, or what codes may show in a day. */
export interface ReachedCap {
  readonly account: AccountId;
  readonly class: string;
  readonly cap: 'account' | 'new-records' | 'codes';
  /** So many persons. */
  readonly most: number;
  readonly at: Instant;
}

/** A look-up that was granted and is now looked at. */
export interface Granted {
  readonly account: AccountId;
  readonly proof: Proof;
  readonly records: readonly CountedRecord[];
  /** Whether the person asked for exactly these; a list may show a canary that nobody asked for. */
  readonly asked: boolean;
  readonly fresh: number;
  readonly novel: number;
  readonly now: Instant;
  /** False in observe mode. */
  readonly enforce: boolean;
}

export interface Watch {
  /** The alarm that this proof does not answer, if one stands. At most a second old. */
  unanswered(look: Pick<Granted, 'account' | 'proof' | 'now' | 'enforce'>): Promise<Alarm | undefined>;
  /** The caps of the account today. */
  caps(account: AccountId, own: BudgetClass, withCard: boolean, now: Instant): Promise<Caps>;
  /** Adds to the history, asks the detectors and the canaries, and raises what they find. */
  note(granted: Granted): Promise<void>;
  /** Asks the canaries alone: what was shown past the budget is in no history, yet nobody has a reason to open those. */
  noteCanaries(granted: Pick<Granted, 'account' | 'records' | 'asked' | 'now' | 'enforce'>): Promise<void>;
  /** A look-up met a cap of the account. */
  capped(cap: ReachedCap): Promise<void>;
}

const forgetfulMilliseconds = 28 * 86_400_000;
const capacity = 100_000;

/** Nothing kept, nothing watched: caps at their ceilings. */
export const noWatch: Watch = {
  unanswered: async () => undefined,
  caps: async (_account, own, withCard) => capsOf(own, undefined, false, withCard),
  note: async () => undefined,
  noteCanaries: async () => undefined,
  capped: async () => undefined,
};

export function createWatch(parts: WatchParts): Watch {
  const { activity, canaries, detectors = createDetectors(), countedSince = () => instantOf(0) } = parts;
  const desk = createAlarmDesk(parts.alarms);
  const stands = async (account: AccountId, now: Instant): Promise<boolean> =>
    (await desk.standing(account, now)).length > 0;
  const todays = createTodays(activity, stands);
  const isForgetful = (now: Instant): boolean => now - countedSince() < forgetfulMilliseconds;

  const raise = async (looked: Looked, finding: Finding): Promise<void> => {
    const alarm = await desk.raise(looked, finding);
    if (alarm === undefined) return;
    // Read anew, and frozen: the caps do not grow while it stands.
    todays.forget(alarm.account);
    await parts.raised(alarm);
  };
  const noteCanaries: Watch['noteCanaries'] = async ({ records, asked, ...looked }) => {
    if (asked && records.some(({ digest }) => canaries.has(digest))) await raise(looked, canaryFinding);
  };

  return {
    noteCanaries,
    unanswered: async ({ account, proof, now, enforce }) =>
      (await desk.standing(account, now)).find((alarm) => holds(alarm, enforce) && !answers(proof, alarm)),
    caps: async (account, own, withCard, now) => {
      const { allowance, starts } = await todays.allowed(account, own, now);
      const usual =
        allowance !== undefined && isForgetful(now)
          ? { ...allowance, newRecords: own.newRecords.ceiling }
          : allowance;
      return capsOf(own, usual, starts, withCard);
    },
    note: async ({ account, proof, records, asked, fresh, novel, now, enforce }) => {
      if (fresh === 0) return;
      const total = await activity.addDay(account, { day: dayOf(now), distinct: fresh, novel });
      const today = await todays.of(account, now);
      const usual = today.starts || isForgetful(now) ? undefined : today.usual;
      const lookUp = { account, presence: proof.id, fresh, novel, now, usual, total };
      for (const finding of detectors.note(lookUp)) await raise({ account, now, enforce }, finding);
      await noteCanaries({ account, records, asked, now, enforce });
    },
    capped: tellCaps(parts, desk),
  };
}

/** Tells of a cap that was met once a day, and once for each novelty alarm that stands meanwhile. */
function tellCaps(
  { reached = () => undefined, capped = () => undefined }: WatchParts,
  desk: AlarmDesk,
): Watch['capped'] {
  const reachedOn = new Map<string, number>();
  const cappedIn = new Map<AccountId, Instant>();
  return async (cap) => {
    const { account, at: now } = cap;
    const name = `${cap.cap} ${account}`;
    if (reachedOn.get(name) !== dayOf(now)) {
      keepNewest(reachedOn, name, dayOf(now), capacity);
      reached(cap);
    }
    // Codes never answer an alarm: that cap says nothing about a gesture.
    if (cap.cap === 'codes') return;
    const standing = await desk.standing(account, now);
    const novelty = standing.find((alarm) => alarm.kind === 'novelty' && holds(alarm, true));
    if (novelty === undefined || cappedIn.get(account) === novelty.raisedAt) return;
    keepNewest(cappedIn, account, novelty.raisedAt, capacity);
    capped(novelty, now);
  };
}

const canaryFinding: Finding & { readonly kind: AlarmKind } = {
  kind: 'canary',
  sentence: {
    fr: "Une fiche piégée, que personne n'a de raison d'ouvrir, a été consultée.",
    en: 'A planted record that nobody has a reason to open was looked up.',
  },
};
