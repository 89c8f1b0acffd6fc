// The table of ceremony calls: what each takes, which verb of mfa-core it is, what it answers.
import type { ProofKind } from '../assurance.ts';
import type { Refused } from '../attempts.ts';
import type { Removed } from '../factor-changes.ts';
import { type FactorId, parseFactorId, parseSessionId, type SessionToken } from '../ids.ts';
import type { Mfa } from '../mfa.ts';
import type { Session } from '../session.ts';
import type { StepUpAnswer } from '../step-up.ts';
import { type ApiAnswer, type ApiRequest, ok } from './api-request.ts';
import type { Fields } from './fields.ts';
import { problem } from './problems.ts';
import { clearedSessionCookie, sessionCookieOf } from './session-cookie.ts';
import type { Visit } from './visit.ts';

interface Asked<V> {
  readonly mfa: Mfa;
  readonly request: ApiRequest;
  readonly visit: V;
  readonly fields: Fields;
}

type WithSession = Visit & { readonly session: Session };
type Reading = (asked: Asked<Visit>) => Promise<ApiAnswer>;
type Changing = (asked: Asked<WithSession>) => Promise<ApiAnswer>;

export type Call =
  | { readonly changes: false; readonly act: Reading }
  | { readonly changes: true; readonly fields: readonly string[]; readonly act: Changing };

const read = (act: Reading): Call => ({ changes: false, act });
const change = (fields: readonly string[], act: Changing): Call => ({ changes: true, fields, act });

/** Every wrong answer gets this one, whatever was wrong; only waiting is told, because it is what helps. */
function refused(request: ApiRequest, { retryAt }: Refused): ApiAnswer {
  return retryAt === undefined
    ? problem('refused', request)
    : problem('refused', request, { retryAt: new Date(retryAt).toISOString() });
}

/** What a right does not bind is told apart from what was wrong: typing it again would not help, a ticket does. */
function notEnrolled(request: ApiRequest, done: Refused): ApiAnswer {
  return done.reason === 'right-too-weak' ? problem('right-too-weak', request) : refused(request, done);
}

function withToken(body: unknown, token: SessionToken | undefined): ApiAnswer {
  return ok(body, token === undefined ? [] : [sessionCookieOf(token)]);
}

/** What the account can use; with a way back, only what is enough there. */
async function beginStepUp({ mfa, visit, fields }: Asked<WithSession>): Promise<ApiAnswer> {
  const point = await mfa.resume.peek(visit.session, fields['resume']);
  const offer = await mfa.stepUp.begin(visit.session);
  if (point === undefined) return ok(offer);
  const { accept, maxAge } = point.requirement;
  // A key may be of card class: whether it is, the proof tells.
  const fits = (kind: ProofKind): boolean =>
    accept.includes(kind) || (kind === 'webauthn' && accept.includes('card'));
  return ok({ ...offer, kinds: offer.kinds.filter(fits), asked: { accept, maxAge, because: point.because } });
}

async function stepUp({ mfa, request, visit }: Asked<WithSession>, answer: StepUpAnswer): Promise<ApiAnswer> {
  const done = await mfa.stepUp.complete(visit.token, answer);
  return done.outcome === 'refused'
    ? refused(request, done)
    : withToken({ outcome: 'stepped-up', kind: done.proof.kind }, done.token);
}

async function beginEnrolment({ mfa, request, visit, fields }: Asked<WithSession>): Promise<ApiAnswer> {
  const { right, kind, name } = fields;
  if (kind !== 'totp' && kind !== 'webauthn') return problem('malformed-request', request);
  const begun = await mfa.enrol.begin(visit.session, right, { kind }, name);
  return begun.outcome === 'refused' ? notEnrolled(request, begun) : ok(begun);
}

async function completeEnrolment({ mfa, request, visit, fields }: Asked<WithSession>): Promise<ApiAnswer> {
  const { challenge, code, response, name } = fields;
  const answer = response === undefined ? { code } : { response };
  const done = await mfa.enrol.complete(visit.token, challenge, answer, name);
  if (done.outcome === 'refused') return notEnrolled(request, done);
  const { outcome, factor, recoveryCodes, token } = done;
  return withToken({ outcome, factor, recoveryCodes: recoveryCodes ?? [] }, token);
}

async function changeFactor(
  { mfa, request, visit, fields }: Asked<WithSession>,
  act: (id: FactorId) => Promise<{ readonly outcome: 'renamed' } | Removed | Refused>,
): Promise<ApiAnswer> {
  const id = parseFactorId(fields['factor']);
  if (id === undefined) return problem('malformed-request', request);
  const done = await act(id);
  if ('reason' in done)
    return done.reason === 'not-by-code' ? problem('not-by-code', request) : refused(request, done);
  const accepted = await mfa.factors.accepted(visit.account);
  return ok({ ...done, ...(accepted !== undefined && { accepted }) });
}

