// One place where what happened becomes a line in the log and a word to whoever must know. The log comes first and is the
// truth; a channel that is down loses a word, never a line.
import type { Clock, EventSink, Instant } from '@palier/mfa-core';
import type { Alarm } from '../budget/alarm.ts';
import type { CircleFull } from '../budget/circles.ts';
import type { BrokenGlass } from '../budget/exemption.ts';
import type { ReachedCap } from '../budget/watch.ts';
import type { Log } from '../log.ts';
import type { Stop } from '../stops/stop.ts';
import {
  alarmAlert,
  cappedAlert,
  circleFullAlert,
  clockApartAlert,
  clockJumpedAlert,
  countsLostAlert,
  eventAlert,
  glassAlert,
  stopAlert,
} from './alert.ts';
import { capAlert } from './cap-alert.ts';
import type { Notices } from './notices.ts';
import type { Paging } from './paging.ts';

export interface Announcements {
  readonly events: EventSink;
  readonly alarm: (alarm: Alarm) => Promise<void>;
  readonly reached: (cap: ReachedCap) => void;
  readonly capped: (alarm: Alarm, now: Instant) => void;
  readonly glass: (glass: BrokenGlass) => void;
  readonly circleFull: (full: CircleFull) => void;
  readonly clockJumped: (milliseconds: number) => void;
  readonly clockApart: (milliseconds: number, refusing: boolean) => void;
  readonly countsLost: () => void;
  readonly stop: (change: { readonly stop: Stop; readonly holds: boolean }) => void;
}

export interface AnnouncementsParts {
  readonly log: Log;
  readonly notices: Notices;
  readonly paging: Paging;
  readonly clock: Clock;
}

const iso = (instant: number): string => new Date(instant).toISOString();

export function createAnnouncements({ log, notices, paging, clock }: AnnouncementsParts): Announcements {
  return {
    events: async (event) => {
      log({ kind: 'event', ...event, at: iso(event.at) });
      const alert = eventAlert(event);
      if (alert !== undefined) notices.tell(alert);
      await notices.person(event);
    },
    alarm: async (alarm) => {
      const { kind, account, raisedAt, until, sentence } = alarm;
      log({ kind: 'alarm', alarm: kind, account, at: iso(raisedAt), until: iso(until), ...sentence });
      notices.tell(alarmAlert(alarm));
      if (kind !== 'canary') paging.wait(alarm);
    },
    reached: (reached) => {
      const { account, class: kind, cap, most, at } = reached;
      log({ kind: 'cap-reached', account, class: kind, cap, most, at: iso(at) });
      notices.tell(capAlert(reached));
    },
    capped: (alarm, now) => {
      log({ kind: 'capped', alarm: alarm.kind, account: alarm.account, at: iso(now) });
      notices.tell(cappedAlert(alarm, now));
    },
    glass: (glass) => {
      const { id, account, until, records } = glass;
      log({ kind: 'glass-broken', glass: id, account, until: iso(until), records });
      notices.tell(glassAlert(glass));
    },
    circleFull: (full) => {
      const { cap, name, most, accounts, at } = full;
      log({ kind: 'circle-full', cap, name, most, accounts, at: iso(at) });
      notices.tell(circleFullAlert(full));
    },
    clockJumped: (milliseconds) => {
      log({ kind: 'clock-jumped', seconds: Math.round(milliseconds / 1000) });
      notices.tell(clockJumpedAlert(milliseconds, clock.now()));
    },
    clockApart: (milliseconds, refusing) => {
      log({ kind: 'clock-apart', seconds: Math.round(milliseconds / 1000), refusing });
      if (refusing) notices.tell(clockApartAlert(milliseconds, clock.now()));
    },
    countsLost: () => {
      log({ kind: 'counts-lost' });
      notices.tell(countsLostAlert(clock.now()));
    },
    stop: ({ stop, holds }) => {
      const { kind: what, name, reason, by, at } = stop;
      log({ kind: holds ? 'stopped' : 'resumed', what, name, reason, by, at: iso(at) });
      notices.tell(stopAlert(stop, holds, clock.now()));
    },
  };
}
