// Streams a file's lines in blocks, and tells what is left after the last line feed: a write that a power cut tore, or
// one that is under way. Memory is bounded by the block and the longest line.
import { open } from 'node:fs/promises';

export interface LineBlock {
  /** Whole lines, without their line feeds. */
  readonly lines: readonly string[];
  /** Bytes of the file up to the end of this block's last line feed. */
  readonly end: number;
}

const blockSize = 1 << 20;
/** An entry holds at most a few hundred records; what is longer is no line of ours. */
const longest = 8 << 20;
const lineFeed = 0x0a;

/** Yields blocks of whole lines; returns the bytes after the last line feed (cut at the longest line). */
export async function* lineBlocks(path: string): AsyncGenerator<LineBlock, Uint8Array> {
  const file = await open(path, 'r');
  try {
    let end = 0;
    let rest = Buffer.alloc(0);
    for (;;) {
      const buffer = Buffer.allocUnsafe(blockSize);
      const { bytesRead } = await file.read(buffer, 0, blockSize, end + rest.length);
      if (bytesRead === 0 || rest.length > longest) return rest;
      const bytes =
        rest.length === 0
          ? buffer.subarray(0, bytesRead)
          : Buffer.concat([rest, buffer.subarray(0, bytesRead)]);
      const cut = bytes.lastIndexOf(lineFeed) + 1;
      rest = bytes.subarray(cut);
      if (cut === 0) continue;
      end += cut;
      yield { lines: bytes.toString('utf8', 0, cut - 1).split('\n'), end };
    }
  } finally {
    await file.close();
  }
}
