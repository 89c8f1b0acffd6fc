// The step-up page, its forms that work without script, and the JSON calls of its passkey button.

import { acceptWords, bestProof, type ProofKind, type ResumePoint } from '@palier/mfa-core';
import type { Express, Request, Response } from 'express';
import { isLedFromElsewhere } from '../gate/foreign-links.ts';
import { setSessionCookie } from '../gate/session-cookie.ts';
import { isForPrograms, sendPage, sendProblem, sendRefusal } from './answer.ts';
import { momentText } from './date-text.ts';
import { keyNeedsOf } from './key-needs.ts';
import { html, page } from './page.ts';
import type { PagesSetting, Visited } from './pages-setting.ts';
import { type Known, overtaken, type Person, type Visit } from './person.ts';
import { type StepUpView, stepUpPage } from './step-up-page.ts';
import { texts } from './texts.ts';
import { type Because, isBecause } from './why-words.ts';

export function stepUpRoutes(app: Express, setting: PagesSetting, visited: Visited): void {
  app.get(
    '/.palier/step-up',
    visited((visit, request, response) => show(setting, visit, request, response, undefined)),
  );
  app.post(
    '/.palier/step-up/totp',
    visited((visit, request, response) => codeForm(setting, visit, request, response, 'totp')),
  );
  app.post(
    '/.palier/step-up/recovery-code',
    visited((visit, request, response) => codeForm(setting, visit, request, response, 'recovery-code')),
  );
  app.get(
    '/.palier/step-up/done',
    visited((visit, request, response) => goOn(setting, visit, response, textOf(request.query['resume']))),
  );
  app.get(
    '/.palier/api/session',
    visited((visit, _request, response) => showSession(setting, visit, response)),
  );
  app.post(
    '/.palier/api/step-up',
    visited((visit, _request, response) => begin(setting, visit, response)),
  );
  app.post(
    '/.palier/api/step-up/:kind',
    visited((visit, request, response) => complete(setting, visit, request, response)),
  );
}

/** A single text value of a query or form; repeats and objects are nothing. */
export function textOf(value: unknown): string {
  return typeof value === 'string' && value.length <= 200 ? value : '';
}

/** Fields of a form or JSON body; anything but an object has none. */
export function fieldsOf(request: Request): Readonly<Record<string, unknown>> {
  const body: unknown = request.body;
  return typeof body === 'object' && body !== null && !Array.isArray(body)
    ? (body as Record<string, unknown>)
    : {};
}

/** The step-up page; `resume` where the way back is not in the request. */
export async function show(
  setting: PagesSetting,
  visit: Visit,
  request: Request,
  response: Response,
  error: string | undefined,
  resume?: string,
): Promise<void> {
  if (visit.person === undefined) return askSignIn(setting, visit, response);
  const ticket = resume ?? (textOf(fieldsOf(request)['resume']) || textOf(request.query['resume']));
  const point = await setting.reception.mfa.resume.peek(visit.person.session, ticket);
  if (point !== undefined && isProvedSince(visit.person, point))
    return goOn(setting, visit, response, ticket);
  const isLed = isLedHere(setting, visit, request);
  const view = await viewOf(setting, visit, visit.person, { ticket, point, error, isLed });
  sendPage(response, error === undefined ? 200 : 400, stepUpPage(view));
}

/**
 * Whether another site opened this window, where that is asked about: all of them would be paid for by the one gesture that
 * the person meant for another. The link to the other language is of this site, and says it on.
 */
function isLedHere(setting: PagesSetting, visit: Visit, { query }: Request): boolean {
  return 'led' in query || isLedFromElsewhere(visit.request.headers, setting.foreignLinks);
}

/**
 * Whether the gesture was made meanwhile, in another tab: then this one goes on without a second. Younger than the stop,
 * not as young: what is stopped again for the same proof is asked again. A request that the gesture overtook was stopped
 * after it; it is judged once more by what the browser holds now, and cannot be overtaken by the same gesture again.
 */
function isProvedSince({ session }: Person, { requirement, because, heldAt }: ResumePoint): boolean {
  const best = bestProof(session.proofs, requirement);
  return best !== undefined && (because === overtaken || best.at > heldAt);
}

