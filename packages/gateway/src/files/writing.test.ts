import {
  chownSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { changeFile } from './writing.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'palier-writing-'));
  path = join(folder, 'keys.json');
  writeFileSync(path, 'old', { mode: 0o600 });
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('a file that is changed', () => {
  it('is the new one for its owner alone, and nothing is left beside it', () => {
    changeFile(path, () => `${readFileSync(path, 'utf8')} and new`);
    expect(readFileSync(path, 'utf8')).toBe('old and new');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['keys.json']);
  });

  it('stays as it was where the change is refused', () => {
    const refuse = (): never => {
      throw new TypeError('not so');
    };
    expect(() => changeFile(path, refuse)).toThrow('not so');
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(folder)).toEqual(['keys.json']);
  });

  it('is changed by one at a time, and what was broken off is told by its name', () => {
    let inner: unknown;
    changeFile(path, () => {
      try {
        changeFile(path, () => 'lost');
      } catch (error) {
        inner = error;
      }
      return 'first';
    });
    expect(String(inner)).toContain(`delete ${path}.new`);
    expect(readFileSync(path, 'utf8')).toBe('first');
  });

  it.skipIf(process.platform === 'win32')('is changed where a link leads to, and the link stays', () => {
    const link = join(folder, 'link.json');
    symlinkSync(path, link);
    changeFile(link, () => 'new');
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(readFileSync(path, 'utf8')).toBe('new');
  });

  it.skipIf(process.getuid?.() !== 0)('stays its owner’s when an administrator changes it', () => {
    chownSync(path, 4711, 4712);
    changeFile(path, () => 'new');
    expect(statSync(path)).toMatchObject({ uid: 4711, gid: 4712 });
  });
});
