// The card on the main origin: two forms that send the browser to the card listener, and the address it comes back to.
import type { Express, Request, Response } from 'express';
import type { Way } from '../card/hand-over.ts';
import type { CardSignIn } from '../card/sign-in.ts';
import { cardTexts } from '../card/texts.ts';
import { sessionCookie, setSessionCookie } from '../gate/session-cookie.ts';
import { identityCookie } from '../oidc/identity-cookie.ts';
import { agentOf } from '../request/browser-name.ts';
import { cookieValue } from '../request/cookies.ts';
import { sendPage } from './answer.ts';
import type { CardWay } from './card-ways.ts';
import { dateText } from './date-text.ts';
import { choosePage } from './enrol-page.ts';
import { sendOnward } from './onward.ts';
import { html, page } from './page.ts';
import type { PagesSetting, Visited } from './pages-setting.ts';
import type { Known, Visit } from './person.ts';
import { attributes, browserOf, newBrowser } from './provider-routes.ts';
import { type Act, fieldsOf, goOn, signedIn, textOf } from './step-up-routes.ts';
import { texts } from './texts.ts';

/** The button of the card on the step-up page. */
export const certificateWay: CardWay = {
  action: '/.palier/step-up/card',
  words: (language) => cardTexts[language],
};

export function cardRoutes(app: Express, setting: PagesSetting, visited: Visited): void {
  if (setting.card === undefined) return;
  const known = signedIn(setting, visited);
  app.post('/.palier/step-up/card', known(send('step-up')));
  app.post('/.palier/enrol/card', known(send('enrol')));
  app.get('/.palier/card/done', known(comeBack));
  const { signIn } = setting.card;
  if (signIn === undefined) return;
  app.post(
    '/.palier/card/sign-in',
    visited((visit, request, response) => toSignIn(setting, signIn, visit, request, response)),
  );
  app.get(
    '/.palier/card/signed-in',
    visited((visit, request, response) => arrive(signIn, visit, request, response)),
  );
}

async function toSignIn(
  setting: PagesSetting,
  signIn: CardSignIn,
  visit: Visit,
  request: Request,
  response: Response,
): Promise<void> {
  const onward = setting.providers.onward.open(fieldsOf(request)['to']);
  const browser = browserOf(visit) ?? newBrowser(setting, response);
  const ask = signIn.begin(browser, onward);
  const address = `${setting.card?.origin}/.palier/card?${new URLSearchParams({ ask, lang: visit.language })}`;
  response.set('cache-control', 'no-store').redirect(303, address);
}

/** Back from the listener: only the browser that asked has the cookie that opens the answer. */
async function arrive(signIn: CardSignIn, visit: Visit, request: Request, response: Response): Promise<void> {
  const arrived = await signIn.finish({
    browser: browserOf(visit) ?? '',
    shown: textOf(request.query['shown']),
    agent: agentOf(visit.request),
    before: cookieValue(visit.request.headers.get('cookie'), sessionCookie),
  });
  if (arrived === undefined) return sendText(response, visit, 410, cardTexts[visit.language].problems.gone);
  setSessionCookie(response, arrived.token);
  response.appendHeader('set-cookie', `${identityCookie}=${arrived.who}; ${attributes}`);
  sendOnward(visit, response, arrived.onward);
}

function send(way: Way): Act {
  return async (setting, visit, request, response) => {
    const address = await setting.card?.ask(visit.person, way, textOf(fieldsOf(request)['resume']));
    if (address === undefined) return sendProblem(response, visit, 'no-person');
    // The listener may have a name of its own, and then none of our cookies.
    response.set('cache-control', 'no-store').redirect(303, `${address}&lang=${visit.language}`);
  };
}

const comeBack: Act = async (setting, visit, request, response) => {
  const redeemed = await setting.card?.redeem(visit.person, textOf(request.query['shown']));
  if (redeemed === undefined) return sendProblem(response, visit, 'gone');
  const { person, way, resume, ends } = redeemed;
  setSessionCookie(response, person.token);
  const now = { ...visit, person };
  if (way === 'enrol') return enrol(setting, now, resume, response);
  if (ends !== undefined) return sendPage(response, 200, endsPage(visit, resume, ends));
  return goOn(setting, now, response, resume, (target) => sendOnward(visit, response, target));
};

/** The proof just given is the right to bind a factor, if the operator lets cards do that. */
async function enrol(setting: PagesSetting, visit: Known, resume: string, response: Response): Promise<void> {
  const granted = await setting.reception.mfa.enrol.rightFromProof(visit.person.session);
  const view = {
    language: visit.language,
    account: visit.person.identity.displayName,
    resume,
    error: undefined,
    otherLanguage: `/.palier/enrol?${new URLSearchParams({ resume })}`,
  };
  if (granted.outcome === 'granted')
    return sendPage(response, 200, choosePage({ ...view, right: granted.right, cardKeys: setting.cardKeys }));
  return sendText(response, visit, 403, texts[visit.language].rightRefused);
}

function sendProblem(response: Response, visit: Known, problem: 'gone' | 'no-person'): void {
  sendText(response, visit, problem === 'gone' ? 410 : 403, cardTexts[visit.language].problems[problem]);
}

function sendText(response: Response, visit: Visit, status: number, text: string): void {
  const words = cardTexts[visit.language];
  const body = html`<h1>${{ text: words.title }}</h1>
<p class="error" role="alert">${{ text }}</p>
<p><a class="button" href="/.palier/step-up">${{ text: texts[visit.language].stepUpNow }}</a></p>`;
  sendPage(response, status, page({ language: visit.language, title: words.title, body }));
}

/** The gesture counted; the certificate ends soon. One click more, and only while that is so. */
function endsPage(visit: Known, resume: string, ends: number): string {
  const words = texts[visit.language];
  const text = `${cardTexts[visit.language].ends} ${dateText(ends, visit.language)}.`;
  const next = `/.palier/step-up/done?${new URLSearchParams({ resume })}`;
  const body = html`<h1>${{ text: words.provedTitle }}</h1>
<p class="note" role="status">${{ text }}</p>
<p><a class="button" href="${{ text: next }}">${{ text: words.continueButton }}</a></p>`;
  return page({ language: visit.language, title: words.provedTitle, body });
}
