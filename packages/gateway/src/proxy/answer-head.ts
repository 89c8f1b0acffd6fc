// The head of an answer (RFC 9112), read strictly: what two readers could understand differently is a flaw, never
// repaired (A050). Pure; knows no socket and no body.

export type AnswerFlaw =
  | 'status-line'
  | 'header-line'
  | 'head-too-long'
  | 'too-many-headers'
  | 'too-many-interim'
  | 'content-length'
  | 'transfer-encoding'
  | 'length-and-encoding'
  | 'body-where-none'
  | 'switch-unasked'
  | 'chunk'
  | 'surplus'
  | 'cut-short';

/** How the end of the body is known (RFC 9112 section 6.3). */
export type Framing =
  | { readonly kind: 'none' }
  | { readonly kind: 'length'; readonly length: number }
  | { readonly kind: 'chunked' }
  | { readonly kind: 'close' };

export interface AnswerHead {
  readonly status: number;
  readonly statusText: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly framing: Framing;
  /** Whether the connection may carry another exchange after this one. */
  readonly persists: boolean;
  /** Seconds the portal keeps an idle connection, when it says so. */
  readonly keepAlive: number | undefined;
}

export const longestHead = 32_768;
const mostHeaders = 200;

/** RFC 9110 section 5.6.2. */
const token = table((code) => /[A-Za-z0-9!#$%&'*+.^_`|~-]/.test(String.fromCharCode(code)));
/** RFC 9110 section 5.5, obs-text included: file names come in Latin-1. */
const text = table((code) => code === 0x09 || (code >= 0x20 && code !== 0x7f));

function table(allowed: (code: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, code) => (allowed(code) ? 1 : 0));
}

function consists(line: string, from: number, to: number, of: Uint8Array): boolean {
  for (let at = from; at < to; at += 1) if (of[line.charCodeAt(at)] !== 1) return false;
  return true;
}

/** Reads a head without its closing empty line. `method` is the request's: the answer to HEAD has no body. */
export function parseAnswerHead(head: string, method: string): AnswerHead | AnswerFlaw {
  const firstEnd = endOfLine(head, 0);
  const minor = head.startsWith('HTTP/1.1 ') ? 1 : head.startsWith('HTTP/1.0 ') ? 0 : undefined;
  const status = minor === undefined ? undefined : statusOf(head);
  const spaced = firstEnd === 12 || head.charCodeAt(12) === 0x20;
  if (minor === undefined || status === undefined || !spaced || !consists(head, 12, firstEnd, text)) {
    return 'status-line';
  }
  const fields = readFields(head, firstEnd + 2);
  if (typeof fields === 'string') return fields;
  const framing = framingOf(status, minor, method, fields);
  if (typeof framing === 'string') return framing;
  const persists = minor === 1 && framing.kind !== 'close' && !fields.closes;
  const statusText = head.slice(13, firstEnd);
  return { status, statusText, headers: fields.headers, framing, persists, keepAlive: fields.keepAlive };
}

function endOfLine(head: string, from: number): number {
  const end = head.indexOf('\r\n', from);
  return end === -1 ? head.length : end;
}

/** Three digits, 100 to 599: anything else has no meaning (RFC 9110 section 15). */
function statusOf(head: string): number | undefined {
  let status = 0;
  for (let at = 9; at < 12; at += 1) {
    const digit = head.charCodeAt(at) - 0x30;
    if (!(digit >= 0 && digit <= 9)) return undefined;
    status = status * 10 + digit;
  }
  return status >= 100 && status <= 599 ? status : undefined;
}

interface Fields {
  readonly headers: (readonly [string, string])[];
  /** Undefined: none. More than one is a flaw even when they agree: who adds a second may add a third. */
  length: string | undefined;
  coding: string | undefined;
  repeated: AnswerFlaw | undefined;
  closes: boolean;
  keepAlive: number | undefined;
}

function readFields(head: string, from: number): Fields | AnswerFlaw {
  const fields: Fields = {
    headers: [],
    length: undefined,
    coding: undefined,
    repeated: undefined,
    closes: false,
    keepAlive: undefined,
  };
  let end = from;
  for (let at = from; at < head.length; at = end + 2) {
    end = endOfLine(head, at);
    const colon = head.indexOf(':', at);
    // A line that begins with a space would continue the one before (obs-fold): a space is no token, so it ends here.
    const sound =
      colon > at && colon < end && consists(head, at, colon, token) && consists(head, colon, end, text);
    if (!sound) return 'header-line';
    if (fields.headers.length === mostHeaders) return 'too-many-headers';
    note(fields, head.slice(at, colon), trimmed(head, colon + 1, end));
  }
  return fields;
}

function trimmed(head: string, from: number, to: number): string {
  let [start, end] = [from, to];
  while (start < end && isBlank(head.charCodeAt(start))) start += 1;
  while (end > start && isBlank(head.charCodeAt(end - 1))) end -= 1;
  return head.slice(start, end);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

/** Lengths of the names below: most fields are none of them by that alone. */
const telling: ReadonlySet<number> = new Set([10, 14, 17]);

/** Keeps the field, and what it says about framing. */
function note(fields: Fields, name: string, value: string): void {
  fields.headers.push([name, value]);
  if (!telling.has(name.length)) return;
  const lower = name.toLowerCase();
  if (lower === 'content-length') {
    if (fields.length !== undefined) fields.repeated = 'content-length';
    fields.length = value;
  } else if (lower === 'transfer-encoding') {
    if (fields.coding !== undefined) fields.repeated = 'transfer-encoding';
    fields.coding = value.toLowerCase();
  } else if (lower === 'connection') {
    if (value === 'keep-alive') return;
    fields.closes ||= value
      .toLowerCase()
      .split(',')
      .some((option) => option.trim() === 'close');
  } else if (lower === 'keep-alive') {
    const hint = /(?:^|[\s,])timeout=([0-9]{1,5})/i.exec(value)?.[1];
    if (hint !== undefined) fields.keepAlive = Number(hint);
  }
}

function framingOf(status: number, minor: 0 | 1, method: string, fields: Fields): Framing | AnswerFlaw {
  const { length, coding } = fields;
  if (fields.repeated !== undefined) return fields.repeated;
  if (length !== undefined && coding !== undefined) return 'length-and-encoding';
  // Only chunked ends a body; before 1.1 nobody knew it, so one side of a 1.0 connection would not (RFC 9112 section 6.1).
  if (coding !== undefined && (coding !== 'chunked' || minor === 0)) return 'transfer-encoding';
  if (length !== undefined && !isLength(length)) return 'content-length';
  const bodiless = status < 200 || status === 204;
  if (bodiless && (coding !== undefined || (length ?? '0') !== '0')) return 'body-where-none';
  if (bodiless || status === 304 || method === 'HEAD') return { kind: 'none' };
  if (coding !== undefined) return { kind: 'chunked' };
  return length === undefined ? { kind: 'close' } : { kind: 'length', length: Number(length) };
}

/** Digits only, and few enough that the number is exact. */
function isLength(value: string): boolean {
  if (value.length === 0 || value.length > 15) return false;
  for (let at = 0; at < value.length; at += 1) {
    const code = value.charCodeAt(at);
    if (code < 0x30 || code > 0x39) return false;
  }
  return true;
}
