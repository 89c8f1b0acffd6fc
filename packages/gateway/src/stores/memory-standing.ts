// What is kept about accounts beside the counts, in memory: history, alarms, break-glass. Lost with the process.
import type { AccountId, Instant } from '@palier/mfa-core';
import type { ActivityStore, Allowance, DayCount } from '../budget/activity-store.ts';
import type { Alarm, AlarmStore } from '../budget/alarm.ts';
import type { BrokenGlass, GlassStore } from '../budget/exemption.ts';
import type { KeyMarkStore } from '../keys/key-mark.ts';
import type { Stop, StopStore } from '../stops/stop.ts';

/** History is asked for 28 days back; older than this it is forgotten. */
export const daysKept = 60;

export function memoryActivity(): ActivityStore {
  const days = new Map<AccountId, DayCount[]>();
  const first = new Map<AccountId, Instant>();
  const allowances = new Map<AccountId, Allowance>();
  let mark: string | undefined;
  let turn = 0;
  return {
    addDay: async (account, { day, distinct, novel }) => {
      const kept = (days.get(account) ?? []).filter((one) => one.day > day - daysKept && one.day !== day);
      const same = days.get(account)?.find((one) => one.day === day) ?? { distinct: 0, novel: 0 };
      const total = { day, distinct: same.distinct + distinct, novel: same.novel + novel };
      kept.push(total);
      days.set(
        account,
        kept.sort((a, b) => a.day - b.day),
      );
      return total;
    },
    history: async (account, from, to) =>
      (days.get(account) ?? []).filter(({ day }) => day >= from && day <= to),
    firstSeen: async (account, now) => {
      const at = first.get(account) ?? now;
      first.set(account, at);
      return at;
    },
    allowance: async (account) => allowances.get(account),
    keepAllowance: async (account, allowance) => void allowances.set(account, allowance),
    epoch: async (proposed) => {
      mark ??= proposed;
      return mark;
    },
    turn: async (of, told) => {
      if (of !== mark) return told;
      turn = Math.max(turn, told);
      return turn;
    },
    renewEpoch: async (renewed) => {
      [mark, turn] = [renewed, 0];
    },
  };
}

export function memoryAlarms(): AlarmStore {
  let alarms: readonly Alarm[] = [];
  const live = (now: Instant): readonly Alarm[] => alarms.filter(({ until }) => until > now);
  return {
    raise: async (alarm) => {
      const others = live(alarm.raisedAt).filter(
        ({ account, kind }) => account !== alarm.account || kind !== alarm.kind,
      );
      alarms = [alarm, ...others];
    },
    standing: async (account, now) => live(now).filter((alarm) => alarm.account === account),
    list: async (now) => [...live(now)].sort((a, b) => b.raisedAt - a.raisedAt),
    end: async (account) => {
      const before = alarms.length;
      alarms = alarms.filter((alarm) => alarm.account !== account);
      return before - alarms.length;
    },
  };
}

export function memoryGlass(): GlassStore {
  const glasses: BrokenGlass[] = [];
  return {
    break: async (glass, quota, window) => {
      const recent = glasses.filter(({ account, at }) => account === glass.account && at > glass.at - window);
      if (recent.length >= quota) return 'quota';
      glasses.push(glass);
      return 'broken';
    },
    current: async (account, now) =>
      glasses.findLast((one) => one.account === account && one.at <= now && now < one.until),
    list: async (which) =>
      glasses.filter(({ reviewed }) => which === 'all' || reviewed === undefined).sort((a, b) => b.at - a.at),
    review: async (id, by, at) => {
      const index = glasses.findIndex((one) => one.id === id);
      const glass = glasses[index];
      if (glass === undefined) return 'absent';
      glasses[index] = { ...glass, reviewed: { by, at } };
      return 'reviewed';
    },
  };
}

export function memoryStops(): StopStore {
  const stops = new Map<string, Stop>();
  return {
    put: async (stop) => void stops.set(`${stop.kind} ${stop.name}`, stop),
    end: async (kind, name) => (stops.delete(`${kind} ${name}`) ? 'ended' : 'absent'),
    list: async () => [...stops.values()].sort((a, b) => a.at - b.at),
  };
}

export function memoryKeyMark(): KeyMarkStore {
  let mark: string | undefined;
  return {
    first: async (proposed) => {
      mark ??= proposed;
      return mark;
    },
    replace: async (before, next) => {
      if (mark === before) mark = next;
      return mark ?? next;
    },
  };
}
