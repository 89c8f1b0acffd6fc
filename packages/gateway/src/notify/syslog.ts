// Alerts as syslog: RFC 5424 with structured fields, or CEF inside its header, over UDP (RFC 5426) or TCP with counted
// octets (RFC 6587 section 3.4.1). What an account is called never breaks out of its field.

import { createSocket } from 'node:dgram';
import { connect, isIPv6, type Socket } from 'node:net';
import { hostname } from 'node:os';
import type { Notify } from '../config/config.ts';
import { hostOf } from '../url-place.ts';
import type { Alert } from './alert.ts';

export interface Syslog {
  /** Resolves when the message was handed over; UDP promises no more than that. */
  send(alert: Alert): Promise<void>;
  close(): void;
}

const patience = 5000;
/** Authorization messages (10); critical, warning. */
const priority = { page: 10 * 8 + 2, note: 10 * 8 + 4 } as const;

export function createSyslog({ url, format }: NonNullable<Notify['syslog']>): Syslog {
  const host = hostOf(url);
  const port = url.port === '' ? 514 : Number(url.port);
  const text = format === 'cef' ? cefText : plainText;
  return url.protocol === 'tcp:' ? overTcp(host, port, text) : overUdp(host, port, text);
}

function overUdp(host: string, port: number, text: (alert: Alert) => string): Syslog {
  const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
  socket.on('error', () => undefined).unref();
  return {
    send: (alert) =>
      new Promise((resolve, reject) =>
        socket.send(text(alert), port, host, (error) => (error === null ? resolve() : reject(error))),
      ),
    close: () => void socket.close(),
  };
}

function overTcp(host: string, port: number, text: (alert: Alert) => string): Syslog {
  let open: Socket | undefined;
  const socketFor = (): Socket => {
    if (open !== undefined && !open.destroyed && open.writable) return open;
    const made = connect({ host, port }).setTimeout(patience).setKeepAlive(true);
    made.on('error', () => made.destroy());
    // Silence while nothing is being sent is no fault.
    made.on('timeout', () => made.writableLength > 0 && made.destroy());
    made.on('end', () => made.destroy());
    made.resume().unref();
    open = made;
    return made;
  };
  return {
    send: (alert) =>
      new Promise((resolve, reject) => {
        const socket = socketFor();
        const fail = (): void => reject(new Error('the syslog server closed the connection'));
        socket.once('close', fail);
        const message = text(alert);
        socket.write(`${Buffer.byteLength(message)} ${message}`, (error) => {
          socket.off('close', fail);
          if (error === undefined || error === null) resolve();
          else reject(error);
        });
      }),
    close: () => void open?.destroy(),
  };
}

/** `<pri>1 time host palier pid name`, RFC 5424 section 6.2. */
function head({ severity, at, name }: Alert): string {
  const host =
    hostname()
      .replace(/[^\x21-\x7e]/g, '')
      .slice(0, 255) || '-';
  return `<${priority[severity]}>1 ${new Date(at).toISOString()} ${host} palier ${process.pid} ${name.slice(0, 32)}`;
}

/** 32473 is the number for those who have none of their own (RFC 5612). */
export function plainText(alert: Alert): string {
  const account = alert.account === undefined ? '' : ` account="${parameter(alert.account)}"`;
  return `${head(alert)} [palier@32473 severity="${alert.severity}"${account}] \ufeff${line(alert.sentence.en)}`;
}

/** ArcSight's Common Event Format, version 0. */
export function cefText(alert: Alert): string {
  const level = alert.severity === 'page' ? 8 : 4;
  const account = alert.account === undefined ? '' : ` suser=${extension(alert.account)}`;
  const fields = `rt=${alert.at}${account} msg=${extension(line(alert.sentence.en))}`;
  return `${head(alert)} - CEF:0|Palier|gateway|0.1|${header(alert.name)}|${header(alert.name)}|${level}|${fields}`;
}

function line(text: string): string {
  return text.replace(/\p{C}/gu, ' ');
}

/** RFC 5424 section 6.3.3. */
function parameter(text: string): string {
  return line(text).replace(/["\\\]]/g, '\\$&');
}

function header(text: string): string {
  return line(text).replace(/[|\\]/g, '\\$&');
}

function extension(text: string): string {
  return line(text).replace(/[=\\]/g, '\\$&');
}
