// No other site may change anything in a person's name: every state change of ours comes from our own origin.
import type { CanonicalRequest } from '../request/request.ts';

/**
 * A POST passes when the browser says it is same-origin (Sec-Fetch-Site), and Origin, when sent, is ours. An old
 * browser that sends neither is refused: a form always sends Origin on POST (Fetch standard, since 2020).
 */
export function isOwnOrigin(request: CanonicalRequest, origin: string): boolean {
  const site = request.headers.get('sec-fetch-site');
  const sent = request.headers.get('origin');
  if (site !== undefined && site !== 'same-origin') return false;
  return sent === undefined ? site === 'same-origin' : sent === origin;
}
