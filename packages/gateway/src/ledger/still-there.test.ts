import {
  appendFileSync,
  copyFileSync,
  mkdtempSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lookAt, lookKindOf } from './still-there.ts';

describe.each(['at-once', 'aside'] as const)('a look at the open segment, %s', (kind) => {
  let folder: string;
  let path: string;
  let file: FileHandle;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'palier-look-'));
    path = join(folder, 'segment-1.jsonl');
    writeFileSync(path, 'head\n');
    writeFileSync(join(folder, 'segment-1.key'), 'wrapped');
    file = await open(path, 'a');
  });
  afterEach(async () => {
    await file.close();
    rmSync(folder, { recursive: true });
  });

  const looked = async (): Promise<void> => {
    const opened = await file.stat({ bigint: true });
    const look = lookAt({ opened, path, keyLength: 7 }, kind);
    await look(5n);
  };

  it('finds both where they were put', async () => {
    await expect(looked()).resolves.toBeUndefined();
  });

  it.each([
    ['segment is cut', () => truncateSync(path, 3), 'cut or written'],
    ['segment is written by somebody else', () => appendFileSync(path, '\n'), 'cut or written'],
    ['segment is moved away', () => renameSync(path, `${path}.old`), 'no such file'],
    [
      'segment is replaced by a copy',
      () => {
        copyFileSync(path, `${path}.copy`);
        renameSync(`${path}.copy`, path);
      },
      'moved or replaced',
    ],
    ['key is deleted', () => rmSync(join(folder, 'segment-1.key')), 'no such file'],
    ['key is another', () => writeFileSync(join(folder, 'segment-1.key'), 'w'), 'key of the open segment'],
  ])('says that the %s (A140)', async (_what, harm, why) => {
    harm();
    await expect(looked()).rejects.toThrow(why);
  });
});

describe('how the look is taken', () => {
  it.runIf(process.platform === 'linux')(
    'is aside where the file system is none of this machine',
    async () => {
      expect(await lookKindOf('/proc')).toBe('aside');
    },
  );

  it.runIf(process.platform === 'linux')('is at once in the memory of this machine', async () => {
    expect(await lookKindOf('/dev/shm')).toBe('at-once');
  });
});
