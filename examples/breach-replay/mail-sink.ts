// A real SMTP server that keeps what it is given: the mailboxes of the stolen accounts, which the thief reads.

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

/** The mailboxes behind one SMTP server. */
export interface MailSink {
  readonly port: number;
  /** The text of the newest mail to an address; undefined when there is none. */
  newest(address: string): string | undefined;
  stop(): Promise<void>;
}

/** Starts a server that takes every mail. */
export async function startMailSink(): Promise<MailSink> {
  const boxes = new Map<string, string>();
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    onData(stream, session, done) {
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('end', () => {
        for (const { address } of session.envelope.rcptTo) boxes.set(address, textOf(Buffer.concat(parts)));
        done();
      });
    },
  });
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  return {
    port: (server.server.address() as AddressInfo).port,
    newest: (address) => boxes.get(address),
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** The body of a mail, with the soft line ends of quoted-printable taken out (RFC 2045 section 6.7). */
function textOf(mail: Uint8Array): string {
  const text = Buffer.from(mail).toString('utf8');
  return text
    .slice(text.indexOf('\r\n\r\n') + 4)
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    .trim();
}
