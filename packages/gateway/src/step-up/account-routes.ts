// The person's own pages: factors and sessions. Every change of a factor is itself a step-up act (R8), judged by
// mfa-core; here it only gets its words.

import {
  acceptWords,
  type EndedOthers,
  type FactorView,
  parseFactorId,
  parseSessionId,
  type Refused,
  secondsOf,
} from '@palier/mfa-core';
import type { Express, Response } from 'express';
import { clearSessionCookie } from '../gate/session-cookie.ts';
import { type FactorRow, factorsPage, sessionsPage } from './account-pages.ts';
import { sendPage } from './answer.ts';
import { keyNeedsOf } from './key-needs.ts';
import type { PagesSetting, Visited } from './pages-setting.ts';
import type { Known, Visit } from './person.ts';
import { goOnToSignOut } from './provider-routes.ts';
import { removalWords } from './removal-words.ts';
import { type Act, fieldsOf, signedIn, textOf } from './step-up-routes.ts';
import { texts } from './texts.ts';

export function accountRoutes(app: Express, setting: PagesSetting, visited: Visited): void {
  const known = signedIn(setting, visited);
  app.get(
    '/.palier/factors',
    known((own, visit, _request, response) => showFactors(own, visit, response, undefined, [])),
  );
  app.post('/.palier/factors/rename', known(rename));
  app.post('/.palier/factors/remove', known(remove));
  app.post('/.palier/factors/recovery-codes', known(replaceCodes));
  app.get('/.palier/sessions', known(showSessions));
  app.post('/.palier/sessions/end', known(endOne));
  app.post('/.palier/sessions/end-others', known(endOthers));
  app.post('/.palier/sign-out', known(signOut));
}

function other(path: string, visit: Visit): string {
  return `${path}?lang=${visit.language === 'fr' ? 'en' : 'fr'}`;
}

async function showFactors(
  setting: PagesSetting,
  visit: Known,
  response: Response,
  error: string | undefined,
  codes: readonly string[],
): Promise<void> {
  const { mfa } = setting.reception;
  const now = Date.now();
  const { account } = visit.person.session;
  const added = new Set((await mfa.factors.addedLately(account)).map(({ id }) => id));
  const changes = await mfa.factors.changes(account, visit.person.session);
  const held = (await mfa.factors.list(account)).toSorted(inOrder);
  const called = new Map(
    held.map(({ id, name, kind }) => [id, name || texts[visit.language].factorKinds[kind]]),
  );
  const rows = held.map(
    (factor): FactorRow => ({
      id: factor.id,
      kind: factor.kind,
      name: factor.name,
      addedAt: factor.addedAt,
      isNew: added.has(factor.id),
      boundWith: factor.boundWith && called.get(factor.boundWith),
      lastUsedAt: factor.lastUsedAt,
      activeFrom: factor.activeFrom > now && !factor.unfinished ? factor.activeFrom : undefined,
      unfinished: factor.unfinished === true,
      disabled: factor.disabledAt !== undefined,
      remaining: factor.remaining,
      changes: changes.get(factor.id),
    }),
  );
  const view = {
    language: visit.language,
    account: visit.person.identity.displayName,
    error,
    otherLanguage: other('/.palier/factors', visit),
  };
  const keyNeeds = await keyNeedsOf(setting, visit);
  const resume = error === undefined ? '' : await backAfterGesture(setting, visit, '/.palier/factors');
  sendPage(
    response,
    error === undefined ? 200 : 403,
    factorsPage({ ...view, factors: rows, codes, keyNeeds, resume }),
  );
}

/** Oldest first, whatever the store; codes are no key, and come last however often they are replaced. */
function inOrder(one: FactorView, other: FactorView): number {
  const codes = Number(one.kind === 'recovery-code') - Number(other.kind === 'recovery-code');
  return codes || one.addedAt - other.addedAt || (one.id < other.id ? -1 : 1);
}

/** After the gesture that a change asks for, back here: who came to take a thief's app away need not look for the page. */
function backAfterGesture(
  { reception }: PagesSetting,
  { person }: Known,
  page: '/.palier/factors' | '/.palier/sessions',
): Promise<string> {
  const requirement = {
    kind: 'step-up',
    accept: acceptWords['second-factor'],
    maxAge: secondsOf(5 * 60),
  } as const;
  return reception.mfa.resume.hold(person.session, page, { requirement, because: 'too-old' });
}

const rename: Act = async (setting, visit, request, response) => {
  const id = parseFactorId(textOf(fieldsOf(request)['factor']));
  const done =
    id !== undefined &&
    (await setting.reception.mfa.factors.rename(visit.person.session, id, textOf(fieldsOf(request)['name'])));
  if (done === false || done.outcome === 'refused')
    return showFactors(setting, visit, response, refusalOf(visit, done), []);
  response.redirect(303, '/.palier/factors');
};

function refusalOf({ language }: Visit, done: false | Refused): string {
  const isByCode = done !== false && done.reason === 'not-by-code';
  return isByCode ? removalWords[language].notByCode : texts[language].changeRefused;
}

const remove: Act = async (setting, visit, request, response) => {
  const id = parseFactorId(textOf(fieldsOf(request)['factor']));
  const done = id !== undefined && (await setting.reception.mfa.factors.remove(visit.person.session, id));
  if (done === false || done.outcome === 'refused')
    return showFactors(setting, visit, response, refusalOf(visit, done), []);
  response.redirect(303, '/.palier/factors');
};

const replaceCodes: Act = async (setting, visit, _request, response) => {
  const done = await setting.reception.mfa.factors.replaceRecoveryCodes(visit.person.session);
  if (done.outcome === 'refused')
    return showFactors(setting, visit, response, texts[visit.language].changeRefused, []);
  return showFactors(setting, visit, response, undefined, done.codes);
};

const showSessions: Act = (setting, visit, _request, response) =>
  sendSessions(setting, visit, response, undefined);

async function sendSessions(
  setting: PagesSetting,
  visit: Known,
  response: Response,
  done: EndedOthers | undefined,
): Promise<void> {
  const sessions = await setting.reception.mfa.sessions.list(visit.person.session.account);
  const rows = sessions.map(({ id, agent, openedAt, seenAt }) => ({
    id,
    agent,
    openedAt,
    seenAt,
    own: id === visit.person.session.id,
  }));
  const view = {
    language: visit.language,
    account: visit.person.identity.displayName,
    error: undefined,
    otherLanguage: other('/.palier/sessions', visit),
  };
  const resume =
    done === undefined || done.stay === 0 ? '' : await backAfterGesture(setting, visit, '/.palier/sessions');
  const ended = done === undefined ? undefined : { ...done, resume };
  sendPage(response, 200, sessionsPage({ ...view, sessions: rows, ended }));
}

const endOne: Act = async (setting, visit, request, response) => {
  const id = parseSessionId(textOf(fieldsOf(request)['session']));
  const { sessions } = setting.reception.mfa;
  const done = id === undefined ? 'absent' : await sessions.endOne(visit.person.session, id);
  if (done === 'stays') return sendSessions(setting, visit, response, { ended: 0, stay: 1 });
  response.redirect(303, '/.palier/sessions');
};

const endOthers: Act = async (setting, visit, _request, response) => {
  const done = await setting.reception.mfa.sessions.endOthers(visit.person.session);
  return sendSessions(setting, visit, response, done);
};

const signOut: Act = async (setting, visit, _request, response) => {
  await setting.reception.mfa.sessions.end(visit.person.session, 'person');
  clearSessionCookie(response);
  if (!(await goOnToSignOut(setting, visit, response))) response.redirect(303, '/');
};
