// Binding a factor: the ticket or the factor already held gives the right, the right is spent by the factor it binds.
import type { Refused, RightAnswer, WantedFactor } from '@palier/mfa-core';
import type { Express, Request, Response } from 'express';
import { setSessionCookie } from '../gate/session-cookie.ts';
import { sendPage, sendRefusal } from './answer.ts';
import { dateText } from './date-text.ts';
import {
  type Common,
  chooseByCodePage,
  choosePage,
  confirmPage,
  type EnrolWays,
  enrolledPage,
  enrolPage,
} from './enrol-page.ts';
import { keyNeedsOf, keyNeedsWords } from './key-needs.ts';
import type { PagesSetting, Visited } from './pages-setting.ts';
import type { Known } from './person.ts';
import { type Act, fieldsOf, refusalText, signedIn, textOf } from './step-up-routes.ts';
import { texts } from './texts.ts';

export function enrolRoutes(app: Express, setting: PagesSetting, visited: Visited): void {
  const known = signedIn(setting, visited);
  app.get(
    '/.palier/enrol',
    known((own, visit, request, response) => start(own, visit, request, response, undefined)),
  );
  app.post('/.palier/enrol/ticket', known(withTicket));
  app.post('/.palier/enrol/factor', known(withFactor));
  app.post('/.palier/enrol/totp', known(offerTotp));
  app.post('/.palier/enrol/totp/confirm', known(confirmTotp));
  app.post('/.palier/api/enrol/ticket', known(apiTicket));
  app.post('/.palier/api/enrol/begin', known(apiBegin));
  app.post('/.palier/api/enrol/complete', known(apiComplete));
}

type Granted = Extract<RightAnswer, { readonly outcome: 'granted' }>;

function common(visit: Known, request: Request, error: string | undefined): Common {
  const resume = textOf(fieldsOf(request)['resume']) || textOf(request.query['resume']);
  const otherLanguage = `/.palier/enrol?${new URLSearchParams({ resume, lang: visit.language === 'fr' ? 'en' : 'fr' })}`;
  return {
    language: visit.language,
    account: visit.person.identity.displayName,
    resume,
    error,
    otherLanguage,
  };
}

async function start(
  setting: PagesSetting,
  visit: Known,
  request: Request,
  response: Response,
  error: string | undefined,
): Promise<void> {
  const typed = textOf(fieldsOf(request)['ticket']).slice(0, 80);
  const view = { ...common(visit, request, error), ...(await waysOf(setting, visit)), typed };
  sendPage(response, error === undefined ? 200 : 400, enrolPage(view));
}

/** With a factor held, any of the ways adds another one; without, those the operator lets bind the first. */
async function waysOf(setting: PagesSetting, visit: Known): Promise<EnrolWays> {
  const { reception, card, first } = setting;
  const hasFactor = (await reception.mfa.factors.list(visit.person.session.account)).length > 0;
  return {
    hasFactor,
    card: card !== undefined && (hasFactor || first.includes('card')),
    ticket: hasFactor || first.includes('ticket'),
    keyNeeds: await keyNeedsOf(setting, visit),
  };
}

const withTicket: Act = async (setting, visit, request, response) => {
  const granted = await setting.reception.mfa.enrol.redeemTicket(
    visit.person.session,
    textOf(fieldsOf(request)['ticket']),
  );
  if (granted.outcome === 'refused')
    return start(setting, visit, request, response, texts[visit.language].ticketRefused);
  return choose(setting, visit, request, response, granted);
};

const withFactor: Act = async (setting, visit, request, response) => {
  const granted = await setting.reception.mfa.enrol.rightFromProof(visit.person.session);
  if (granted.outcome === 'refused')
    return start(setting, visit, request, response, texts[visit.language].rightRefused);
  return choose(setting, visit, request, response, granted);
};

/** Offers what the right binds, and nothing else. */
async function choose(
  setting: PagesSetting,
  visit: Known,
  request: Request,
  response: Response,
  { right, kinds }: Granted,
): Promise<void> {
  const view = { ...common(visit, request, undefined), right };
  const page = kinds.includes('webauthn')
    ? choosePage({ ...view, cardKeys: setting.cardKeys })
    : chooseByCodePage({ ...view, ...(await waysOf(setting, visit)) });
  sendPage(response, 200, page);
}

const offerTotp: Act = async (setting, visit, request, response) => {
  const name = textOf(fieldsOf(request)['name']);
  const begun = await setting.reception.mfa.enrol.begin(
    visit.person.session,
    fieldsOf(request)['right'],
    { kind: 'totp' },
    name,
  );
  if (begun.outcome === 'refused' || begun.totp === undefined)
    return start(setting, visit, request, response, texts[visit.language].rightRefused);
  const offer = { challenge: begun.challenge, name, ...begun.totp };
  sendPage(response, 200, confirmPage({ ...common(visit, request, undefined), ...offer }));
};

