// The way to an identity provider and back: a form leads out, the provider's redirect leads in, and then the person goes
// on where she was stopped. What the answer is worth is judged in oidc/.
import type { Express, Request, Response } from 'express';
import { ProviderError } from '../oidc/provider-fetch.ts';
import type { CardOutcome, CardProvider, CardRefusal } from '../oidc/step-up.ts';
import { type PagesSetting, sendPage, type Visited } from './app.ts';
import type { CardWay } from './card-ways.ts';
import { html, page } from './page.ts';
import { type Person, setSessionCookie, type Visit } from './person.ts';
import { askSignIn, fieldsOf, goOn, show, textOf } from './step-up-routes.ts';
import { type Texts, texts } from './texts.ts';

/** The buttons of the providers on the step-up page. */
export function providerWays(cards: readonly CardProvider[]): readonly CardWay[] {
  return cards.map(({ name, label }) => ({
    action: `/.palier/oidc/${name}/step-up`,
    words: (language) => {
      const words = texts[language];
      return { button: `${words.providerButton} ${label}`, hint: words.providerHint };
    },
  }));
}

export function providerRoutes(app: Express, setting: PagesSetting, visited: Visited): void {
  for (const card of setting.cards) {
    app.post(
      `/.palier/oidc/${card.name}/step-up`,
      visited((visit, request, response) => leave(setting, card, visit, request, response)),
    );
    app.get(
      `/.palier/oidc/${card.name}/callback`,
      visited((visit, request, response) => comeBack(setting, card, visit, request, response)),
    );
  }
}

async function leave(
  setting: PagesSetting,
  card: CardProvider,
  visit: Visit,
  request: Request,
  response: Response,
): Promise<void> {
  if (visit.person === undefined) return askSignIn(setting, visit, response);
  const address = await reached(
    setting,
    visit,
    response,
    card.begin(visit.person.session, textOf(fieldsOf(request)['resume'])),
  );
  if (address !== undefined) sendAway(visit, response, card.label, address);
}

async function comeBack(
  setting: PagesSetting,
  card: CardProvider,
  visit: Visit,
  request: Request,
  response: Response,
): Promise<void> {
  const { person } = visit;
  if (person === undefined) return askSignIn(setting, visit, response);
  const finishing = card.finish(person.session, person.token, visit.request.query ?? '');
  const outcome = await reached(setting, visit, response, finishing);
  if (outcome !== undefined) await tell(setting, { ...visit, person }, request, response, outcome);
}

async function tell(
  setting: PagesSetting,
  visit: Visit & { readonly person: Person },
  request: Request,
  response: Response,
  outcome: CardOutcome,
): Promise<void> {
  if (outcome.outcome === 'refused') {
    const error = refusalOf(texts[visit.language], outcome.because);
    return show(setting, visit, request, response, error, outcome.resume);
  }
  setSessionCookie(response, outcome.token);
  const person = { ...visit.person, session: outcome.session, token: outcome.token };
  return goOn(setting, { ...visit, person }, response, outcome.resume);
}

function refusalOf(words: Texts, because: CardRefusal): string {
  return words.providerRefused[because];
}

/** A provider that is down is a 503 here, where it is needed, and nowhere else. */
async function reached<Value>(
  setting: PagesSetting,
  visit: Visit,
  response: Response,
  call: Promise<Value>,
): Promise<Value | undefined> {
  try {
    return await call;
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    setting.broken(error);
    sendDown(visit, response);
    return undefined;
  }
}

function sendDown(visit: Visit, response: Response): void {
  const words = texts[visit.language];
  const body = html`<h1>${{ text: words.providerDownTitle }}</h1>
<p role="alert">${{ text: words.providerDownHint }}</p>
<p><a class="button" href="/.palier/step-up">${{ text: words.continueButton }}</a></p>`;
  response.set('retry-after', '30');
  sendPage(response, 503, page({ language: visit.language, title: words.providerDownTitle, body }));
}

/**
 * A page that goes on by itself, with a link for who turned that off. Not a redirect: `form-action` would have to name
 * every host the provider may pass a posted form's redirect through.
 */
function sendAway(visit: Visit, response: Response, label: string, address: URL): void {
  const words = texts[visit.language];
  const title = `${words.leavingTitle} ${label}`;
  const body = html`<h1>${{ text: title }}</h1>
<p>${{ text: words.leavingHint }}</p>
<p><a class="button" id="away" href="${{ text: address.href }}">${{ text: `${words.leavingButton} ${label}` }}</a></p>`;
  response.set('refresh', `0; url=${address.href}`);
  sendPage(response, 200, page({ language: visit.language, title, body }));
}
