// The chunked coding (RFC 9112 section 7.1), read strictly and in whatever pieces it arrives. Extensions and trailers
// are read to find their end and dropped: nothing behind this understands them.

/** Where the reader stands; a plain record, made once per body. */
export interface ChunkReader {
  step:
    | 'size'
    | 'extension'
    | 'size-end'
    | 'bytes'
    | 'bytes-cr'
    | 'bytes-lf'
    | 'line'
    | 'trailer'
    | 'trailer-lf'
    | 'end-lf'
    | 'done';
  /** Bytes of the chunk still to come. */
  left: number;
  /** Hexadecimal digits of the size so far; twelve are 256 TB. */
  digits: number;
  /** Bytes of extensions and trailers so far, over the whole body: they carry nothing, so they are few. */
  idle: number;
}

const mostDigits = 12;
const mostIdle = 16_384;
const [tab, lf, cr, semicolon] = [0x09, 0x0a, 0x0d, 0x3b];

export function createChunkReader(): ChunkReader {
  return { step: 'size', left: 0, digits: 0, idle: 0 };
}

/**
 * Reads on from `from`, giving each stretch of body to `piece`. Returns where it stopped: the end of `bytes`, or the
 * first byte after the body when `step` is `done`; -1 when this is no chunked body.
 */
export function readChunks(
  reader: ChunkReader,
  bytes: Buffer,
  from: number,
  piece: (part: Buffer) => void,
): number {
  let at = from;
  while (at < bytes.length && reader.step !== 'done') {
    if (reader.step === 'bytes') {
      const end = Math.min(bytes.length, at + reader.left);
      piece(bytes.subarray(at, end));
      reader.left -= end - at;
      at = end;
      if (reader.left === 0) reader.step = 'bytes-cr';
    } else {
      if (!step(reader, bytes[at] ?? 0)) return -1;
      at += 1;
    }
  }
  return at;
}

/** Takes one byte of the frame around the chunks; false when it does not belong there. A lone LF never does. */
function step(reader: ChunkReader, byte: number): boolean {
  switch (reader.step) {
    case 'size':
      return sizeByte(reader, byte);
    case 'extension':
      return byte === cr ? turn(reader, 'size-end') : idleByte(reader, byte);
    case 'size-end':
      return byte === lf && turn(reader, reader.left === 0 ? 'line' : 'bytes');
    case 'bytes-cr':
      return byte === cr && turn(reader, 'bytes-lf');
    case 'bytes-lf':
      reader.digits = 0;
      return byte === lf && turn(reader, 'size');
    case 'line':
      // The start of a trailer line, or the empty line that ends the body.
      if (byte === cr) return turn(reader, 'end-lf');
      reader.step = 'trailer';
      return byte !== 0x20 && byte !== tab && idleByte(reader, byte);
    case 'trailer':
      return byte === cr ? turn(reader, 'trailer-lf') : idleByte(reader, byte);
    case 'trailer-lf':
      return byte === lf && turn(reader, 'line');
    case 'end-lf':
      return byte === lf && turn(reader, 'done');
    default:
      return false;
  }
}

function turn(reader: ChunkReader, to: ChunkReader['step']): true {
  reader.step = to;
  return true;
}

function sizeByte(reader: ChunkReader, byte: number): boolean {
  const digit = hexDigit(byte);
  if (digit >= 0) {
    reader.left = (reader.digits === 0 ? 0 : reader.left) * 16 + digit;
    reader.digits += 1;
    return reader.digits <= mostDigits;
  }
  if (reader.digits === 0) return false;
  if (byte === semicolon) return turn(reader, 'extension');
  return byte === cr && turn(reader, 'size-end');
}

function idleByte(reader: ChunkReader, byte: number): boolean {
  reader.idle += 1;
  return reader.idle <= mostIdle && (byte === tab || (byte >= 0x20 && byte !== 0x7f));
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}
