// The lines of an access log of any size: plain or gzip, block by block, never the whole. A line longer than the limit is
// cut and counts as malformed, so that no line can fill the memory.
import { accessSync, constants, createReadStream, statSync } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { FileError, fileFault } from '../files/file-fault.ts';

export interface LogLines {
  /** Bytes of the file, as it lies on the disk. */
  readonly total: number;
  /** Bytes of it read so far. */
  readonly read: () => number;
  /** Groups of lines; `cut` counts those that were too long. */
  readonly groups: () => AsyncGenerator<{ readonly lines: readonly string[]; readonly cut: number }>;
}

const longest = 64 * 1024;
const blockSize = 1 << 20;

/** Opens a log; gzip is known by its first bytes (RFC 1952 section 2.3.1). Rejects when it cannot be read. */
export async function openLogLines(path: string): Promise<LogLines> {
  const size = sizeOf(path);
  const zipped = await startsLikeGzip(path);
  const file = createReadStream(path, { highWaterMark: blockSize });
  const source = zipped ? file.pipe(createGunzip({ chunkSize: blockSize })) : file;
  // A broken file must end the reading, and a pipe does not pass errors on.
  if (zipped) file.once('error', (error) => source.destroy(error));
  return { total: size, read: () => file.bytesRead, groups: () => grouped(named(path, source)) };
}

/** What zlib says of a file that was cut or damaged names none. */
async function* named(path: string, source: AsyncIterable<unknown>): AsyncGenerator<unknown> {
  try {
    yield* source;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && String(error.code).startsWith('Z_'))) throw error;
    const problem = `${path} is no whole gzip file: ${error.message}`;
    throw new FileError(
      { problem, fix: 'name one that is; where the log is still being written, its copy' },
      error,
    );
  }
}

function sizeOf(path: string): number {
  try {
    accessSync(path, constants.R_OK);
    const found = statSync(path);
    if (found.isDirectory()) throw new FileError({ problem: `${path} is a folder`, fix: 'name a log in it' });
    return found.size;
  } catch (error) {
    throw new FileError(fileFault(path, 'read', error), error);
  }
}

async function startsLikeGzip(path: string): Promise<boolean> {
  for await (const chunk of createReadStream(path, { end: 1 })) {
    const bytes = chunk as Buffer;
    return bytes[0] === 0x1f && bytes[1] === 0x8b;
  }
  return false;
}

async function* grouped(
  source: AsyncIterable<unknown>,
): AsyncGenerator<{ readonly lines: readonly string[]; readonly cut: number }> {
  const decoder = new TextDecoder();
  let rest = '';
  let skipping = false;
  for await (const chunk of source) {
    const lines = (rest + decoder.decode(chunk as Uint8Array, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    if (skipping && lines.length > 0) {
      lines.shift();
      skipping = false;
    }
    let cut = 0;
    if (rest.length > longest) {
      if (!skipping) cut = 1;
      rest = '';
      skipping = true;
    }
    yield { lines, cut };
  }
  if (rest !== '' && !skipping) yield { lines: [rest], cut: 0 };
}
