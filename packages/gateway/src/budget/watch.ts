// What is kept about accounts beside the counts: their own history, the detectors and the alarms that stand. All of it
// may be lost; then caps are at their ceilings and an alarm is one prompt late.
import { type AccountId, type Instant, instantOf, type Proof } from '@palier/mfa-core';
import type { BudgetClass } from '../config/budget-settings.ts';
import type { ActivityStore } from './activity-store.ts';
import { type Alarm, type AlarmKind, type AlarmStore, answers, holds } from './alarm.ts';
import {
  allowanceOf,
  type Caps,
  capsOf,
  dayOf,
  historySpan,
  isStarting,
  noveltyRate,
  type Standing,
} from './allowance.ts';
import { createDetectors, type Detectors } from './detectors.ts';
import type { Finding } from './finding.ts';
import type { CountedRecord, RecordDigest } from './record-rule.ts';

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

/** An alarm nobody answers ends after as long as a presence lasts. */
const alarmMilliseconds = 12 * 3_600_000;
const alarmFreshMilliseconds = 1000;
const forgetfulMilliseconds = 28 * 86_400_000;
const capacity = 100_000;

interface Today {
  readonly day: number;
  readonly standing: Standing;
  readonly starts: boolean;
  readonly usual: number | undefined;
}

/** Nothing kept, nothing watched: caps at their ceilings. */
export const noWatch: Watch = {
  unanswered: async () => undefined,
  caps: async (_account, own, withCard) => capsOf(own, undefined, false, withCard),
  note: async () => undefined,
  noteCanaries: async () => undefined,
  capped: async () => undefined,
};

export function createWatch({
  activity,
  alarms,
  canaries,
  raised,
  reached = () => undefined,
  capped = () => undefined,
  detectors = createDetectors(),
  countedSince = () => instantOf(0),
}: WatchParts): Watch {
  const forgetful = (now: Instant): boolean => now - countedSince() < forgetfulMilliseconds;
  const cappedIn = new Map<AccountId, Instant>();
  const reachedOn = new Map<string, number>();
  const todays = new Map<AccountId, Today>();
  const seen = new Map<AccountId, { readonly at: Instant; readonly standing: readonly Alarm[] }>();

  const standing = async (account: AccountId, now: Instant): Promise<readonly Alarm[]> => {
    const known = seen.get(account);
    if (known !== undefined && now - known.at < alarmFreshMilliseconds && now >= known.at)
      return known.standing.filter(({ until }) => until > now);
    const read = { at: now, standing: await alarms.standing(account, now) };
    remember(seen, account, read);
    return read.standing;
  };
  const today = async (account: AccountId, now: Instant): Promise<Today> => {
    const known = todays.get(account);
    if (known?.day === dayOf(now)) return known;
    const read = await readToday(activity, account, (await standing(account, now)).length > 0, now);
    remember(todays, account, read);
    return read;
  };
  const raise = async (
    { account, now, enforce }: Pick<Granted, 'account' | 'now' | 'enforce'>,
    { kind, sentence }: Finding,
  ): Promise<void> => {
    // One novelty alarm answered is enough until it ends: a doctor on call sees new persons all night. Asked of the store
    // itself: what another instance raised a moment ago would be told a second time. Two at the same instant still are.
    // And none that only observed takes the place of one that holds.
    const before = (await alarms.standing(account, now)).find((alarm) => alarm.kind === kind);
    if (
      before !== undefined &&
      (kind === 'novelty' ? holds(before, enforce) : !enforce && holds(before, true))
    )
      return;
    const alarm: Alarm = {
      kind,
      account,
      raisedAt: now,
      until: (now + alarmMilliseconds) as Instant,
      sentence,
      ...(enforce ? {} : { observed: true }),
    };
    await alarms.raise(alarm);
    seen.delete(account);
    // Read anew, and frozen: the caps do not grow while it stands.
    todays.delete(account);
    await raised(alarm);
  };
  const noteCanaries: Watch['noteCanaries'] = async ({ account, records, asked, now, enforce }) => {
    if (asked && records.some(({ digest }) => canaries.has(digest)))
      await raise({ account, now, enforce }, canaryFinding);
  };

  return {
    noteCanaries,
    unanswered: async ({ account, proof, now, enforce }) =>
      (await standing(account, now)).find((alarm) => holds(alarm, enforce) && !answers(proof, alarm)),
    caps: async (account, own, withCard, now) => {
      const { day, standing: stands, starts } = await today(account, now);
      const allowance = allowanceOf(own, stands, day);
      if (allowance !== undefined && allowance.setOn === day && stands.previous?.setOn !== day) {
        await activity.keepAllowance(account, allowance);
        remember(todays, account, {
          ...(await today(account, now)),
          standing: { ...stands, previous: allowance },
        });
      }
      const usual =
        allowance !== undefined && forgetful(now)
          ? { ...allowance, newRecords: own.newRecords.ceiling }
          : allowance;
      return capsOf(own, usual, starts, withCard);
    },
    note: async ({ account, proof, records, asked, fresh, novel, now, enforce }) => {
      if (fresh === 0) return;
      const total = await activity.addDay(account, { day: dayOf(now), distinct: fresh, novel });
      const { usual, starts } = await today(account, now);
      const found = detectors.note({
        account,
        presence: proof.id,
        fresh,
        novel,
        now,
        usual: starts || forgetful(now) ? undefined : usual,
        total,
      });
      for (const finding of found) await raise({ account, now, enforce }, finding);
      await noteCanaries({ account, records, asked, now, enforce });
    },
    capped: async (cap) => {
      const { account, at: now } = cap;
      const name = `${cap.cap} ${account}`;
      if (reachedOn.get(name) !== dayOf(now)) {
        remember(reachedOn, name, dayOf(now));
        reached(cap);
      }
      // Codes never answer an alarm: that cap says nothing about a gesture.
      if (cap.cap === 'codes') return;
      const novelty = (await standing(account, now)).find(
        (alarm) => alarm.kind === 'novelty' && holds(alarm, true),
      );
      if (novelty === undefined || cappedIn.get(account) === novelty.raisedAt) return;
      remember(cappedIn, account, novelty.raisedAt);
      capped(novelty, now);
    },
  };
}

const canaryFinding: Finding & { readonly kind: AlarmKind } = {
  kind: 'canary',
  sentence: {
    fr: "Une fiche pi\u00e9g\u00e9e, que personne n'a de raison d'ouvrir, a \u00e9t\u00e9 consult\u00e9e.",
    en: 'A planted record that nobody has a reason to open was looked up.',
  },
};

async function readToday(
  activity: ActivityStore,
  account: AccountId,
  frozen: boolean,
  now: Instant,
): Promise<Today> {
  const day = dayOf(now);
  const { from, to } = historySpan(day);
  const firstSeen = await activity.firstSeen(account, now);
  const history = await activity.history(account, from, to);
  const standing: Standing = { firstSeen, history, previous: await activity.allowance(account), frozen };
  return { day, standing, starts: isStarting(standing, now), usual: noveltyRate(standing) };
}

function remember<K, V>(map: Map<K, V>, key: K, value: V): void {
  map.delete(key);
  map.set(key, value);
  const oldest = map.size > capacity ? map.keys().next().value : undefined;
  if (oldest !== undefined) map.delete(oldest);
}
