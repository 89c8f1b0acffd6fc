// From bytes as they arrive to one answer: interim heads skipped, the head, the pieces of the body, the end. Pure; the
// socket is `link.ts`. One reader reads one answer and then nothing: a byte too many is a flaw (A049, A050).
import { type AnswerFlaw, type AnswerHead, longestHead, parseAnswerHead } from './answer-head.ts';
import { type ChunkReader, createChunkReader, readChunks } from './chunk-reader.ts';

/** Where an answer goes. Pieces are views that are valid during the call only. */
export interface AnswerSink {
  head(head: AnswerHead): void;
  piece(bytes: Buffer): void;
  /** The answer is whole; `last` is its last piece where the framing tells it beforehand. */
  end(last: Buffer | undefined): void;
}

export interface AnswerReader {
  readonly method: string;
  /** Whether a 101 was asked for. */
  readonly asksSwitch: boolean;
  state: 'head' | 'length' | 'chunked' | 'close' | 'done';
  /** The part of a head that came so far. */
  partial: Buffer | undefined;
  /** Bytes of the body still to come under a length. */
  left: number;
  chunks: ChunkReader | undefined;
  /** Interim answers so far: a portal needs one or two, an endless row of them is an attack (A257). */
  interim: number;
  /** After a 101: what came behind its head, in the other protocol. */
  rest: Buffer;
}

const mostInterim = 8;
const nothing: Buffer = Buffer.alloc(0);

export function createAnswerReader(method: string, asksSwitch: boolean): AnswerReader {
  return {
    method,
    asksSwitch,
    state: 'head',
    partial: undefined,
    left: 0,
    chunks: undefined,
    interim: 0,
    rest: nothing,
  };
}

/** Reads on. Returns the flaw that makes the whole connection unbelievable, or undefined. */
export function readAnswer(reader: AnswerReader, bytes: Buffer, sink: AnswerSink): AnswerFlaw | undefined {
  if (reader.state !== 'head') return readBody(reader, bytes, sink);
  return readHeads(reader, bytes, sink);
}

/** The other side closed: the end of an answer without a length, a flaw in every other. */
export function finishAnswer(reader: AnswerReader, sink: AnswerSink): AnswerFlaw | undefined {
  if (reader.state !== 'close') return 'cut-short';
  reader.state = 'done';
  sink.end(undefined);
  return undefined;
}

/** Skips interim heads, reads the final one, and goes on with the body in the same bytes. */
function readHeads(reader: AnswerReader, fresh: Buffer, sink: AnswerSink): AnswerFlaw | undefined {
  const bytes = reader.partial === undefined ? fresh : Buffer.concat([reader.partial, fresh]);
  let at = 0;
  for (;;) {
    const end = bytes.indexOf('\r\n\r\n', at, 'latin1');
    if ((end === -1 ? bytes.length : end) - at > longestHead) return 'head-too-long';
    if (end === -1) {
      // A copy: the bytes belong to the socket's read buffer.
      reader.partial = Buffer.from(bytes.subarray(at));
      return undefined;
    }
    const head = parseAnswerHead(bytes.toString('latin1', at, end), reader.method);
    if (typeof head === 'string') return head;
    at = end + 4;
    if (head.status === 101 && !reader.asksSwitch) return 'switch-unasked';
    if (head.status >= 200 || head.status === 101) return begin(reader, head, bytes.subarray(at), sink);
    reader.interim += 1;
    if (reader.interim > mostInterim) return 'too-many-interim';
  }
}

function begin(
  reader: AnswerReader,
  head: AnswerHead,
  rest: Buffer,
  sink: AnswerSink,
): AnswerFlaw | undefined {
  const { framing } = head;
  reader.partial = undefined;
  reader.left = framing.kind === 'length' ? framing.length : 0;
  if (framing.kind === 'chunked') reader.chunks = createChunkReader();
  reader.state =
    framing.kind === 'none' || (reader.left === 0 && framing.kind === 'length') ? 'done' : framing.kind;
  sink.head(head);
  if (reader.state !== 'done') return rest.length === 0 ? undefined : readBody(reader, rest, sink);
  if (head.status === 101) reader.rest = Buffer.from(rest);
  else if (rest.length > 0) return 'surplus';
  sink.end(undefined);
  return undefined;
}

function readBody(reader: AnswerReader, bytes: Buffer, sink: AnswerSink): AnswerFlaw | undefined {
  if (reader.state === 'length') return readLength(reader, bytes, sink);
  if (reader.state === 'done') return 'surplus';
  if (reader.chunks === undefined) {
    sink.piece(bytes);
    return undefined;
  }
  const at = readChunks(reader.chunks, bytes, 0, sink.piece);
  if (at === -1) return 'chunk';
  if (reader.chunks.step !== 'done') return undefined;
  if (at < bytes.length) return 'surplus';
  reader.state = 'done';
  sink.end(undefined);
  return undefined;
}

function readLength(reader: AnswerReader, bytes: Buffer, sink: AnswerSink): AnswerFlaw | undefined {
  if (bytes.length > reader.left) return 'surplus';
  reader.left -= bytes.length;
  if (reader.left > 0) {
    sink.piece(bytes);
    return undefined;
  }
  reader.state = 'done';
  sink.end(bytes);
  return undefined;
}