interface Stopped {
  readonly ticket: string;
  readonly point: ResumePoint | undefined;
  readonly error: string | undefined;
  readonly isLed: boolean;
}

async function viewOf(
  setting: PagesSetting,
  visit: Visit,
  person: Person,
  { ticket, point: resume, error, isLed }: Stopped,
): Promise<StepUpView> {
  const accept = resume?.requirement.accept ?? acceptWords['second-factor'];
  const factors = await setting.reception.mfa.factors.list(person.session.account);
  const begun = await setting.reception.mfa.stepUp.begin(person.session, {});
  const usable = begun.kinds.filter(
    (kind: ProofKind) => accept.includes(kind) || (kind === 'webauthn' && accept.includes('card')),
  );
  return {
    language: visit.language,
    account: person.identity.displayName,
    because: reasonOf(resume?.because),
    again: resume?.again && momentText(resume.again, setting.now(), visit.language),
    // Told only where nothing that is held helps.
    keyNeeds: usable.length === 0 ? await keyNeedsOf(setting, { ...visit, person }) : undefined,
    kinds: usable,
    cards: accept.includes('card')
      ? setting.cardWays.map(({ action, words }) => ({ action, ...words(visit.language) }))
      : [],
    enrolled: factors.some(({ unfinished }) => unfinished !== true),
    showsCards: setting.showsCards,
    addedLately: begun.addedLately,
    resume: ticket,
    held: resume?.form !== undefined,
    follows: !isLed,
    proved: newestOf(person),
    error,
    otherLanguage: otherLanguage(visit, ticket, isLed),
  };
}

function otherLanguage({ language }: Visit, resume: string, isLed: boolean): string {
  const lang = language === 'fr' ? 'en' : 'fr';
  return `/.palier/step-up?${new URLSearchParams({ resume, lang, ...(isLed && { led: '' }) })}`;
}

/** When the person last proved anything, as `api/session` says it; empty for never. */
function newestOf({ session }: Person): string {
  const newest = session.proofs.at(-1);
  return newest === undefined ? '' : new Date(newest.at).toISOString();
}

/** The sentence for a reason; a reason without one is told as the first stop. */
function reasonOf(because: string | undefined): Because {
  return because !== undefined && isBecause(because) ? because : 'no-proof';
}

export function askSignIn(setting: PagesSetting, visit: Visit, response: Response): void {
  const words = texts[visit.language];
  if (isForPrograms(response)) return void sendRefusal(response, 401, words.signIn);
  const body = html`<h1>${{ text: words.stepUpTitle }}</h1><p>${{ text: words.signIn }}</p><p><a class="button" href="${{ text: setting.signInPath }}">${{ text: words.toPortal }}</a></p>`;
  sendPage(response, 401, page({ language: visit.language, title: words.stepUpTitle, body }));
}

async function codeForm(
  setting: PagesSetting,
  visit: Visit,
  request: Request,
  response: Response,
  kind: 'totp' | 'recovery-code',
): Promise<void> {
  if (visit.person === undefined) return askSignIn(setting, visit, response);
  const code = fieldsOf(request)['code'];
  const result = await setting.reception.mfa.stepUp.complete(visit.person.token, { kind, code });
  if (result.outcome === 'refused')
    return show(setting, visit, request, response, refusalText(setting, visit, result.retryAt));
  setSessionCookie(response, result.token);
  const person = { ...visit.person, session: result.session, token: result.token };
  return goOn(setting, { ...visit, person }, response, textOf(fieldsOf(request)['resume']));
}

export function refusalText(setting: PagesSetting, visit: Visit, retryAt: number | undefined): string {
  const words = texts[visit.language];
  return retryAt === undefined
    ? words.refused
    : `${words.refusedUntil} ${momentText(retryAt, setting.now(), visit.language)}.`;
}

