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
  | 'edge-space'
  | 'not-normal'
  | 'not-utf-8';

const longest = 8192;
const mostSegments = 64;

/** Characters a path may have as they are: unreserved, sub-delims without `;`, `:` and `@` (RFC 3986 section 3.3). */
const pathCharacters = table(
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()+,=:@/",
);
/**
 * A query also has `/`, `?` and `*`, and the brackets and bars that browsers send as they are. No `;`: some servers end a
 * parameter at it (A106), and those who mean the character write %3B.
 */
const queryCharacters = table(
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()+,=:@/?*[]|",
);
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
  const flaw =
    scan(path, pathCharacters, true) ??
    (query === undefined ? undefined : scan(query, queryCharacters, false));
  if (flaw !== undefined) return { refused: flaw };
  const pieces = path.slice(1).split('/');
  const bad = segmentFlaw(pieces);
  if (bad !== undefined) return { refused: bad };
  const segments = path.includes('%') ? decodeAll(pieces) : pieces;
  return 'refused' in segments ? segments : { target: raw as CanonicalTarget, path, segments, query };
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

/** An escape in a path is upper case, needed, and hides no separator and no control. A query's only has to be valid text. */
function escapeFlaw(text: string, at: number, isPath: boolean): TargetRefusal | undefined {
  const high = hex(text.charCodeAt(at + 1), isPath);
  const low = hex(text.charCodeAt(at + 2), isPath);
  if (high < 0 || low < 0) return 'bad-escape';
  const byte = high * 16 + low;
  if (byte > 127) return undefined;
  if (isControl(byte)) return isPath || !isBlank(byte) ? 'forbidden-character' : undefined;
  if (!isPath) return undefined;
  if (separators[byte] === 1) return 'encoded-separator';
  return unreserved[byte] === 1 ? 'needless-escape' : undefined;
}

function isControl(byte: number): boolean {
  return byte < 0x20 || byte === 0x7f;
}

/** Tab, line feed and carriage return: what a person can type into a search box. */
function isBlank(byte: number): boolean {
  return byte === 0x09 || byte === 0x0a || byte === 0x0d;
}

function hex(code: number, upperOnly: boolean): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  if (code >= 0x41 && code <= 0x46) return code - 0x37;
  return !upperOnly && code >= 0x61 && code <= 0x66 ? code - 0x57 : -1;
}

/** Empty segments (`//`), `.` and `..`, and a dot at the end of a segment (`/patients.`, which some servers drop). */
function segmentFlaw(pieces: readonly string[]): TargetRefusal | undefined {
  if (pieces.length > mostSegments) return 'target-too-long';
  for (let index = 0; index < pieces.length; index += 1) {
    const piece = pieces[index] ?? '';
    if (piece === '' && index < pieces.length - 1) return 'empty-segment';
    if (!piece.endsWith('.')) continue;
    return piece === '.' || piece === '..' ? 'dot-segment' : 'trailing-dot';
  }
  return undefined;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Format characters, unassigned and private ones, and those that are drawn as nothing. */
const unseen = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;
/** Slashes, backslashes and dots of other scripts that a code-page conversion turns into the ASCII ones (A013). */
const lookAlikes = /[\u2044\u2215\u29f8\u29f5\u2216\u02f8\u0589\u05c3\u2024\u3002\ua78a]/;

/**
 * Decodes each segment once. Beyond sound UTF-8 the text must be what every normal form makes of it, or a server that
 * normalises would see another path: `%EF%BC%8F` is a full-width slash, `%E2%84%AA` a K (A013, A107).
 */
function decodeAll(pieces: readonly string[]): readonly string[] | { readonly refused: TargetRefusal } {
  const decoded: string[] = [];
  for (const piece of pieces) {
    const text = piece.includes('%') ? decode(piece) : piece;
    if (text === undefined) return { refused: 'not-utf-8' };
    if (text !== text.normalize('NFKC') || unseen.test(text) || lookAlikes.test(text))
      return { refused: 'not-normal' };
    if (text !== text.trim()) return { refused: 'edge-space' };
    decoded.push(text);
  }
  return decoded;
}

function decode(piece: string): string | undefined {
  try {
    return utf8.decode(bytesOf(piece));
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
