// Streams a file in blocks that end with a whole line, and last what stands after the last line feed: a write that a
// crash tore, or one that is under way. Memory is bounded by the block and the longest line.
import { openToRead } from './folder.ts';

export interface LineBlock {
  /** Whole lines with their line feeds; the torn block lacks its last one. */
  readonly bytes: Buffer;
  readonly torn: boolean;
}

const blockSize = 1 << 20;
/** An entry holds at most a few hundred records; what is longer is no line of ours and counts as torn. */
const longest = 8 << 20;
export const lineFeed = 0x0a;

export async function* lineBlocks(path: string): AsyncGenerator<LineBlock> {
  const file = await openToRead(path);
  try {
    let position = 0;
    let rest = Buffer.alloc(0);
    while (rest.length < longest) {
      const buffer = Buffer.allocUnsafe(blockSize);
      const { bytesRead } = await file.read(buffer, 0, blockSize, position);
      if (bytesRead === 0) break;
      position += bytesRead;
      const bytes = Buffer.concat([rest, buffer.subarray(0, bytesRead)]);
      const cut = bytes.lastIndexOf(lineFeed) + 1;
      rest = bytes.subarray(cut);
      if (cut > 0) yield { bytes: bytes.subarray(0, cut), torn: false };
    }
    if (rest.length > 0) yield { bytes: rest, torn: true };
  } finally {
    await file.close();
  }
}

/** The lines of a block, without their line feeds. */
export function linesIn({ bytes, torn }: LineBlock): readonly string[] {
  return bytes.toString('utf8', 0, torn ? bytes.length : bytes.length - 1).split('\n');
}
