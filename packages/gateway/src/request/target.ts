// The request target (RFC 9112 section 3.2.1): accepted only when its bytes already are canonical, never rewritten.
// Rule R1: whatever a lenient portal might read as another path is refused here, so that what was judged is what is
// opened. Scans by character table; no regular expression, no URL parser: both repair.
import type { CanonicalTarget } from './request.ts';

export interface ParsedTarget {
  readonly target: CanonicalTarget;
  readonly path: string;
  readonly segments: readonly string[];
  readonly query: string | undefined;
}

export type TargetRefusal =
  | 'target-too-long'
  | 'not-origin-form'
  | 'forbidden-character'
  | 'bad-escape'
  | 'needless-escape'
  | 'encoded-separator'
  | 'dot-segment'
  | 'empty-segment'
  | 'trailing-dot'
  | 'not-utf-8';

const longest = 8192;
const mostSegments = 64;

/** Characters a path may have as they are: unreserved, sub-delims without `;`, `:` and `@` (RFC 3986 section 3.3). */
const pathCharacters = table("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()+,=:@/");
/** A query also has `/`, `?`, `;` and `*`, which mean nothing in a path of ours. */
const queryCharacters = table("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()+,=:@/?;*[]|");
const unreserved = table('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~');
/** What a second decoder would make a path of: `/ \ . ; % ? #`. */
const separators = table('/\\.;%?#');

function table(characters: string): Uint8Array {
  const set = new Uint8Array(128);
  for (const character of characters) set[character.charCodeAt(0)] = 1;
  return set;
}

/**
 * Reads a target as it stands on the request line. A trailing slash is another path, not an error: it simply matches no
 * route that has none. Only the path is decoded, once, per segment; the query stays as it came.
 */
export function parseTarget(raw: string): ParsedTarget | { readonly refused: TargetRefusal } {
  if (raw.length > longest) return { refused: 'target-too-long' };
  if (raw.charCodeAt(0) !== 0x2f) return { refused: 'not-origin-form' };
  const mark = raw.indexOf('?');
  const path = mark === -1 ? raw : raw.slice(0, mark);
  const query = mark === -1 ? undefined : raw.slice(mark + 1);
  const flaw = scan(path, pathCharacters, true) ?? (query === undefined ? undefined : scan(query, queryCharacters, false));
  if (flaw !== undefined) return { refused: flaw };
  const pieces = path.slice(1).split('/');
  const bad = segmentFlaw(pieces);
  if (bad !== undefined) return { refused: bad };
  const segments = path.includes('%') ? decodeAll(pieces) : pieces;
  return segments === undefined ? { refused: 'not-utf-8' } : { target: raw as CanonicalTarget, path, segments, query };
}

function scan(text: string, allowed: Uint8Array, isPath: boolean): TargetRefusal | undefined {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x25) {
      const flaw = escapeFlaw(text, at, isPath);
      if (flaw !== undefined) return flaw;
      at += 2;
    } else if (code > 127 || allowed[code] !== 1) return 'forbidden-character';
  }
  return undefined;
}

/** An escape in a path is upper case, needed, and hides no separator and no control. A query's only has to be valid. */
function escapeFlaw(text: string, at: number, isPath: boolean): TargetRefusal | undefined {
  const high = hex(text.charCodeAt(at + 1), isPath);
  const low = hex(text.charCodeAt(at + 2), isPath);
  if (high < 0 || low < 0) return 'bad-escape';
  const byte = high * 16 + low;
  if (!isPath) return byte === 0 ? 'forbidden-character' : undefined;
  if (byte < 0x20 || byte === 0x7f) return 'forbidden-character';
  if (byte < 128 && separators[byte] === 1) return 'encoded-separator';
  return byte < 128 && unreserved[byte] === 1 ? 'needless-escape' : undefined;
}

function hex(code: number, upperOnly: boolean): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  if (code >= 0x41 && code <= 0x46) return code - 0x37;
  return !upperOnly && code >= 0x61 && code <= 0x66 ? code - 0x57 : -1;
}

/** Empty segments (`//`), `.` and `..`, and a dot at the end of a segment (`/patients.`, which some servers drop). */
function segmentFlaw(pieces: readonly string[]): TargetRefusal | undefined {
  if (pieces.length > mostSegments) return 'target-too-long';
  for (const [index, piece] of pieces.entries()) {
    if (piece === '' && index < pieces.length - 1) return 'empty-segment';
    if (piece === '.' || piece === '..') return 'dot-segment';
    if (piece.endsWith('.')) return 'trailing-dot';
  }
  return undefined;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Decodes each segment; undefined when a sequence is not UTF-8, is not in normal form C, or hides a format character. */
function decodeAll(pieces: readonly string[]): readonly string[] | undefined {
  try {
    const decoded = pieces.map((piece) => (piece.includes('%') ? utf8.decode(bytesOf(piece)) : piece));
    return decoded.every((text) => text === text.normalize('NFC') && !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(text)) ? decoded : undefined;
  } catch {
    return undefined;
  }
}

function bytesOf(piece: string): Uint8Array {
  const bytes: number[] = [];
  for (let at = 0; at < piece.length; at += 1) {
    const escaped = piece.charCodeAt(at) === 0x25;
    bytes.push(escaped ? Number.parseInt(piece.slice(at + 1, at + 3), 16) : piece.charCodeAt(at));
    if (escaped) at += 2;
  }
  return Uint8Array.from(bytes);
}
