// Who is told, put together: each configured channel has a courier of its own, so that a mail server that is away holds
// up neither the webhook nor anybody's request.
import { type EventSink, inBackground, mailSink, postSigned } from '@palier/mfa-core';
import type { Config } from '../config/config.ts';
import type { AddressBook } from './address-book.ts';
import type { Alert } from './alert.ts';
import { type Courier, createCourier } from './courier.ts';
import { createGrouping } from './grouping.ts';
import { createMailer, type Mailer } from './mail.ts';
import { createSyslog } from './syslog.ts';

export interface Notices {
  /** To the operator, over every channel; returns at once. Webhook and syslog get each event, mail groups what repeats. */
  tell(alert: Alert): void;
  /** To the person, by mail. Waits only for the notice of a factor that is not active yet: that notice is its defence. */
  readonly person: EventSink;
  /** Waits at most so long for what is on its way, then lets go of the channels. */
  close(milliseconds: number): Promise<void>;
}

export interface NoticesParts {
  readonly config: Pick<Config, 'notify' | 'enrolment'>;
  readonly addresses: AddressBook;
  /** Told what could not be delivered, and by which channel. */
  readonly lost: (channel: string, error: unknown) => void;
}

export function createNotices({ config, addresses, lost }: NoticesParts): Notices {
  const { smtp, webhook, syslog } = config.notify;
  const mailer = smtp && createMailer(smtp);
  const server = syslog && createSyslog(syslog);
  const courier = (channel: string, send: (alert: Alert) => Promise<void>): Courier<Alert> =>
    createCourier<Alert>({ send, lost: (error) => lost(channel, error) });
  const everything = [
    webhook &&
      courier('webhook', (alert) =>
        postSigned({ url: webhook.url, key: webhook.secret }, bodyOf(alert), alert.at),
      ),
    server && courier('syslog', server.send),
  ].filter((one) => one !== undefined);
  const pages = mailer && courier('mail', mailer.alert);
  const grouped = pages && createGrouping({ send: pages.put });
  const person = personOf(config, mailer, addresses, lost);
  return {
    tell: (alert) => {
      for (const one of everything) one.put(alert);
      if (alert.severity === 'page') grouped?.put(alert);
    },
    person: person.sink,
    close: async (milliseconds) => {
      grouped?.flush();
      await Promise.all(
        [...everything, ...(pages === undefined ? [] : [pages])].map((one) => one.settled(milliseconds)),
      );
      mailer?.close();
      server?.close();
    },
  };
}

/** What the webhook's receiver reads; signed as it is. */
function bodyOf({ name, at, account, severity, sentence }: Alert): string {
  return JSON.stringify({ name, at: new Date(at).toISOString(), account, severity, ...sentence });
}

function personOf(
  { notify, enrolment }: NoticesParts['config'],
  mailer: Mailer | undefined,
  addresses: AddressBook,
  lost: NoticesParts['lost'],
): { readonly sink: EventSink } {
  const { smtp } = notify;
  if (smtp?.address === undefined || smtp.contact === undefined || mailer === undefined)
    return { sink: async () => undefined };
  const sink = mailSink({
    transport: mailer.transport,
    from: smtp.from,
    place: { portal: enrolment.issuer, contact: smtp.contact, timeZone: 'Europe/Paris' },
    recipient: async (account) => ({ addresses: addresses.of(account), language: smtp.language }),
  });
  return inBackground(sink, { broken: (error) => lost('mail', error) });
}
