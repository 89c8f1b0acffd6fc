// Progress on a terminal: one line that is written over, at most ten times a second; nothing on a pipe.

import type { WriteStream } from 'node:tty';

/** A line of progress. */
export interface Progress {
  readonly step: (done: number) => void;
  readonly end: () => void;
}

const BAR = 24;
const PAUSE_MILLISECONDS = 100;

/** Draws on `stream` when it is a terminal; `total` steps make the bar full. */
export function createProgress(stream: WriteStream, title: string, total: number): Progress {
  if (!stream.isTTY) return { step: () => {}, end: () => {} };
  let drawnAt = 0;
  const draw = (done: number): void => {
    const full = Math.round((BAR * done) / Math.max(1, total));
    const bar = '#'.repeat(full).padEnd(BAR, '.');
    stream.write(`\r${title} [${bar}] ${done} of ${total}`);
  };
  return {
    step(done) {
      if (performance.now() - drawnAt < PAUSE_MILLISECONDS && done < total) return;
      drawnAt = performance.now();
      draw(done);
    },
    end: () => stream.write('\r\u001b[2K'),
  };
}
