// An alarm asks for a gesture. When it comes, nobody need know; when it does not come in a quarter of an hour, somebody
// should look. Waits in memory: a reload hands them over, and a start takes up from the store the alarms of the last quarter
// of an hour. Of several instances each may take them up: two mails are better than none.

import type { Clock, Instant, SessionStore } from '@palier/mfa-core';
import { type Alarm, type AlarmStore, answers } from '../budget/alarm.ts';
import { type Alert, unansweredAlert } from './alert.ts';

export interface PagingParts {
  readonly alarms: Pick<AlarmStore, 'standing'>;
  readonly sessions: Pick<SessionStore, 'list'>;
  readonly clock: Clock;
  readonly page: (alert: Alert) => void;
  /** Told when the stores could not be asked. */
  readonly broken: (error: unknown) => void;
  readonly minutes?: number;
}

export interface Paging {
  wait(alarm: Alarm): void;
  /** Hands over what is waited for, at a reload: it is waited for elsewhere from now on. */
  handOver(): readonly Alarm[];
  close(): void;
}

const most = 10_000;
const usualMinutes = 15;

/** Alarms that a gesture answers, raised so lately that whoever waited for them may have ended since. */
export async function lately(alarms: Pick<AlarmStore, 'list'>, now: Instant): Promise<readonly Alarm[]> {
  return (await alarms.list(now)).filter(
    ({ kind, raisedAt }) => kind !== 'canary' && now - raisedAt < usualMinutes * 60_000,
  );
}

export function createPaging({
  alarms,
  sessions,
  clock,
  page,
  broken,
  minutes = usualMinutes,
}: PagingParts): Paging {
  const timers = new Map<NodeJS.Timeout, Alarm>();
  const look = async (alarm: Alarm): Promise<void> => {
    const now = clock.now();
    const stands = (await alarms.standing(alarm.account, now)).some(
      ({ kind, raisedAt }) => kind === alarm.kind && raisedAt === alarm.raisedAt,
    );
    if (!stands) return;
    const proofs = (await sessions.list(alarm.account)).flatMap((session) => session.proofs);
    if (!proofs.some((proof) => answers(proof, alarm))) page(unansweredAlert(alarm, now, minutes));
  };
  return {
    wait: (alarm) => {
      if (timers.size >= most) return broken(new Error('too many alarms are waited for'));
      const left = Math.max(0, alarm.raisedAt + minutes * 60_000 - clock.now());
      const timer = setTimeout(
        () => {
          timers.delete(timer);
          look(alarm).catch(broken);
        },
        Math.min(left, minutes * 60_000),
      ).unref();
      timers.set(timer, alarm);
    },
    handOver: () => {
      const waiting = [...timers.values()];
      close();
      return waiting;
    },
    close,
  };
  function close(): void {
    for (const timer of timers.keys()) clearTimeout(timer);
    timers.clear();
  }
}
