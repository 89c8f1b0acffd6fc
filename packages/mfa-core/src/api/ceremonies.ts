// The ceremonies as a JSON API, for pages the portal draws itself. One table of calls; every state change must come from
// our own origin, in JSON, with the fields declared. It decides nothing about factors: mfa.ts does.
import type { Mfa } from '../mfa.ts';
import { isOwnOrigin } from '../own-origin.ts';
import { pageFile } from '../page/page.ts';
import type { ApiAnswer, ApiRequest } from './api-request.ts';
import { type Call, calls } from './calls.ts';
import { readFields } from './fields.ts';
import { problem } from './problems.ts';
import { sessionCookieOf } from './session-cookie.ts';
import { opened, visitOf } from './visit.ts';

/**
 * Answers one call, or the ready-made page at `/`; undefined when the path is none of ours. `name` is the signed-in account as the portal says.
 * Rejects only when something is broken: the adapter turns that into 503.
 */
export async function answerCeremony(
  mfa: Mfa,
  request: ApiRequest,
  name: () => Promise<string | undefined>,
): Promise<ApiAnswer | undefined> {
  const call = calls.get(`${request.method} ${request.path}`);
  if (call === undefined) return pageFile(request);
  if (call.changes && !isOwnOrigin((name) => request.header(name), mfa.relyingParty.origins))
    return problem('foreign-origin', request);
  const visit = await visitOf(mfa, request, await name());
  if (visit === undefined) return problem('sign-in-required', request, {}, [['www-authenticate', 'Bearer']]);
  if (!call.changes) return call.act({ mfa, request, visit, fields: {} });
  return change(mfa, request, call, visit);
}

async function change(
  mfa: Mfa,
  request: ApiRequest,
  call: Extract<Call, { readonly changes: true }>,
  visit: NonNullable<Awaited<ReturnType<typeof visitOf>>>,
): Promise<ApiAnswer> {
  const read = await readFields(request, call.fields);
  if ('refusal' in read) return read.refusal;
  if (visit.session !== undefined)
    return call.act({ mfa, request, visit: { ...visit, session: visit.session }, fields: read.fields });
  const fresh = await opened(mfa, request, visit.account);
  const answered = await call.act({ mfa, request, visit: fresh, fields: read.fields });
  const set = answered.headers.some(([header]) => header === 'set-cookie');
  return set ? answered : { ...answered, headers: [...answered.headers, sessionCookieOf(fresh.token)] };
}
