// Where notices go in tests: a mail server, a webhook and two syslog servers on the loopback, which keep what they get.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer as createHttp } from 'node:http';
import { type AddressInfo, createServer as createTcp } from 'node:net';
import { SMTPServer } from 'smtp-server';

export interface Sinks {
  readonly mails: readonly Mail[];
  readonly posts: readonly Post[];
  readonly datagrams: readonly string[];
  /** What came over TCP, as one text. */
  readonly stream: () => string;
  readonly ports: {
    readonly smtp: number;
    readonly http: number;
    readonly udp: number;
    readonly tcp: number;
  };
  /** What the webhook answers from now on. */
  answer(status: number): void;
  close(): Promise<void>;
}

export interface Mail {
  readonly to: readonly string[];
  /** As sent, quoted-printable and all; `plain` has the text. */
  readonly source: string;
  readonly plain: string;
}

export interface Post {
  readonly signature: string;
  readonly body: string;
}

export async function openSinks(): Promise<Sinks> {
  const mails: Mail[] = [];
  const smtp = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    onData: (stream, { envelope }, done) => {
      let source = '';
      stream.on('data', (part: Buffer) => {
        source += part.toString();
      });
      stream.on('end', () => {
        mails.push({ to: envelope.rcptTo.map(({ address }) => address), source, plain: plainOf(source) });
        done();
      });
    },
  });
  smtp.listen(0, '127.0.0.1');
  await once(smtp.server, 'listening');
  const posts: Post[] = [];
  let status = 204;
  const http = createHttp((incoming, response) => {
    let body = '';
    incoming.on('data', (part: Buffer) => {
      body += part.toString();
    });
    incoming.on('end', () => {
      posts.push({ signature: String(incoming.headers['palier-signature']), body });
      response.writeHead(status).end();
    });
  }).listen(0, '127.0.0.1');
  await once(http, 'listening');
  const datagrams: string[] = [];
  const udp = createSocket('udp4', (message) => datagrams.push(message.toString()));
  udp.bind(0, '127.0.0.1');
  await once(udp, 'listening');
  let streamed = '';
  const tcp = createTcp((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (part) => {
      streamed += part.toString();
    });
  }).listen(0, '127.0.0.1');
  await once(tcp, 'listening');
  const portOf = (address: unknown): number => (address as AddressInfo).port;
  return {
    mails,
    posts,
    datagrams,
    stream: () => streamed,
    ports: {
      smtp: portOf(smtp.server.address()),
      http: portOf(http.address()),
      udp: portOf(udp.address()),
      tcp: portOf(tcp.address()),
    },
    answer: (next) => {
      status = next;
    },
    close: async () => {
      http.closeAllConnections();
      http.close();
      tcp.close();
      udp.close();
      await new Promise<void>((resolve) => smtp.close(() => resolve()));
    },
  };
}

/** The text of a mail with one part: quoted-printable or base64 undone. */
function plainOf(source: string): string {
  const body = source.slice(source.indexOf('\r\n\r\n') + 4);
  if (/content-transfer-encoding: base64/i.test(source)) return Buffer.from(body, 'base64').toString();
  const joined = body.replace(/=\r\n/g, '');
  const bytes = joined.replace(/=([0-9A-F]{2})/g, (_all, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
  return /quoted-printable/i.test(source) ? Buffer.from(bytes, 'latin1').toString() : body;
}
