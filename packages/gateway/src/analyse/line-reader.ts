// One line of an access log read: who asked for what, when, and how it ended. Two forms: the combined format of Apache
// and nginx, and JSON lines. What does not fit is malformed: counted by what was not understood, never shown.
import type { Flaw } from './misread.ts';

/** A request as the log tells it. */
export interface LoggedRequest {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly account: string;
  readonly class: string | undefined;
  readonly method: string;
  readonly target: string;
  readonly status: number;
}

/** `nobody`: a request without an account, which costs nobody anything. */
export type ReadLine = LoggedRequest | { readonly malformed: Flaw } | 'nobody';

export type LineReader = (line: string) => ReadLine;

/** Where things are. In the combined format `account` is `user`, `host`, or `extra:N`, the N-th quoted field after the agent. */
export interface LineFields {
  readonly account: string | undefined;
  readonly class: string | undefined;
  readonly time: string;
  readonly method: string;
  readonly target: string;
  readonly status: string;
}

export const usualFields: LineFields = {
  account: undefined,
  class: undefined,
  time: '/time',
  method: '/method',
  target: '/target',
  status: '/status',
};

/** What a line of a log is written in. */
export function formOf(line: string): 'combined' | 'json' {
  return line.trimStart().startsWith('{') ? 'json' : 'combined';
}

const combined =
  /^(\S+) \S+ (\S+) \[([^\]]{1,64})\] "([A-Z]{1,16}) (\S+) HTTP\/[\d.]+" (\d{3}) (?:\d+|-)(.*)$/;
/** How far a line is one of the combined format, and what comes next. */
const beginnings: readonly (readonly [Flaw, RegExp])[] = [
  ['line', /^\S+ \S+ \S+ \[/],
  ['time', /^\S+ \S+ \S+ \[[^\]]{1,64}\] /],
  ['request', /^\S+ \S+ \S+ \[[^\]]{1,64}\] "[A-Z]{1,16} \S+ HTTP\/[\d.]+" /],
  ['status', /^\S+ \S+ \S+ \[[^\]]{1,64}\] "[A-Z]{1,16} \S+ HTTP\/[\d.]+" \d{3} /],
];
const stamp = /^(\d{2})\/([A-Z][a-z]{2})\/(\d{4}):(\d{2}):(\d{2}):(\d{2}) ([+-])(\d{2})(\d{2})$/;
const iso = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:[.,]\d{1,9})?(?:Z|[+-]\d{2}:?\d{2})?$/;
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Reads the combined format; throws a RangeError when `account` names no field of it. */
export function combinedReader({ account = 'user', class: kind }: LineFields): LineReader {
  const [own, type] = [placeIn(account), kind === undefined ? undefined : placeIn(kind)];
  return (line) => {
    const match = combined.exec(line);
    if (match === null) return { malformed: flawOf(line) };
    const [, , , time = '', method = '', target = '', status = ''] = match;
    const at = instantOf(time);
    if (at === undefined) return { malformed: 'time' };
    const name = own(match);
    if (name === undefined) return { malformed: 'account' };
    if (name === '-' || name === '') return 'nobody';
    return { at, account: name, class: type?.(match), method, target, status: Number(status) };
  };
}

function flawOf(line: string): Flaw {
  return beginnings.find(([, beginning]) => !beginning.test(line))?.[0] ?? 'size';
}

type Place = (match: RegExpExecArray) => string | undefined;

function placeIn(name: string): Place {
  if (name === 'user') return (match) => match[2];
  if (name === 'host') return (match) => match[1];
  const extra = /^extra:([1-9])$/.exec(name)?.[1];
  if (extra === undefined)
    throw new RangeError('a field of the combined format is user, host or extra:1 to extra:9');
  // Referer and agent come first; they are quoted too.
  const place = Number(extra) + 1;
  return (match) => quotedField(match[7] ?? '', place);
}

/** A quoted field, or what stands between two of them. */
const piece = /"((?:[^"\\]|\\.)*)"|[^"]+/y;

/**
 * The quoted field at a place, from 0. Piece after piece from the beginning, and a quote without an end ends the reading:
 * tried from every quote on, a line of escaped ones would take the square of its length.
 */
function quotedField(text: string, place: number): string | undefined {
  piece.lastIndex = 0;
  for (let seen = 0; ; ) {
    const found = piece.exec(text);
    if (found === null) return undefined;
    if (found[1] === undefined) continue;
    if (seen === place) return found[1];
    seen += 1;
  }
}

/** The time of Apache and nginx, or ISO 8601 (`$time_iso8601`). */
function instantOf(time: string): number | undefined {
  const match = stamp.exec(time);
  if (match === null) return iso.test(time) ? instantIn(time.replace(',', '.')) : undefined;
  const [, day, month = '', year, hour, minute, second, sign, zoneHours, zoneMinutes] = match;
  const place = months.indexOf(month);
  if (place < 0) return undefined;
  const local = Date.UTC(Number(year), place, Number(day), Number(hour), Number(minute), Number(second));
  const zone = (Number(zoneHours) * 60 + Number(zoneMinutes)) * 60_000;
  return sign === '-' ? local + zone : local - zone;
}

/**
 * Reads JSON lines; every field is a pointer (RFC 6901). Times are ISO 8601, without a zone taken for UTC and not for the
 * zone of this machine, or seconds or milliseconds since 1970.
 */
export function jsonReader(fields: LineFields): LineReader {
  const account = pointer(fields.account ?? '/account');
  const kind = fields.class === undefined ? undefined : pointer(fields.class);
  const [time, method, target, status] = [fields.time, fields.method, fields.target, fields.status].map(
    pointer,
  );
  return (line) => {
    const value = parsed(line);
    if (value === undefined) return { malformed: 'line' };
    const at = instantIn(time?.(value));
    const [verb, uri] = [method?.(value), target?.(value)];
    const code = Number(status?.(value));
    if (at === undefined) return { malformed: 'time' };
    if (typeof verb !== 'string') return { malformed: 'method' };
    if (typeof uri !== 'string') return { malformed: 'target' };
    if (!Number.isInteger(code)) return { malformed: 'status' };
    const name = account(value);
    if (name === undefined || name === null || name === '' || name === '-') return 'nobody';
    if (typeof name !== 'string' && typeof name !== 'number') return { malformed: 'account' };
    const type = kind?.(value);
    const own = typeof type === 'string' ? type : undefined;
    return { at, account: String(name), class: own, method: verb, target: uri, status: code };
  };
}

function pointer(text: string): (value: unknown) => unknown {
  if (!text.startsWith('/')) throw new RangeError('a field of JSON lines is a pointer, such as /request/uri');
  const steps = text
    .slice(1)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  return (value) =>
    steps.reduce<unknown>(
      (inner, step) =>
        typeof inner === 'object' && inner !== null && Object.hasOwn(inner, step)
          ? (inner as Record<string, unknown>)[step]
          : undefined,
      value,
    );
}

function parsed(line: string): object | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

const zoned = /(?:z|[+-]\d{2}:?\d{2}|gmt|utc)$/i;

function instantIn(value: unknown): number | undefined {
  if (typeof value === 'string') {
    const utc = zoned.test(value) || !value.includes(':') ? Number.NaN : Date.parse(`${value}Z`);
    const at = Number.isNaN(utc) ? Date.parse(value) : utc;
    return Number.isNaN(at) ? undefined : at;
  }
  if (typeof value !== 'number' || !Number.isFinite(value)) return undefined;
  return value < 1e11 ? value * 1000 : value;
}
