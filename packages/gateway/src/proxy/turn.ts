// The answer's side of one exchange: what came is held until somebody takes it, then flows at the taker's pace. Owns no
// socket: it asks its line to pause, go on, or be dropped.
import type { ServerResponse } from 'node:http';
import type { AnswerHead } from './answer-head.ts';
import { type AnswerReader, type AnswerSink, createAnswerReader } from './answer-reader.ts';
import type { Exchange, UpstreamError } from './exchange.ts';

export interface Line {
  pause(): void;
  resume(): void;
  /** Closes the socket if it still carries this turn: a late `abort` must not hit the next one's (A047). */
  drop(turn: Turn): void;
}

export interface Turn {
  readonly reader: AnswerReader;
  readonly sink: AnswerSink;
  readonly line: Line;
  head: AnswerHead | undefined;
  /** Pieces nobody took yet, and their bytes. */
  readonly held: Buffer[];
  heldBytes: number;
  taker: Taker | undefined;
  /** The answer is whole. */
  over: boolean;
  failure: UpstreamError | undefined;
}

interface Taker {
  piece(bytes: Buffer): void;
  end(last: Buffer | undefined): void;
  fail(error: UpstreamError): void;
}

/** Bytes held before the portal is told to wait: what one or two reads bring, so that a quick answer is never paused. */
const mostHeld = 131_072;
const noBytes: Buffer = Buffer.alloc(0);

export function createTurn(method: string, asksSwitch: boolean, line: Line): Turn {
  const turn: Turn = {
    reader: createAnswerReader(method, asksSwitch),
    sink: {
      head: (head) => {
        turn.head = head;
      },
      // Copies: what the reader gives are views of the socket's buffer.
      piece: (view) => give(turn, Buffer.from(view)),
      end: (last) => finish(turn, last && Buffer.from(last)),
    },
    line,
    head: undefined,
    held: [],
    heldBytes: 0,
    taker: undefined,
    over: false,
    failure: undefined,
  };
  return turn;
}

function give(turn: Turn, piece: Buffer): void {
  if (turn.taker === undefined) hold(turn, piece);
  else turn.taker.piece(piece);
}

function finish(turn: Turn, last: Buffer | undefined): void {
  turn.over = true;
  if (turn.taker !== undefined) turn.taker.end(last);
  else if (last !== undefined) turn.held.push(last);
}

function hold(turn: Turn, piece: Buffer): void {
  turn.held.push(piece);
  turn.heldBytes += piece.length;
  if (turn.heldBytes > mostHeld) turn.line.pause();
}

/** Tells whoever takes the answer that no more of it comes. */
export function failTurn(turn: Turn, error: UpstreamError): void {
  turn.failure = error;
  turn.taker?.fail(error);
}

/** The exchange over a turn whose head is here. */
export function exchangeOf(turn: Turn, head: AnswerHead): Exchange {
  return {
    status: head.status,
    statusText: head.statusText,
    headers: head.headers,
    isWhole: () => turn.over,
    relay: (response) => relay(turn, response),
    collect: (limit) => collect(turn, limit),
    abort: () => {
      if (!turn.over) turn.line.drop(turn);
    },
  };
}

async function relay(turn: Turn, response: ServerResponse): Promise<'complete' | 'aborted'> {
  if (turn.failure !== undefined || response.destroyed) {
    turn.line.drop(turn);
    response.destroy();
    return 'aborted';
  }
  if (!turn.over) return new Promise((resolve) => stream(turn, response, resolve));
  endWith(response, joined(turn.held));
  return 'complete';
}

/** Bytes up to which a body is joined to its head in one string: one write to the socket is cheaper than two buffers. */
const mostJoined = 16_384;

/** Ends a response whose head was not sent yet. Latin-1 is one byte a character, so the bytes stay the same. */
export function endWith(response: ServerResponse, body: Buffer): void {
  if (body.length > mostJoined) response.end(body);
  else response.end(body.toString('latin1'), 'latin1');
}

function stream(turn: Turn, response: ServerResponse, done: (outcome: 'complete' | 'aborted') => void): void {
  const goOn = (): void => turn.line.resume();
  const gone = (): void => {
    stop('aborted');
    turn.line.drop(turn);
  };
  const stop = (outcome: 'complete' | 'aborted'): void => {
    response.off('drain', goOn).off('close', gone);
    done(outcome);
  };
  const piece = (bytes: Buffer): void => {
    if (!response.write(bytes)) turn.line.pause();
  };
  const end = (last: Buffer | undefined): void => {
    stop('complete');
    response.end(last);
  };
  const fail = (): void => {
    stop('aborted');
    response.destroy();
  };
  response.on('drain', goOn).on('close', gone);
  take(turn, { piece, end, fail });
}

/** Hands over what is held and lets the rest come. */
function take(turn: Turn, taker: Taker): void {
  turn.taker = taker;
  turn.line.resume();
  for (const piece of turn.held.splice(0)) taker.piece(piece);
}

async function collect(turn: Turn, limit: number): Promise<Uint8Array | 'too-large'> {
  if (turn.failure !== undefined) throw turn.failure;
  const framing = turn.head?.framing;
  const declared = framing?.kind === 'length' ? framing.length : 0;
  if (declared > limit) return tooLarge(turn);
  if (!turn.over) return new Promise((resolve, reject) => gather(turn, limit, resolve, reject));
  const whole = joined(turn.held);
  return whole.length > limit ? 'too-large' : whole;
}

function tooLarge(turn: Turn): 'too-large' {
  if (!turn.over) turn.line.drop(turn);
  return 'too-large';
}

function gather(
  turn: Turn,
  limit: number,
  resolve: (bytes: Uint8Array | 'too-large') => void,
  reject: (error: UpstreamError) => void,
): void {
  const pieces: Buffer[] = [];
  let length = 0;
  const piece = (bytes: Buffer): void => {
    length += bytes.length;
    pieces.push(bytes);
    if (length <= limit) return;
    resolve('too-large');
    tooLarge(turn);
  };
  const end = (last: Buffer | undefined): void => {
    if (last !== undefined) piece(last);
    if (length <= limit) resolve(joined(pieces));
  };
  take(turn, { piece, end, fail: reject });
}

function joined(pieces: readonly Buffer[]): Buffer {
  const [first = noBytes] = pieces;
  return pieces.length <= 1 ? first : Buffer.concat(pieces);
}
