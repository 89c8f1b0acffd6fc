// The alarms of accounts as look-ups meet them: read at most once a second, and raised once.
import type { AccountId, Instant } from '@palier/mfa-core';
import { keepNewest } from '../bounded-map.ts';
import { type Alarm, type AlarmStore, holds } from './alarm.ts';
import type { Finding } from './finding.ts';

/** Whose look-up it was, when, and whether anything is refused. */
export interface Looked {
  readonly account: AccountId;
  readonly now: Instant;
  /** False in observe mode. */
  readonly enforce: boolean;
}

export interface AlarmDesk {
  /** Those that stand at the account, at most a second old. */
  standing(account: AccountId, now: Instant): Promise<readonly Alarm[]>;
  /** Raises what was found; the alarm, or undefined where one that stands says as much. */
  raise(looked: Looked, finding: Finding): Promise<Alarm | undefined>;
}

/** An alarm nobody answers ends after as long as a presence lasts. */
const alarmMilliseconds = 12 * 3_600_000;
const freshMilliseconds = 1000;
const capacity = 100_000;

export function createAlarmDesk(alarms: AlarmStore): AlarmDesk {
  const seen = new Map<AccountId, { readonly at: Instant; readonly standing: readonly Alarm[] }>();
  return {
    standing: async (account, now) => {
      const known = seen.get(account);
      if (known !== undefined && now - known.at < freshMilliseconds && now >= known.at)
        return known.standing.filter(({ until }) => until > now);
      const read = { at: now, standing: await alarms.standing(account, now) };
      keepNewest(seen, account, read, capacity);
      return read.standing;
    },
    // Asked of the store itself: what another instance raised a moment ago would be told a second time. Two at the same
    // instant still are.
    raise: async (looked, finding) => {
      const { account, now } = looked;
      if (saysAsMuch(await alarms.standing(account, now), looked, finding)) return undefined;
      const alarm = alarmOf(looked, finding);
      await alarms.raise(alarm);
      seen.delete(account);
      return alarm;
    },
  };
}

/**
 * One novelty alarm answered is enough until it ends: a doctor on call sees new persons all night. And none that only observed
 * takes the place of one that holds.
 */
function saysAsMuch(
  standing: readonly Alarm[],
  { enforce }: Pick<Looked, 'enforce'>,
  { kind }: Finding,
): boolean {
  const before = standing.find((alarm) => alarm.kind === kind);
  if (before === undefined) return false;
  return kind === 'novelty' ? holds(before, enforce) : !enforce && holds(before, true);
}

function alarmOf({ account, now, enforce }: Looked, { kind, sentence }: Finding): Alarm {
  return {
    kind,
    account,
    raisedAt: now,
    until: (now + alarmMilliseconds) as Instant,
    sentence,
    ...(enforce ? {} : { observed: true }),
  };
}
