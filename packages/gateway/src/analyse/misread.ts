// Which part of a line was not understood. A log in which every line fails for one reason is a log whose form can be put
// right; "malformed" alone does not say where to look. Fields and places of lines, never what stands in them.

/** `line`: neither form; `length`: longer than any request. */
export type Flaw =
  | 'line'
  | 'length'
  | 'time'
  | 'request'
  | 'method'
  | 'target'
  | 'status'
  | 'size'
  | 'account';

export interface Misread {
  readonly field: Flaw;
  readonly lines: number;
  /** The first of them, counted from 1. */
  readonly first: number;
}

export interface MisreadCount {
  note(field: Flaw, place: number): void;
  /** The most frequent first. */
  counts(): readonly Misread[];
}

export function countMisread(): MisreadCount {
  const counts = new Map<Flaw, Misread>();
  return {
    note: (field, place) => {
      const { lines = 0, first = place } = counts.get(field) ?? {};
      counts.set(field, { field, lines: lines + 1, first });
    },
    counts: () => [...counts.values()].sort((one, two) => two.lines - one.lines),
  };
}

const wanted: Readonly<Record<Flaw, string>> = {
  line: 'a line of the combined format, or an object of JSON',
  length: 'a line of at most 64 KiB',
  time: '[10/Mar/2026:08:00:00 +0100] or [2026-03-10T08:00:00+01:00]; in JSON lines what --time points to, as ISO 8601 or in seconds or milliseconds since 1970',
  request: '"GET /path HTTP/1.1"',
  method: 'what --method points to, a text',
  target: 'what --target points to, the path with its query',
  status: 'a number of three digits; in JSON lines what --status points to',
  size: 'the bytes of the answer, or -',
  account: 'what --account names',
};

export function misreadText({ field, lines, first }: Misread): string {
  return `  ${field} not understood in ${lines} line(s), the first is line ${first}: expected ${wanted[field]}\n`;
}
