// One question of `palier doctor` on the wire: bytes as they are, a connection of its own, an answer bounded in time and
// size. No HTTP client: each of them repairs what is to be asked wrongly.

import { connect, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls';
import { awayWords } from '../connect-fault.ts';
import { hostOf, portOf } from '../url-place.ts';

const patience = 5_000;
/** Of an answer that began, where the connection stays open behind it. */
const quietEnough = 400;
const longestAnswer = 65_536;

export interface Answer {
  /** `none`: closed without a word. `bare`: bytes without a status line. `silent`: nothing in time. `away`: no connection. */
  readonly kind: 'http' | 'none' | 'bare' | 'silent' | 'away';
  /** 0 unless `http`. */
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

/** Sends the bytes to the address and waits until the other side closes, or is silent for too long. */
export function ask(url: URL, bytes: string): Promise<Answer> {
  return new Promise((resolve) => {
    const socket = dial(url);
    let text = '';
    let open = false;
    let quiet: NodeJS.Timeout | undefined;
    const end = (empty: 'none' | 'silent'): void => {
      clearTimeout(timer);
      clearTimeout(quiet);
      socket.destroy();
      resolve(open ? answerOf(text, empty) : { kind: 'away', status: 0, head: '', body: '' });
    };
    const timer = setTimeout(() => end('silent'), patience);
    socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', () => {
      open = true;
      socket.write(bytes, 'latin1');
    });
    socket.on('data', (part: Buffer) => {
      text += part.toString('latin1');
      if (text.length > longestAnswer) return end('none');
      clearTimeout(quiet);
      quiet = setTimeout(() => end('none'), quietEnough);
    });
    socket.once('error', () => end('none'));
    socket.once('close', () => end('none'));
  });
}

/** Why nobody can be asked there at all; undefined when somebody takes connections, whatever they then answer. */
export function whyAway(url: URL): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: hostOf(url), port: portOf(url) });
    const end = (why: string | undefined): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(why);
    };
    const timer = setTimeout(() => end('no connection in 5 s'), patience);
    socket.once('connect', () => end(undefined));
    socket.once('error', (error) => end(awayWords(error) ?? error.message));
  });
}

/** What a handshake came to: the version, or why there was none. */
export function shakeHands(
  url: URL,
  options: ConnectionOptions,
): Promise<{ readonly version: string } | { readonly failed: string }> {
  return new Promise((resolve) => {
    const socket = dialTls(url, options);
    const end = (result: { readonly version: string } | { readonly failed: string }): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(result);
    };
    const timer = setTimeout(() => end({ failed: 'nothing in time' }), patience);
    socket.once('secureConnect', () => end({ version: socket.getProtocol() ?? '' }));
    socket.once('error', (error: NodeJS.ErrnoException) => end({ failed: error.code ?? 'no handshake' }));
    socket.once('close', () => end({ failed: 'closed' }));
  });
}

// The certificate has a probe of its own: a bad one is told once, and the others are still asked.
function dial(url: URL): Socket {
  if (url.protocol === 'https:') return dialTls(url, { rejectUnauthorized: false });
  return connect({ host: hostOf(url), port: portOf(url) });
}

function dialTls(url: URL, options: ConnectionOptions): TLSSocket {
  const host = hostOf(url);
  const named = /^[\d.]+$|:/.test(host) ? {} : { servername: host };
  return connectTls({
    host,
    port: portOf(url),
    ...named,
    ALPNProtocols: ['http/1.1'],
    ...options,
  });
}

function answerOf(text: string, empty: 'none' | 'silent'): Answer {
  if (text === '') return { kind: empty, status: 0, head: '', body: '' };
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(text)?.[1];
  if (status === undefined) return { kind: 'bare', status: 0, head: '', body: text };
  const cut = text.indexOf('\r\n\r\n');
  return cut === -1
    ? { kind: 'http', status: Number(status), head: text, body: '' }
    : { kind: 'http', status: Number(status), head: text.slice(0, cut), body: text.slice(cut + 4) };
}
