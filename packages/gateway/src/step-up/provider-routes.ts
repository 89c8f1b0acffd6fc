// The ways to an identity provider and back: a form leads out, the provider's redirect leads in, and then the person goes
// on where she was stopped. What the answer is worth is judged in oidc/.
import type { Express, Request, Response } from 'express';
import { sessionCookie, setSessionCookie } from '../gate/session-cookie.ts';
import { identityCookie } from '../oidc/identity-cookie.ts';
import { ProviderError } from '../oidc/provider-fetch.ts';
import type { Providers } from '../oidc/providers.ts';
import type { SignInOutcome, SignInProvider } from '../oidc/sign-in.ts';
import type { CardOutcome, CardProvider } from '../oidc/step-up.ts';
import { agentOf } from '../request/browser-name.ts';
import { cookieValue } from '../request/cookies.ts';
import { sendPage } from './answer.ts';
import type { CardWay } from './card-ways.ts';
import { sendOnward } from './onward.ts';
import type { PagesSetting, Visited } from './pages-setting.ts';
import type { Known, Visit } from './person.ts';
import { awayPage, providerDownPage, signInPage } from './provider-pages.ts';
import { askSignIn, fieldsOf, goOn, show, textOf } from './step-up-routes.ts';
import { texts } from './texts.ts';

/** The buttons of the providers on the step-up page. */
export function providerWays({ cards }: Providers): readonly CardWay[] {
  return cards.map(({ name, label }) => ({
    action: `/.palier/oidc/${name}/step-up`,
    words: (language) => {
      const words = texts[language];
      return { button: `${words.providerButton} ${label}`, hint: words.providerHint };
    },
  }));
}

export function providerRoutes(app: Express, setting: PagesSetting, visited: Visited): void {
  const { cards, signIns } = setting.providers;
  const at = (name: string, rest: string): string => `/.palier/oidc/${name}/${rest}`;
  for (const card of cards)
    app.post(
      at(card.name, 'step-up'),
      visited((visit, request, response) => toCard(setting, card, visit, request, response)),
    );
  if (signIns.length > 0 || setting.card?.signIn !== undefined)
    app.get(
      '/.palier/sign-in',
      visited(async (visit, request, response) => showSignIn(setting, visit, request, response)),
    );
  for (const one of signIns)
    app.post(
      at(one.name, 'sign-in'),
      visited((visit, request, response) => toSignIn(setting, one, visit, request, response)),
    );
  for (const name of new Set([...cards, ...signIns].map((one) => one.name)))
    app.get(
      at(name, 'callback'),
      visited((visit, request, response) => comeBack(setting, name, visit, request, response)),
    );
  // A call of the provider's own: no browser, no cookie, no origin; its token is all there is.
  for (const { name } of signIns)
    app.post(at(name, 'sign-out'), (request, response, next) => {
      fromProvider(setting, name, request, response).catch(next);
    });
}

async function toCard(
  setting: PagesSetting,
  card: CardProvider,
  visit: Visit,
  request: Request,
  response: Response,
): Promise<void> {
  if (visit.person === undefined) return askSignIn(setting, visit, response);
  const beginning = card.begin(visit.person.session, textOf(fieldsOf(request)['resume']));
  const address = await reached(setting, visit, response, beginning);
  if (address !== undefined) sendAway(visit, response, card.label, address);
}

async function toSignIn(
  setting: PagesSetting,
  provider: SignInProvider,
  visit: Visit,
  request: Request,
  response: Response,
): Promise<void> {
  const onward = setting.providers.onward.open(fieldsOf(request)['to']);
  const browser = browserOf(visit) ?? newBrowser(setting, response);
  const address = await reached(setting, visit, response, provider.begin(browser, onward));
  if (address !== undefined) sendAway(visit, response, provider.label, address);
}

/** One address for both uses of a provider: which it is, the store says, and never the answer. */
async function comeBack(
  setting: PagesSetting,
  name: string,
  visit: Visit,
  request: Request,
  response: Response,
): Promise<void> {
  const { person } = visit;
  const query = visit.request.query ?? '';
  const card = setting.providers.cards.find((one) => one.name === name);
  const signIn = setting.providers.signIns.find((one) => one.name === name);
  const isCard = person !== undefined && card !== undefined && (await card.isOf(person.session, query));
  if (signIn !== undefined && !isCard) return arrive(setting, signIn, visit, query, request, response);
  if (person === undefined || card === undefined) return askSignIn(setting, visit, response);
  const finishing = card.finish(person.session, person.token, query);
  const outcome = await reached(setting, visit, response, finishing);
  if (outcome !== undefined) await tellCard(setting, { ...visit, person }, request, response, outcome);
}

