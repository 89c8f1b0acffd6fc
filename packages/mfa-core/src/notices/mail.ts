// Notices by mail, through any transport with nodemailer's `sendMail`. The transport, with its TLS and credentials, is
// the caller's; nothing here opens a connection.
import type { EventSink, MfaEvent } from '../events.ts';
import type { AccountId } from '../ids.ts';
import { type Language, noticeInBoth, noticeOf, type Place, toldByDefault } from './notice.ts';

/** The part of `nodemailer.createTransport(...)` that is used. */
export interface MailTransport {
  sendMail(mail: MailMessage): Promise<unknown>;
}

/** One mail as nodemailer takes it; files and addresses in it are never followed. */
export interface MailMessage {
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly disableFileAccess: true;
  readonly disableUrlAccess: true;
}

/** Whom a notice is for. */
export interface Recipient {
  /** One mail each: more than one address is how a person still hears of it when one mailbox is not theirs any more. */
  readonly addresses: readonly string[];
  /** `both`: French, then English, in one mail. */
  readonly language: Language | 'both';
}

/** Where mail comes from and goes to. */
export interface MailSetting {
  readonly transport: MailTransport;
  readonly from: string;
  readonly place: Place;
  /** Where an account's notices go; no addresses, no mail. */
  readonly recipient: (account: AccountId) => Promise<Recipient>;
  /** Which events are told; `toldByDefault` if not given. */
  readonly told?: ReadonlySet<MfaEvent['type']>;
}

/** A sink that resolves once the mail server has taken every mail; wrap it in `inBackground` so that it holds up nobody. */
export function mailSink({
  transport,
  from,
  place,
  recipient,
  told = toldByDefault,
}: MailSetting): EventSink {
  return async (event) => {
    if (!told.has(event.type)) return;
    const { addresses, language } = await recipient(event.account);
    const notice = language === 'both' ? noticeInBoth(event, place) : noticeOf(event, language, place);
    const contentLanguage = language === 'both' ? 'fr, en' : language;
    // Auto-Submitted (RFC 3834) keeps holiday replies from answering a machine; Content-Language is RFC 3282.
    const common = {
      from,
      ...notice,
      headers: { 'auto-submitted': 'auto-generated', 'content-language': contentLanguage },
      disableFileAccess: true,
      disableUrlAccess: true,
    } as const;
    await Promise.all(addresses.map((to) => transport.sendMail({ ...common, to })));
  };
}
