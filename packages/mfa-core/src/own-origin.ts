// Whether a state change comes from our own pages: the one rule of the library and of the gateway (R17, A232). JSON only,
// asked for elsewhere, makes a form on a foreign site impossible on top.

/** One header of the request by its lower-case name. */
export type HeaderOf = (name: string) => string | undefined;

/**
 * True when the browser says that the page asking is one of `origins`. Origin and Sec-Fetch-Site are both the browser's
 * word, and no script of another site can write either: what is there must agree, and one of them must be there.
 *
 * Origin may be absent: Fetch lets a browser send a same-origin request without it, and some extensions take it away.
 * `Sec-Fetch-Site: same-origin` then says the same thing. A browser that sends neither is older than 2020, or is no
 * browser; it is refused. `Origin: null` (a sandboxed frame, a page under `Referrer-Policy: no-referrer`) is nobody.
 */
export function isOwnOrigin(header: HeaderOf, origins: readonly string[]): boolean {
  const site = header('sec-fetch-site');
  const origin = header('origin');
  if (site !== undefined && site !== 'same-origin') return false;
  return origin === undefined ? site === 'same-origin' : origins.includes(origin);
}