async function tellCard(
  setting: PagesSetting,
  visit: Known,
  request: Request,
  response: Response,
  outcome: CardOutcome,
): Promise<void> {
  if (outcome.outcome === 'refused') {
    const error = texts[visit.language].providerRefused[outcome.because];
    return show(setting, visit, request, response, error, outcome.resume);
  }
  setSessionCookie(response, outcome.token);
  const person = { ...visit.person, session: outcome.session, token: outcome.token };
  return goOn(setting, { ...visit, person }, response, outcome.resume, (target) =>
    sendOnward(visit, response, target),
  );
}

async function arrive(
  setting: PagesSetting,
  provider: SignInProvider,
  visit: Visit,
  query: string,
  request: Request,
  response: Response,
): Promise<void> {
  const before = cookieValue(visit.request.headers.get('cookie'), sessionCookie);
  const finishing = provider.finish({
    browser: browserOf(visit) ?? '',
    query,
    agent: agentOf(visit.request),
    before,
  });
  const outcome = await reached(setting, visit, response, finishing);
  // Back, or a second tab: whoever is signed in already need not read that an answer was used.
  if (outcome?.outcome === 'refused' && outcome.because === 'gone' && visit.person !== undefined)
    return response.redirect(303, '/');
  if (outcome !== undefined) tellSignIn(setting, visit, request, response, outcome);
}

function tellSignIn(
  setting: PagesSetting,
  visit: Visit,
  request: Request,
  response: Response,
  outcome: SignInOutcome,
): void {
  if (outcome.outcome === 'signed-in') {
    setSessionCookie(response, outcome.token);
    response.appendHeader('set-cookie', `${identityCookie}=${outcome.who}; ${attributes}`);
    sendOnward(visit, response, outcome.onward);
    return;
  }
  const error = texts[visit.language].signInRefused[outcome.because];
  sendPage(response, 400, signInPage(viewOf(setting, visit, request, error)));
}

export function showSignIn(setting: PagesSetting, visit: Visit, request: Request, response: Response): void {
  const { person } = visit;
  if (person !== undefined) response.redirect(303, setting.providers.onward.open(request.query['to']));
  else sendPage(response, 200, signInPage(viewOf(setting, visit, request, undefined)));
}

function viewOf(
  setting: PagesSetting,
  visit: Visit,
  request: Request,
  error: string | undefined,
): Parameters<typeof signInPage>[0] {
  const { to } = request.query;
  const onward = typeof to === 'string' ? to : '';
  const other = new URLSearchParams({ to: onward, lang: visit.language === 'fr' ? 'en' : 'fr' });
  return {
    language: visit.language,
    providers: setting.providers.signIns,
    card: setting.card?.signIn !== undefined,
    onward,
    error,
    otherLanguage: `/.palier/sign-in?${other}`,
  };
}

async function fromProvider(
  setting: PagesSetting,
  name: string,
  request: Request,
  response: Response,
): Promise<void> {
  const outcome = await setting.providers.fromProvider(name, fieldsOf(request)['logout_token']);
  response.set('cache-control', 'no-store');
  if (outcome.outcome === 'ended') return void response.status(200).end();
  response.status(400).json({ error: 'invalid_request' });
}

/** Signs out at the provider too, after it was done here; false when there is nowhere to go on. */
export async function goOnToSignOut(
  setting: PagesSetting,
  visit: Visit,
  response: Response,
): Promise<boolean> {
  const address = await setting.providers.signOut(visit.request);
  response.appendHeader('set-cookie', `${identityCookie}=; ${attributes}; Max-Age=0`);
  if (address === undefined) return false;
  sendAway(visit, response, address.host, address);
  return true;
}

export const attributes = 'Path=/; Secure; HttpOnly; SameSite=Lax';

/** Tells browsers apart before anybody is known, so that an answer cannot be brought home by another one (A227, A232). */
const browserCookie = '__Host-palier-visitor';

export function browserOf({ request }: Visit): string | undefined {
  const value = cookieValue(request.headers.get('cookie'), browserCookie);
  return value !== undefined && /^[A-Za-z0-9_-]{32}$/.test(value) ? value : undefined;
}

export function newBrowser({ providers }: PagesSetting, response: Response): string {
  const value = Buffer.from(providers.random(24)).toString('base64url');
  response.appendHeader('set-cookie', `${browserCookie}=${value}; ${attributes}`);
  return value;
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
    response.set('retry-after', '30');
    sendPage(response, 503, providerDownPage(visit.language, '/'));
    return undefined;
  }
}

function sendAway(visit: Visit, response: Response, label: string, address: URL): void {
  response.set('refresh', `0; url=${address.href}`);
  sendPage(response, 200, awayPage(visit.language, label, address));
}
