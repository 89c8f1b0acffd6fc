// The gateway's log: one JSON line a decision or event, gathered for a tenth of a second so that a line costs next to
// nothing. What must not be lost with the process is the ledger's, which does not gather by time.
/** JSON-able; never a record id, a code or a token. */
export type LogLine = Readonly<Record<string, unknown>>;

export type Log = (line: LogLine) => void;

export interface LineLog {
  (line: LogLine): void;
  /** Writes what waits; call it before the process ends. */
  flush(): void;
}

const longestWait = 100;
const mostWaiting = 65_536;

/** Adds the time to each line. `write` gets whole lines. */
export function createLineLog(write: (lines: string) => void): LineLog {
  let waiting = '';
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    const lines = waiting;
    waiting = '';
    if (lines !== '') write(lines);
  };
  const stamp = stampOf();
  const log = (line: LogLine): void => {
    const rest = JSON.stringify(line).slice(1);
    waiting += `{"time":"${stamp()}"${rest === '}' ? '' : ','}${rest}\n`;
    if (waiting.length >= mostWaiting) flush();
    else timer ??= setTimeout(flush, longestWait);
  };
  return Object.assign(log, { flush });
}

/** The time of day as text, made once a millisecond. */
function stampOf(): () => string {
  let at = 0;
  let text = '';
  return () => {
    const now = Date.now();
    if (now !== at) [at, text] = [now, new Date(now).toISOString()];
    return text;
  };
}
