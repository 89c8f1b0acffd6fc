// Builds everything that tells somebody something, for the running gateway and for the operator's commands alike.
import type { Clock } from '@palier/mfa-core';
import type { Alarm } from '../budget/alarm.ts';
import type { Config } from '../config/config.ts';
import type { Log } from '../log.ts';
import type { OpenStores } from '../stores/open-stores.ts';
import { type AddressBook, createAddressBook } from './address-book.ts';
import { type Announcements, createAnnouncements } from './announcements.ts';
import { createNotices } from './notices.ts';
import { createPaging } from './paging.ts';

export interface OpenAnnouncements extends Announcements {
  readonly addresses: AddressBook;
  /** At a reload: waits for the gestures that `before` was waiting for. */
  readonly takeOver: (before: OpenAnnouncements) => void;
  readonly handOver: () => readonly Alarm[];
  /** At a start: waits for the gestures that a process before may have been waiting for. */
  readonly takeUp: (alarms: readonly Alarm[]) => void;
  /** Waits at most so many milliseconds for what is on its way. */
  readonly close: (milliseconds: number) => Promise<void>;
}

export interface AnnouncementParts {
  readonly config: Pick<Config, 'notify' | 'enrolment'>;
  readonly stores: Pick<OpenStores, 'mfa' | 'standings'>;
  readonly clock: Clock;
  readonly log: Log;
  /** Of the configuration before, at a reload. */
  readonly addresses?: AddressBook | undefined;
}

export function openAnnouncements({
  config,
  stores,
  clock,
  log,
  addresses = createAddressBook(),
}: AnnouncementParts): OpenAnnouncements {
  const lost = (channel: string, error: unknown): void =>
    log({ kind: 'notice-lost', channel, problem: error instanceof Error ? error.message : 'unknown' });
  const notices = createNotices({ config, addresses, lost });
  const paging = createPaging({
    alarms: stores.standings.alarms,
    sessions: stores.mfa.sessions,
    clock,
    page: (alert) => {
      const { name, account, at, sentence } = alert;
      log({ kind: 'unanswered', alert: name, account, at: new Date(at).toISOString(), ...sentence });
      notices.tell(alert);
    },
    broken: (error) => lost('paging', error),
  });
  return {
    ...createAnnouncements({ log, notices, paging, clock }),
    addresses,
    takeOver: (before) => before.handOver().forEach(paging.wait),
    handOver: paging.handOver,
    takeUp: (alarms) => alarms.forEach(paging.wait),
    close: (milliseconds) => {
      paging.close();
      return notices.close(milliseconds);
    },
  };
}
