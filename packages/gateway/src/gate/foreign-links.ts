// A page of somebody else's can lead the window of whoever is signed in to a counted address: the person is shown, paid
// for by the presence, counted on the caps and written into the ledger, and nobody asked for it. One click there is enough
// to use up a day. Where the operator says so, such a link is asked about first.
import type { ForeignLinks } from '../config/config.ts';
import type { Route } from '../policy/route.ts';
import type { CanonicalRequest } from '../request/request.ts';

const ownWords: ReadonlySet<string | undefined> = new Set([undefined, 'none', 'same-origin', 'same-site']);

/** Whether another site led a window to a page that shows persons, and the operator has that asked about. */
export function isForeignLink(
  { method, headers }: Pick<CanonicalRequest, 'method' | 'headers'>,
  { records }: Pick<Route, 'records'>,
  setting: ForeignLinks,
): boolean {
  if (records.length === 0 || (method !== 'GET' && method !== 'HEAD')) return false;
  return isLedFromElsewhere(headers, setting);
}

/**
 * Whether the browser says that another site led here, and the operator has such links asked about. The word stays through
 * every redirect, also one of the portal's own. What no page led to (typed, a bookmark, a mail program, another program on
 * the machine) says `none`. Anything but a navigation brings no session cookie from another site, and shows nobody.
 */
export function isLedFromElsewhere(
  headers: CanonicalRequest['headers'],
  { counted, except }: ForeignLinks,
): boolean {
  if (counted === 'follow') return false;
  // A word that no browser says is taken for the worst: a front may have put two together.
  if (ownWords.has(headers.get('sec-fetch-site')) || headers.get('sec-fetch-mode') !== 'navigate')
    return false;
  // A page can leave its Referer out, and cannot write another one.
  const from = originOf(headers.get('referer'));
  return from === undefined || !except.includes(from);
}

function originOf(referer: string | undefined): string | undefined {
  return referer === undefined ? undefined : URL.parse(referer)?.origin;
}
