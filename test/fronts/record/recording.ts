// What one front did with each request: the question as it arrived where the gateway answers, and what it then forwarded.
// Both ends are sockets that write down bytes and say yes to everything.

import { connect } from 'node:http2';
import type { Socket } from 'node:net';
import { freePort } from '../../../examples/portal/free-port.ts';
import { type AskingProgram, filesFor, type Places, startAskingFront } from '../../support/asking-front.ts';
import { sendRaw } from '../../support/raw-socket.ts';
import { type Recorded, startRecorder, valuesOf } from '../../support/recorder-upstream.ts';
import { recordedHost, recordedRequests, recordedSession, type Sent } from './requests.ts';

/** Every string is bytes as Latin-1. */
export interface Exchange {
  readonly id: string;
  readonly client: string | Readonly<Record<string, string | readonly string[]>>;
  readonly questions: readonly string[];
  readonly forwarded: readonly string[];
  /** What the client was told. */
  readonly status: number;
}

export interface Recording {
  readonly front: AskingProgram;
  readonly version: string;
  readonly recorded: string;
  readonly places: Places;
  readonly exchanges: readonly Exchange[];
}

/** What the recording says of the client where a gateway would: an assertion of its own, and the portal's cookies. */
const yes = [
  'HTTP/1.1 200 OK',
  'Palier-Assertion: from-the-gateway',
  `Cookie: ${recordedSession}`,
  'Content-Length: 0',
  'Connection: close',
  '',
  '',
].join('\r\n');

/** A portal that changes the protocol for anybody: what a front must not carry through. */
function portal(request: Recorded, socket: Socket): void {
  const protocol = valuesOf(request, 'upgrade')[0];
  if (protocol === undefined) socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
  else socket.end(`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${protocol}\r\n\r\n`);
}

/** Starts the front as shipped, sends it everything, and tells the configuration beside what was recorded. */
export async function record(
  front: AskingProgram,
  version: string,
  today: string,
): Promise<{ readonly recording: Recording; readonly files: Readonly<Record<string, string>> }> {
  const ask = await startRecorder((_request, socket) => socket.end(yes));
  const behind = await startRecorder(portal);
  behind.answerHeads((head, socket) => {
    if (/\r\nexpect: 100-continue/i.test(head)) socket.write('HTTP/1.1 100 Continue\r\n\r\n');
  });
  const common = { ask: ask.port, portal: behind.port, host: recordedHost };
  const places: Places = { ...common, front: await freePort(), gateway: await freePort() };
  const server = await startAskingFront(front, places);
  const exchanges: Exchange[] = [];
  for (const sent of recordedRequests) {
    const [asked, passed] = [ask.bytes.length, behind.bytes.length];
    const status = await send(places.front, sent);
    exchanges.push({
      id: sent.id,
      client: 'bytes' in sent ? sent.bytes : sent.http2,
      questions: textOf(ask.bytes.slice(asked)),
      forwarded: textOf(behind.bytes.slice(passed)),
      status,
    });
  }
  await server.stop();
  await Promise.all([ask.close(), behind.close()]);
  return {
    recording: { front, version, recorded: today, places, exchanges },
    files: filesFor(front, places),
  };
}

/** Connections a front opened in advance and never used say nothing. */
function textOf(connections: readonly Buffer[]): readonly string[] {
  return connections.filter(({ length }) => length > 0).map((bytes) => bytes.toString('latin1'));
}

async function send(port: number, sent: Sent): Promise<number> {
  if ('http2' in sent) return sendHttp2(port, sent.http2);
  return (await sendRaw(port, Buffer.from(sent.bytes, 'latin1'), 400).catch(() => ({ status: 0 }))).status;
}

/** 0 where it is not spoken, or the request was thrown away. */
function sendHttp2(port: number, headers: Readonly<Record<string, string | string[]>>): Promise<number> {
  return new Promise((resolve) => {
    const session = connect(`http://127.0.0.1:${port}`);
    const end = (status: number): void => {
      session.destroy();
      resolve(status);
    };
    session.setTimeout(1500, () => end(0));
    session.on('error', () => end(0));
    const request = session.request({ ...headers });
    request.on('response', (told) => end(Number(told[':status'] ?? 0))).on('error', () => end(0));
    request.on('close', () => end(0));
    request.end();
  });
}
