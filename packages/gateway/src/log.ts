// The gateway's log: one JSON line a decision or event, gathered for a tenth of a second so that a line costs next to
// nothing. What must not be lost with the process is the ledger's, which does not gather by time.
import { closeSync, fstatSync, openSync, writeSync } from 'node:fs';

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

/**
 * Adds the time to each line. `write` gets whole lines. What it throws (a full disk) loses those lines and nothing else: a
 * gateway that died of its log would take every reader of the portal along. The next line that is written says how many.
 */
export function createLineLog(write: (lines: string) => void): LineLog {
  let waiting = '';
  let lost = 0;
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    const lines = waiting;
    waiting = '';
    if (lines === '') return;
    // After half a line that was torn begins a new one.
    const told = lost === 0 ? '' : `\n{"time":"${stamp()}","kind":"log-lost","lines":${lost}}\n`;
    try {
      write(told + lines);
      lost = 0;
    } catch {
      lost += lines.split('\n').length - 1;
    }
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

/** Lines at the end of a file, which only its owner can read; written out before the process ends, however it does. */
export interface FileLog extends LineLog {
  /** Goes on in the file of that name, which may be another one by now. Throws, and goes on in the old one, when it cannot be opened. */
  reopen(path: string): void;
}

/** Throws when the file cannot be opened. */
export function createFileLog(path: string): FileLog {
  const open = (name: string): number => openSync(name, 'a', 0o600);
  let file = open(path);
  const log = createLineLog((lines) => writeWhole(file, lines));
  process.once('exit', log.flush);
  const reopen = (name: string): void => {
    const next = open(name);
    log.flush();
    closeSync(file);
    file = next;
  };
  return Object.assign(log, { reopen });
}

function writeWhole(file: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
}

/** Lines on standard output; written out before the process ends, however it does. */
export function createPrintedLog(): LineLog {
  // Nobody reads it any more: what is printed is lost, and the gateway goes on.
  process.stdout.on('error', () => undefined);
  // A stream never comes back from a full disk; a file does.
  const isFile = fstatSync(1).isFile();
  const log = createLineLog((lines) => (isFile ? writeWhole(1, lines) : void process.stdout.write(lines)));
  process.once('exit', log.flush);
  return log;
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
