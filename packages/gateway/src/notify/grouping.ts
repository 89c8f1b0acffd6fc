// What repeats is said at once, and then with a count: the 187th mail about one account is read by nobody and hides the
// first about another. The first alert of a kind and account never waits; the next ones come as one, an hour later. When
// a kind has met twenty accounts within its hour, all further accounts share one group: an attack on a thousand accounts
// is some twenty mails at once and one an hour, and each account is named in them.
import type { Instant } from '@palier/mfa-core';
import { type Alert, digestAlert } from './alert.ts';

export interface Grouping {
  put(alert: Alert): void;
  /** Says what was only counted so far, and forgets it: before an end or a reload. */
  flush(): void;
}

export interface GroupingParts {
  readonly send: (alert: Alert) => void;
  readonly milliseconds?: number;
  readonly mostAccounts?: number;
}

interface Group {
  readonly since: Instant;
  /** Alerts that were not said yet, by account. */
  waiting: Map<string, number>;
  last: Alert;
  readonly timer: NodeJS.Timeout;
}

const hour = 3_600_000;

export function createGrouping({ send, milliseconds = hour, mostAccounts = 20 }: GroupingParts): Grouping {
  /** By kind, then by account; the group of all further accounts has no name. */
  const kinds = new Map<string, Map<string, Group>>();
  const say = ({ waiting, last, since }: Group): void => {
    if (waiting.size > 0) send(digestAlert(last, waiting, since));
  };
  const over = (kind: string, name: string): void => {
    const groups = kinds.get(kind);
    const group = groups?.get(name);
    if (group === undefined) return;
    groups?.delete(name);
    say(group);
    // While it goes on, an hour follows an hour: what comes next is counted, not said at once.
    if (group.waiting.size > 0) open(kind, name, group.last);
  };
  const open = (kind: string, name: string, first: Alert): void => {
    const timer = setTimeout(() => over(kind, name), milliseconds).unref();
    const groups = kinds.get(kind) ?? new Map<string, Group>();
    kinds.set(kind, groups);
    groups.set(name, { since: first.at, waiting: new Map(), last: first, timer });
  };
  return {
    put: (alert) => {
      const groups = kinds.get(alert.name);
      const account = alert.account ?? '-';
      const name = groups === undefined || groups.has(account) || groups.size < mostAccounts ? account : '';
      const group = groups?.get(name);
      if (group === undefined) {
        open(alert.name, name, alert);
        send(alert);
        return;
      }
      group.waiting.set(account, (group.waiting.get(account) ?? 0) + 1);
      group.last = alert;
    },
    flush: () => {
      for (const groups of kinds.values())
        for (const group of groups.values()) {
          clearTimeout(group.timer);
          say(group);
        }
      kinds.clear();
    },
  };
}
