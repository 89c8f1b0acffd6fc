// Mail through nodemailer: alerts to the operator's mailboxes, and mfa-core's notices to the person. A mail opens
// nothing: no link, no code. Bounded in time at every step.

import type { MailTransport, Secret } from '@palier/mfa-core';
import { createTransport } from 'nodemailer';
import type { SmtpSetting } from '../config/config.ts';
import { hostOf } from '../url-place.ts';
import type { Alert } from './alert.ts';

export interface Mailer {
  readonly transport: MailTransport;
  /** One mail to all mailboxes of the operator; nothing to send to is no error. */
  alert(alert: Alert): Promise<void>;
  close(): void;
}

const patience = 5000;
const local = new Set(['localhost', '127.0.0.1', '[::1]']);

export function createMailer(setting: SmtpSetting): Mailer {
  const { url, from, name, password, operators } = setting;
  const secure = url.protocol === 'smtps:';
  const transporter = createTransport({
    host: hostOf(url),
    port: url.port === '' ? (secure ? 465 : 587) : Number(url.port),
    secure,
    requireTLS: !secure && !local.has(url.hostname),
    ...(name !== undefined && { auth: { user: name, pass: textOf(password) } }),
    connectionTimeout: patience,
    greetingTimeout: patience,
    socketTimeout: 2 * patience,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const transport: MailTransport = { sendMail: (mail) => transporter.sendMail({ ...mail }) };
  return {
    transport,
    alert: async ({ sentence, at, name: what }) => {
      if (operators.length === 0) return;
      await transporter.sendMail({
        from,
        to: [...operators],
        // Fixed words only: what an account is called stays in the text.
        subject: 'Palier: alerte / alert',
        text: `${sentence.fr}\n\n${sentence.en}\n\n${new Date(at).toISOString()}  ${what}\n`,
        headers: { 'auto-submitted': 'auto-generated' },
      });
    },
    close: () => transporter.close(),
  };
}

function textOf(password: Secret | undefined): string {
  return password === undefined ? '' : password.expose((bytes) => new TextDecoder().decode(bytes));
}