const confirmTotp: Act = async (setting, visit, request, response) => {
  const { challenge, code, name } = fieldsOf(request);
  const done = await setting.reception.mfa.enrol.complete(
    visit.person.token,
    challenge,
    { code },
    textOf(name),
  );
  if (done.outcome === 'enrolled')
    return sendPage(response, 200, await finished(setting, visit, request, response, done));
  const error = refusalText(setting, visit, done.retryAt);
  const again = await setting.reception.mfa.enrol.offered(visit.person.session, challenge);
  if (again === undefined)
    return start(setting, visit, request, response, texts[visit.language].rightRefused);
  const offer = { challenge: textOf(challenge), name: textOf(name), ...again };
  sendPage(response, 400, confirmPage({ ...common(visit, request, error), ...offer }));
};

type Enrolled = Extract<
  Awaited<ReturnType<PagesSetting['reception']['mfa']['enrol']['complete']>>,
  { readonly outcome: 'enrolled' }
>;

/** The last page; when the enrolment also proved something, the browser gets its new token with it. */
async function finished(
  setting: PagesSetting,
  visit: Known,
  request: Request,
  response: Response,
  done: Enrolled,
): Promise<string> {
  if (done.token !== undefined) setSessionCookie(response, done.token);
  const { activeFrom, addedAt } = done.factor;
  const waits = activeFrom > addedAt ? dateText(activeFrom, visit.language) : undefined;
  const view = common(visit, request, undefined);
  const next =
    view.resume === ''
      ? '/.palier/factors'
      : `/.palier/step-up/done?resume=${encodeURIComponent(view.resume)}`;
  const replaces = await mayReplace(setting, visit, done);
  return enrolledPage({ ...view, codes: done.recoveryCodes ?? [], activeFrom: waits, next, replaces });
}

/** What a key lets go it lets go tomorrow as well; the power of a ticket that bound an app is over in five minutes. */
async function mayReplace({ reception }: PagesSetting, { person }: Known, done: Enrolled): Promise<boolean> {
  if (done.token === undefined || done.factor.kind !== 'totp') return false;
  const held = await reception.mfa.factors.list(person.session.account);
  return held.some(({ id, kind }) => id !== done.factor.id && kind !== 'recovery-code');
}

const apiTicket: Act = async (setting, visit, request, response) => {
  const granted = await setting.reception.mfa.enrol.redeemTicket(
    visit.person.session,
    textOf(fieldsOf(request)['ticket']),
  );
  if (granted.outcome === 'refused') return sendRefusal(response, 400, texts[visit.language].ticketRefused);
  response.set('cache-control', 'no-store').json({ right: granted.right, kinds: granted.kinds });
};

function isTooWeak({ reason }: Refused): boolean {
  return reason === 'right-too-weak';
}

/** The one refusal with its reason: typing anything again would not help, a ticket does. */
function sendTooWeak(setting: PagesSetting, visit: Known, response: Response): void {
  sendRefusal(response, 403, keyNeedsWords(setting, visit), { name: 'right-too-weak' });
}

const apiBegin: Act = async (setting, visit, request, response) => {
  const { right, kind, name, asCard } = fieldsOf(request);
  if (kind !== 'webauthn' && kind !== 'totp')
    return sendRefusal(response, 400, texts[visit.language].rightRefused);
  const wanted: WantedFactor = kind === 'webauthn' ? { kind, asCard: asCard === true } : { kind: 'totp' };
  const begun = await setting.reception.mfa.enrol.begin(visit.person.session, right, wanted, textOf(name));
  if (begun.outcome === 'refused')
    return isTooWeak(begun)
      ? sendTooWeak(setting, visit, response)
      : sendRefusal(response, 400, texts[visit.language].rightRefused);
  const { outcome: _outcome, ...offer } = begun;
  response.set('cache-control', 'no-store').json(offer);
};

const apiComplete: Act = async (setting, visit, request, response) => {
  const { challenge, code, response: attestation, name } = fieldsOf(request);
  const answer = attestation === undefined ? { code } : { response: attestation };
  const done = await setting.reception.mfa.enrol.complete(
    visit.person.token,
    challenge,
    answer,
    textOf(name),
  );
  if (done.outcome === 'refused')
    return isTooWeak(done)
      ? sendTooWeak(setting, visit, response)
      : sendRefusal(response, 400, refusalText(setting, visit, done.retryAt), { retryAt: done.retryAt });
  const markup = await finished(setting, visit, request, response, done);
  response.set('cache-control', 'no-store').json({
    outcome: 'enrolled',
    factor: done.factor.id,
    recoveryCodes: done.recoveryCodes ?? [],
    page: markup,
  });
};