/** After the gesture: back to where the person was stopped, once. `send`: how, where another site led here. */
export async function goOn(
  setting: PagesSetting,
  visit: Visit,
  response: Response,
  ticket: string,
  send: (target: string) => void = (target) =>
    response.set('cache-control', 'no-store').redirect(303, target),
): Promise<void> {
  if (visit.person === undefined) return askSignIn(setting, visit, response);
  const resume = await setting.reception.mfa.resume.peek(visit.person.session, ticket);
  if (resume === undefined)
    return sendPage(response, 200, donePage(visit, await setting.presenceLeft(visit.person)));
  if (resume.form === undefined) await setting.reception.mfa.resume.take(visit.person.session, ticket);
  else response.appendHeader('set-cookie', heldCookie(ticket));
  send(resume.target);
}

/** Names the held form for the very next request to its address; `gate/held-form.ts` spends it. */
function heldCookie(ticket: string): string {
  return `__Host-palier-held-${ticket.slice(4, 16)}=${ticket}; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=60`;
}

/** Shown when there is nothing to go back to: the dialog of `client.js` closes itself. Says what the gesture bought. */
function donePage(visit: Visit, presenceLeft: number | undefined): string {
  const words = texts[visit.language];
  const left =
    presenceLeft === undefined
      ? undefined
      : html`<p class="hint">${{ text: `${words.presence} ${presenceLeft} ${words.presencePersons}` }}</p>`;
  const body = html`<h1>${{ text: words.provedTitle }}</h1><p class="done" role="status">${{ text: words.provedHint }}</p>${left}<p><a class="button" href="/">${{ text: words.toPortal }}</a></p>`;
  return page({ language: visit.language, title: words.provedTitle, body, scripts: ['done.js'] });
}

async function showSession(setting: PagesSetting, visit: Visit, response: Response): Promise<void> {
  if (visit.person === undefined) return askSignIn(setting, visit, response);
  const { identity, session } = visit.person;
  const proofs = session.proofs.map(({ kind, at }) => ({ kind, at: new Date(at).toISOString() }));
  response.set('cache-control', 'no-store').json({
    account: identity.account,
    class: identity.class,
    proofs,
    presenceLeft: await setting.presenceLeft(visit.person),
  });
}

async function begin(setting: PagesSetting, visit: Visit, response: Response): Promise<void> {
  if (visit.person === undefined) return askSignIn(setting, visit, response);
  const begun = await setting.reception.mfa.stepUp.begin(visit.person.session, {});
  response.set('cache-control', 'no-store').json(begun);
}

const answerKinds = new Set(['totp', 'webauthn', 'recovery-code']);

async function complete(
  setting: PagesSetting,
  visit: Visit,
  request: Request,
  response: Response,
): Promise<void> {
  const kind = textOf(request.params['kind']);
  if (!answerKinds.has(kind)) return sendProblem(response, 'not-found', visit.language);
  if (visit.person === undefined) return askSignIn(setting, visit, response);
  if (!request.is('application/json')) return sendRefusal(response, 415, 'application/json');
  const { code, challenge, response: assertion } = fieldsOf(request);
  const answer =
    kind === 'webauthn'
      ? ({ kind, challenge, response: assertion } as const)
      : { kind: kind as 'totp' | 'recovery-code', code };
  const result = await setting.reception.mfa.stepUp.complete(visit.person.token, answer);
  if (result.outcome === 'refused')
    return sendRefusal(response, 400, refusalText(setting, visit, result.retryAt), {
      retryAt: result.retryAt,
    });
  setSessionCookie(response, result.token);
  response.set('cache-control', 'no-store').json({ outcome: 'stepped-up', kind: result.proof.kind });
}

/** What a page for signed-in people does; `visit.person` is there. */
export type Act = (
  setting: PagesSetting,
  visit: Known,
  request: Request,
  response: Response,
) => Promise<void>;

/** Wraps an act: whoever is not signed in at the portal is sent there first. */
export function signedIn(setting: PagesSetting, visited: Visited): (act: Act) => ReturnType<Visited> {
  return (act) =>
    visited(async (visit, request, response) => {
      const { person } = visit;
      return person === undefined
        ? askSignIn(setting, visit, response)
        : act(setting, { ...visit, person }, request, response);
    });
}
