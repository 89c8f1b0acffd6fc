// Progress of a replay: on a terminal one line that is written over, at most ten times a second; on a pipe or into a
// file a line now and then, so that whoever waits for hours of it sees how far it is.

/** A line of progress. */
export interface Progress {
  readonly step: (done: number) => void;
  readonly end: () => void;
}

/** Where it goes. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

const BAR = 24;
const TERMINAL_PAUSE = 100;
const PIPE_PAUSE = 15_000;

/** Draws on `stream`; `total` steps make the bar full, `now` is in milliseconds and never goes back. */
export function createProgress(
  stream: ProgressStream,
  title: string,
  total: number,
  now: () => number = () => performance.now(),
): Progress {
  const isTerminal = stream.isTTY === true;
  const pause = isTerminal ? TERMINAL_PAUSE : PIPE_PAUSE;
  const startedAt = now();
  let drawnAt = startedAt;
  const seconds = (): string => `${Math.round((now() - startedAt) / 1000)} s`;
  const draw = (done: number): void => {
    const full = Math.max(0, Math.min(BAR, Math.round((BAR * done) / Math.max(1, total))));
    const bar = '#'.repeat(full).padEnd(BAR, '.');
    const text = `${title} [${bar}] ${Math.round(done)} of ${total}, ${seconds()}`;
    stream.write(isTerminal ? `\r${text}` : `${text}\n`);
  };
  return {
    step(done) {
      if (now() - drawnAt < pause) return;
      drawnAt = now();
      draw(done);
    },
    end: () => stream.write(isTerminal ? '\r\u001b[2K' : `${title}: ended after ${seconds()}\n`),
  };
}