async function listFactors({ mfa, visit: { account, session } }: Asked<Visit>): Promise<ApiAnswer> {
  const changes = await mfa.factors.changes(account, session);
  const factors = await mfa.factors.list(account);
  return ok({
    factors: factors.map((factor) => ({ ...factor, ...changes.get(factor.id) })),
    addable: await mfa.enrol.addableByProof(account),
  });
}

/** One that is gone already has ended, too. */
async function endOne({ mfa, request, visit, fields }: Asked<WithSession>): Promise<ApiAnswer> {
  const id = parseSessionId(fields['session']);
  const done = id === undefined ? 'absent' : await mfa.sessions.endOne(visit.session, id);
  return done === 'stays' ? problem('proof-first', request) : ok({ outcome: 'ended' });
}

function sessionView(visit: Visit): (session: Session) => Record<string, unknown> {
  return ({ id, agent, openedAt, seenAt }) => ({
    id,
    agent,
    openedAt,
    seenAt,
    own: id === visit.session?.id,
  });
}

export const calls: ReadonlyMap<string, Call> = new Map<string, Call>([
  [
    'GET /session',
    read(async ({ visit }) =>
      ok({
        account: visit.account,
        proofs: (visit.session?.proofs ?? []).map(({ kind, at }) => ({ kind, at })),
      }),
    ),
  ],
  ['POST /step-up', change(['resume'], beginStepUp)],
  [
    'POST /step-up/totp',
    change(['code'], (asked) => stepUp(asked, { kind: 'totp', code: asked.fields['code'] })),
  ],
  [
    'POST /step-up/recovery-code',
    change(['code'], (asked) => stepUp(asked, { kind: 'recovery-code', code: asked.fields['code'] })),
  ],
  [
    'POST /step-up/webauthn',
    change(['challenge', 'response'], (asked) =>
      stepUp(asked, {
        kind: 'webauthn',
        challenge: asked.fields['challenge'],
        response: asked.fields['response'],
      }),
    ),
  ],
  [
    'POST /resume',
    change(['resume'], async ({ mfa, request, visit, fields }) => {
      const point = await mfa.resume.take(visit.session, fields['resume']);
      return point === undefined ? problem('refused', request) : ok({ target: point.target });
    }),
  ],
  [
    'POST /enrol/ticket',
    change(['ticket'], async ({ mfa, request, visit, fields }) => {
      const granted = await mfa.enrol.redeemTicket(visit.session, fields['ticket']);
      return granted.outcome === 'refused' ? refused(request, granted) : ok(granted);
    }),
  ],
  [
    'POST /enrol/right',
    change([], async ({ mfa, request, visit }) => {
      const granted = await mfa.enrol.rightFromProof(visit.session);
      return granted.outcome === 'refused' ? refused(request, granted) : ok(granted);
    }),
  ],
  ['POST /enrol', change(['right', 'kind', 'name'], beginEnrolment)],
  ['POST /enrol/complete', change(['challenge', 'code', 'response', 'name'], completeEnrolment)],
  ['GET /factors', read(listFactors)],
  [
    'POST /factors/rename',
    change(['factor', 'name'], (asked) =>
      changeFactor(asked, (id) => asked.mfa.factors.rename(asked.visit.session, id, asked.fields['name'])),
    ),
  ],
  [
    'POST /factors/remove',
    change(['factor'], (asked) =>
      changeFactor(asked, (id) => asked.mfa.factors.remove(asked.visit.session, id)),
    ),
  ],
  [
    'POST /factors/recovery-codes',
    change([], async ({ mfa, request, visit }) => {
      const done = await mfa.factors.replaceRecoveryCodes(visit.session);
      return done.outcome === 'refused'
        ? refused(request, done)
        : ok({ outcome: done.outcome, recoveryCodes: done.codes });
    }),
  ],
  [
    'GET /sessions',
    read(async ({ mfa, visit }) =>
      ok({ sessions: (await mfa.sessions.list(visit.account)).map(sessionView(visit)) }),
    ),
  ],
  ['POST /sessions/end', change(['session'], endOne)],
  [
    'POST /sessions/end-others',
    change([], async ({ mfa, visit }) => ok(await mfa.sessions.endOthers(visit.session))),
  ],
  [
    'POST /sign-out',
    change([], async ({ mfa, visit }) => {
      await mfa.sessions.end(visit.session, 'person');
      return ok({ outcome: 'ended' }, [clearedSessionCookie]);
    }),
  ],
]);
