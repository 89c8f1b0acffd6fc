// A request after the edge: what exists here was canonical on the wire. Policy decides on these bytes and the proxy
// sends these bytes; nothing re-parses or re-serialises them on the way.

declare const canonical: unique symbol;

/** Path and query exactly as they came, proved canonical by `target.ts`. */
export type CanonicalTarget = string & { readonly [canonical]: true };

export interface CanonicalRequest {
  /** Upper-case method token. */
  readonly method: string;
  readonly target: CanonicalTarget;
  /** The target before `?`. */
  readonly path: string;
  /** The path split at `/` without the leading one, each segment percent-decoded once. `/` alone is one empty segment. */
  readonly segments: readonly string[];
  /** The target after `?`, undecoded; undefined when there is no `?`. */
  readonly query: string | undefined;
  /** The one Host, lower case, with its port when there is one; equal to an allowed host. */
  readonly host: string;
  /** Lower-case names; singletons are proved single, the others joined with `, ` (Cookie with `; `). */
  readonly headers: ReadonlyMap<string, string>;
  /** The address of the socket's other end, IPv4-mapped addresses as IPv4. Never from a header. */
  readonly peer: string;
  /** Declared length of the body, `chunked`, or 0. */
  readonly bodyLength: number | 'chunked';
  /** The Upgrade asked for; undefined for ordinary requests. */
  readonly upgrade: 'websocket' | undefined;
}

/** Why something was refused at the edge. The connection is closed after every one with `close`. */
export interface Refusal {
  readonly status: 400 | 403 | 404 | 405 | 408 | 411 | 413 | 414 | 415 | 417 | 421 | 425 | 426 | 431;
  /** Kebab-case, closed set of the module that refuses; for the log and the problem body, never a request value. */
  readonly reason: string;
  readonly close: boolean;
  /** For 405: the methods the path has. */
  readonly allow?: readonly string[];
  /**
   * The undeclared parameter, field or member, or the media type of an undeclared body, as they were sent: for the counts
   * of observe mode alone (gate/denial-counts.ts bounds them).
   */
  readonly parameter?: string;
  readonly type?: string;
  /** What kind of number was to stand where none does; a name of the configuration's. */
  readonly recordType?: string;
}

/** The body of a request: read whole at most once, or handed to the proxy as a stream. */
export interface BodySource {
  /** Reads the whole body, at most `limit` bytes. The same bytes are what the proxy sends afterwards. */
  read(limit: number): Promise<Uint8Array | Refusal>;
}
