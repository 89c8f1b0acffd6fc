// WebSocket frames (RFC 6455 section 5) as far as this portal needs them: whole messages of at most 64 KiB.
// Fragmented messages and extensions are not spoken; a client that sends them is hung up on.

/** A frame that came from a client, unmasked. */
export interface Frame {
  readonly opcode: number;
  readonly payload: Buffer;
}

/** What the bytes at hand hold: a frame and what follows it, the beginning of one, or nonsense. */
export type Reading =
  | { readonly kind: 'frame'; readonly frame: Frame; readonly rest: Buffer }
  | { readonly kind: 'incomplete' }
  | { readonly kind: 'broken' };

/** The kinds of frame the portal knows. */
export const OPCODE = { text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

const FINAL = 0x80;
const MASKED = 0x80;
const MASK_BYTES = 4;
const KNOWN: ReadonlySet<number> = new Set(Object.values(OPCODE));

/** Reads the first frame of what a client sent. */
export function readFrame(bytes: Buffer): Reading {
  const [first, second] = bytes;
  if (first === undefined || second === undefined) return { kind: 'incomplete' };
  const opcode = first & 0x0f;
  const length = second & 0x7f;
  // Section 5.1: a client must mask. Length 127 would announce more than 64 KiB.
  if ((first & 0xf0) !== FINAL || !KNOWN.has(opcode) || (second & MASKED) === 0) return { kind: 'broken' };
  if (length === 127 || (opcode >= OPCODE.close && length > 125)) return { kind: 'broken' };
  return readPayload(bytes, opcode, length === 126 ? 4 : 2);
}

/** Writes one whole message to a client, which is never masked. */
export function writeFrame(opcode: number, payload: Buffer): Buffer {
  const short = payload.length < 126;
  const head = Buffer.alloc(short ? 2 : 4);
  head[0] = FINAL | opcode;
  head[1] = short ? payload.length : 126;
  if (!short) head.writeUInt16BE(payload.length, 2);
  return Buffer.concat([head, payload]);
}

function readPayload(bytes: Buffer, opcode: number, maskAt: number): Reading {
  if (bytes.length < maskAt) return { kind: 'incomplete' };
  const length = maskAt === 4 ? bytes.readUInt16BE(2) : (bytes[1] ?? 0) & 0x7f;
  const from = maskAt + MASK_BYTES;
  if (bytes.length < from + length) return { kind: 'incomplete' };
  const mask = bytes.subarray(maskAt, from);
  const payload = Buffer.from(bytes.subarray(from, from + length));
  for (const [i, byte] of payload.entries()) payload[i] = byte ^ (mask[i % MASK_BYTES] ?? 0);
  return { kind: 'frame', frame: { opcode, payload }, rest: bytes.subarray(from + length) };
}
