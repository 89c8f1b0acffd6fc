// Break-glass as a page and as a call. Whether the glass breaks is budget/exemption.ts; here it only gets its words.
import type { Express, Request, Response } from 'express';
import type { GlassAnswer } from '../budget/exemption.ts';
import { sendPage, sendProblem, sendRefusal } from './answer.ts';
import { glassPage, glassRefusal } from './glass-page.ts';
import type { PagesSetting, Visited } from './pages-setting.ts';
import type { Known } from './person.ts';
import { type Act, fieldsOf, signedIn } from './step-up-routes.ts';

export function glassRoutes(app: Express, setting: PagesSetting, visited: Visited): void {
  const known = (act: Act): ReturnType<Visited> => signedIn(setting, visited)(whereCards(act));
  app.get(
    '/.palier/break-glass',
    known(async (own, visit, _request, response) => show(own, visit, response, undefined)),
  );
  app.post(
    '/.palier/break-glass',
    known(async (own, visit, request, response) =>
      show(own, visit, response, await own.glass.break(visit.person, reasonIn(request))),
    ),
  );
  app.post(
    '/.palier/api/break-glass',
    known(async (own, visit, request, response) => {
      const answer = await own.glass.break(visit.person, reasonIn(request));
      if (answer.outcome === 'refused')
        return sendRefusal(response, statusOf(answer), glassRefusal(visit.language, answer.because));
      const { records, until } = answer.glass;
      response
        .set('cache-control', 'no-store')
        .json({ outcome: 'broken', records, until: new Date(until).toISOString() });
    }),
  );
}

/** Without a card no glass breaks: nobody is to write a reason first and learn it then. */
function whereCards(act: Act): Act {
  return async (setting, visit, request, response) =>
    setting.showsCards
      ? act(setting, visit, request, response)
      : sendProblem(response, 'not-found', visit.language);
}

/** Longer than any rule allows, but bounded: too long is said, not cut. */
function reasonIn(request: Request): string {
  const { reason } = fieldsOf(request);
  return typeof reason === 'string' ? reason.slice(0, 2000) : '';
}

function statusOf({ because }: Extract<GlassAnswer, { readonly outcome: 'refused' }>): number {
  return because === 'reason-too-short' || because === 'reason-too-long' ? 400 : 403;
}

function show(
  { glass }: PagesSetting,
  { language, person }: Known,
  response: Response,
  answer: GlassAnswer | undefined,
): void {
  const refused = answer?.outcome === 'refused' ? answer : undefined;
  const view = {
    language,
    account: person.identity.displayName,
    rules: glass.rules,
    refused: refused?.because,
    broken: answer?.outcome === 'broken' ? answer.glass : undefined,
    otherLanguage: `/.palier/break-glass?lang=${language === 'fr' ? 'en' : 'fr'}`,
  };
  sendPage(response, refused === undefined ? 200 : statusOf(refused), glassPage(view));
}
