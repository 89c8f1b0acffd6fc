// One socket to the portal and the one exchange on it. Says when the socket may be used again: only after an answer that
// ended cleanly and a request that was sent whole (A046, A049). Owns no pool and no timer; its keeper does.

import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { connect as connectSecurely } from 'node:tls';
import { hostOf, portOf } from '../url-place.ts';
import type { AnswerHead } from './answer-head.ts';
import { finishAnswer, readAnswer } from './answer-reader.ts';
import type { Errand } from './errand.ts';
import { UpstreamError, type UpstreamSetting } from './exchange.ts';
import { failTurn, type Line, type Turn } from './turn.ts';

export interface Link {
  readonly socket: Socket;
  readonly keeper: Keeper;
  readonly line: Line;
  turn: Turn | undefined;
  /**
   * What its pool sent on it. A field and not a map of the pool's: V8 keeps the dead tables of a map that changes at every
   * request, and all they named, until the next full collection.
   */
  errand: Errand | undefined;
  gone: boolean;
  /** When bytes last moved, in milliseconds of `performance.now()`. */
  stirred: number;
  /** Exchanges that ended cleanly on it. */
  served: number;
  /** Whether the request under way was handed to the socket whole. */
  sent: boolean;
  /** Stops a body that is still being sent. */
  stopBody: (() => void) | undefined;
  /** While idle: when it is closed rather than used again. */
  freshUntil: number;
  /** Gives the socket away, without its listeners. */
  readonly letGo: () => Socket;
}

/** Who opened the link and is told what becomes of it. */
export interface Keeper {
  ready(link: Link): void;
  /** The head of the answer is here. */
  answered(link: Link, turn: Turn, head: AnswerHead): void;
  /** The exchange ended cleanly; `reusable` when another may follow on this socket. */
  ended(link: Link, turn: Turn, reusable: boolean): void;
  /** The socket is gone, with what was under way on it. Told once. */
  lost(link: Link, error: UpstreamError, turn: Turn | undefined): void;
}

/** One read from the socket; also what a link costs while it lives. */
const readBytes = 65_536;

/**
 * Connects. `reading: 'buffer'` reads into one buffer of the link's own, which is cheaper; `'stream'` leaves a socket that
 * can be given away afterwards, for a protocol switch.
 */
export function openLink(setting: UpstreamSetting, keeper: Keeper, reading: 'buffer' | 'stream'): Link {
  const buffer = reading === 'buffer' ? Buffer.allocUnsafeSlow(readBytes) : undefined;
  const callback = (count: number): boolean => {
    if (buffer !== undefined) feed(link, buffer.subarray(0, count));
    return true;
  };
  const socket = connect(setting, buffer === undefined ? {} : { onread: { buffer, callback } });
  const heard = {
    data: (bytes: Buffer) => feed(link, bytes),
    end: () => finish(link),
    error: (error: Error) => lose(link, new UpstreamError('unreachable', error)),
    close: () => lose(link, new UpstreamError('unreachable')),
  };
  const link: Link = {
    socket,
    keeper,
    line: lineOf(() => link),
    turn: undefined,
    errand: undefined,
    gone: false,
    stirred: performance.now(),
    served: 0,
    sent: false,
    stopBody: undefined,
    freshUntil: 0,
    letGo: () => {
      socket
        .off('data', heard.data)
        .off('end', heard.end)
        .off('error', heard.error)
        .off('close', heard.close);
      return socket.on('error', () => socket.destroy()).pause();
    },
  };
  socket.on('end', heard.end).on('error', heard.error).on('close', heard.close);
  if (buffer === undefined) socket.on('data', heard.data);
  // Nothing is written before the certificate was judged: the head holds the person's cookies.
  socket.once(isSecure(setting) ? 'secureConnect' : 'connect', () => keeper.ready(link));
  return link;
}

function isSecure({ url }: UpstreamSetting): boolean {
  return url.protocol === 'https:';
}

type Reading = { onread?: { buffer: Buffer; callback: (count: number) => boolean } };

function connect(setting: UpstreamSetting, reading: Reading): Socket {
  const secure = isSecure(setting);
  const host = hostOf(setting.url);
  const options = { host, port: portOf(setting.url), noDelay: true, ...reading };
  if (!secure) return connectPlain(options);
  return connectSecurely({
    ...options,
    minVersion: 'TLSv1.2',
    ALPNProtocols: ['http/1.1'],
    ...(isIP(host) === 0 && { servername: host }),
    ...(setting.ca !== undefined && { ca: setting.ca }),
  });
}

function lineOf(link: () => Link): Line {
  return {
    pause: () => void link().socket.pause(),
    resume: () => {
      link().stirred = performance.now();
      link().socket.resume();
    },
    drop: (turn) => {
      if (link().turn === turn) lose(link(), new UpstreamError('client-gone'));
    },
  };
}

/** Takes what the socket read. Bytes on a link without an exchange answer nothing that was asked (A049). */
function feed(link: Link, bytes: Buffer): void {
  const { turn } = link;
  link.stirred = performance.now();
  if (turn === undefined) lose(link, badAnswer('surplus'));
  else advance(link, turn, bytes);
}

function advance(link: Link, turn: Turn, bytes: Buffer): void {
  const before = turn.head;
  const flaw = readAnswer(turn.reader, bytes, turn.sink);
  if (flaw !== undefined) {
    lose(link, badAnswer(flaw));
    return;
  }
  if (before === undefined && turn.head !== undefined) announce(link, turn, turn.head);
  if (turn.over && link.turn === turn) conclude(link, turn);
}

function announce(link: Link, turn: Turn, head: AnswerHead): void {
  // The portal refuses while the body is still on its way: what is left of the body would meet a closed door (A049).
  if (head.status >= 400) stopSending(link);
  link.keeper.answered(link, turn, head);
}

function badAnswer(flaw: string): UpstreamError {
  return new UpstreamError('bad-answer', new Error(`the answer is unsound: ${flaw}`));
}

function conclude(link: Link, turn: Turn): void {
  const whole = link.sent && link.socket.writableLength === 0;
  link.turn = undefined;
  link.served += 1;
  stopSending(link);
  link.keeper.ended(link, turn, whole && turn.head?.persists === true);
}

function stopSending(link: Link): void {
  link.stopBody?.();
  link.stopBody = undefined;
}

/** The portal closed its side: the end of an answer without a length, else a loss. */
function finish(link: Link): void {
  const { turn } = link;
  const flaw = turn === undefined ? 'cut-short' : finishAnswer(turn.reader, turn.sink);
  if (turn !== undefined && flaw === undefined) conclude(link, turn);
  else if (turn === undefined || isUntouched(turn))
    lose(link, new UpstreamError('unreachable', new Error('closed')));
  else lose(link, badAnswer(flaw ?? 'cut-short'));
}

/** Whether nothing of an answer came. */
export function isUntouched(turn: Turn): boolean {
  return turn.reader.state === 'head' && turn.reader.partial === undefined && turn.reader.interim === 0;
}

/** Closes the link for good. */
export function lose(link: Link, error: UpstreamError): void {
  if (link.gone) return;
  const { turn } = link;
  link.gone = true;
  link.turn = undefined;
  stopSending(link);
  link.socket.destroy();
  if (turn !== undefined) failTurn(turn, error);
  link.keeper.lost(link, error, turn);
}
