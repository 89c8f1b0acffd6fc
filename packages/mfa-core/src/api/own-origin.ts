// Whether a state change comes from our own pages. Origin and Sec-Fetch-Site are the browser's word and no script's;
// JSON only on top makes a form on a foreign site impossible (R17, A232).
import type { RelyingParty } from '../webauthn/relying-party.ts';
import type { ApiRequest } from './api-request.ts';

/** True when the browser names one of our origins, and does not say that the page is another site's. */
export function isOwnOrigin(request: ApiRequest, relyingParty: RelyingParty): boolean {
  const site = request.header('sec-fetch-site');
  const origin = request.header('origin');
  return (
    origin !== undefined &&
    relyingParty.origins.includes(origin) &&
    (site === undefined || site === 'same-origin')
  );
}
