import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createLineLog } from './log.ts';

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
