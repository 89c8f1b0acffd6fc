import { mkdtempSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createFileLog, createLineLog } from './log.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('the log', () => {
  it('writes whole lines in order, at the latest a tenth of a second later', () => {
    const written: string[] = [];
    const log = createLineLog((lines) => void written.push(lines));
    log({ kind: 'one' });
    log({ kind: 'two' });
    expect(written).toEqual([]);
    vi.advanceTimersByTime(100);
    expect(written).toHaveLength(1);
    const kinds = written
      .join('')
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { kind: string }).kind);
    expect(kinds).toEqual(['one', 'two']);
  });

  it('writes at once what has grown long, and what waits when it is told to', () => {
    const written: string[] = [];
    const log = createLineLog((lines) => void written.push(lines));
    log({ kind: 'x'.repeat(70_000) });
    expect(written).toHaveLength(1);
    log({ kind: 'last' });
    log.flush();
    log.flush();
    expect(written).toHaveLength(2);
    expect(written[1]).toContain('last');
  });
});

describe('a log that cannot be written', () => {
  it('loses lines, says later how many, and never throws at whoever logs', () => {
    const written: string[] = [];
    let full = true;
    const log = createLineLog((lines) => {
      if (full) throw new Error('ENOSPC: no space left on device');
      written.push(lines);
    });
    log({ kind: 'lost' });
    vi.advanceTimersByTime(100);
    log({ kind: 'x'.repeat(70_000) });
    full = false;
    log({ kind: 'kept' });
    vi.advanceTimersByTime(100);
    log({ kind: 'after' });
    log.flush();
    const kinds = written
      .join('')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
    expect(kinds.map(({ kind, lines }) => [kind, lines])).toEqual([
      ['log-lost', 2],
      ['kept', undefined],
      ['after', undefined],
    ]);
  });
});

describe('a log in a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'palier-log-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('is its owner\u2019s alone, and goes on in a new file after the old one was moved away', () => {
    const path = join(folder, 'log');
    const log = createFileLog(path);
    log({ kind: 'before' });
    log.flush();
    renameSync(path, `${path}.1`);
    log({ kind: 'between' });
    log.reopen(path);
    log({ kind: 'after' });
    log.flush();
    expect(readFileSync(`${path}.1`, 'utf8').match(/before|between/g)).toEqual(['before', 'between']);
    expect(readFileSync(path, 'utf8')).toContain('after');
    expect(statSync(path).mode & 0o077).toBe(0);
  });

  it('goes on where it was when the new place cannot be opened', () => {
    const path = join(folder, 'kept');
    const log = createFileLog(path);
    expect(() => log.reopen(join(folder, 'nowhere', 'log'))).toThrow();
    log({ kind: 'still here' });
    log.flush();
    expect(readFileSync(path, 'utf8')).toContain('still here');
  });
});
