// The Express shell of everything below /.palier/: pages, forms and the JSON API of the ceremonies. It never sees a
// proxied request, and nothing here decides about one: the way back after a step-up goes through `decide` again.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { isOwnOrigin } from '@palier/mfa-core';
import express, {
  type ErrorRequestHandler,
  type Express,
  type NextFunction,
  type Request,
  type Response,
} from 'express';
import helmet from 'helmet';
import type { CardPages } from '../card/card.ts';
import type { Providers } from '../oidc/providers.ts';
import { languageOf } from '../respond/negotiate.ts';
import { problems } from '../respond/problems.ts';
import { accountRoutes } from './account-routes.ts';
import { cardRoutes } from './card-routes.ts';
import type { CardWay } from './card-ways.ts';
import { enrolRoutes } from './enrol-routes.ts';
import { type GlassDesk, glassRoutes } from './glass-routes.ts';
import { type Person, type Reception, receive, type Visit } from './person.ts';
import { problemPage } from './problem-page.ts';
import { providerRoutes } from './provider-routes.ts';
import { stepUpRoutes } from './step-up-routes.ts';

export interface PagesSetting {
  readonly reception: Reception;
  /** The public origin; every state change must come from it. */
  readonly origin: string;
  /** Where people sign in to the portal. */
  readonly signInPath: string;
  readonly jwks: () => unknown;
  /** Told of exceptions; the person gets the 503 page. */
  readonly broken: (error: unknown) => void;
  readonly providers: Providers;
  readonly glass: GlassDesk;
  /** What the presence of this person still buys, for the page; undefined when there is none. */
  readonly presenceLeft: (person: Person) => Promise<number | undefined>;
  /** Ways to prove a card that lead away from our pages. */
  readonly cardWays: readonly CardWay[];
  /** Undefined where no card is read. */
  readonly card: CardPages | undefined;
  /** Whether some keys count as cards. */
  readonly cardKeys: boolean;
  /** How the right to bind the first factor is earned. */
  readonly first: readonly ('ticket' | 'card')[];
}

/** A route of ours: it gets who is there, and answers. */
export type Page = (visit: Visit, request: Request, response: Response) => Promise<void>;

/** Builds the app. Policy never rests on its mounting: `gateway.ts` hands it requests below /.palier/ and no others. */
export function createPages(setting: PagesSetting): Express {
  const app = express();
  app.disable('x-powered-by');
  app.set('query parser', 'simple');
  app.set('etag', false);
  app.set('case sensitive routing', true);
  app.set('strict routing', true);
  app.use('/.palier', security(setting.card?.origin));
  assets(app);
  app.get(
    '/.palier/jwks.json',
    (_request, response) => void response.set('cache-control', 'public, max-age=300').json(setting.jwks()),
  );
  app.use(express.urlencoded({ extended: false, limit: '16kb', parameterLimit: 20 }));
  app.use(express.json({ limit: '64kb', strict: true }));
  const visited =
    (page: Page) =>
    (request: Request, response: Response, next: NextFunction): void => {
      visit(setting, page, request, response).catch(next);
    };
  stepUpRoutes(app, setting, visited);
  enrolRoutes(app, setting, visited);
  accountRoutes(app, setting, visited);
  providerRoutes(app, setting, visited);
  glassRoutes(app, setting, visited);
  cardRoutes(app, setting, visited);
  app.use(
    (request, response) =>
      void sendProblem(response, 'not-found', languageOf(request.headers['accept-language'])),
  );
  app.use(onError(setting));
  return app;
}

export type Visited = (page: Page) => (request: Request, response: Response, next: NextFunction) => void;

async function visit(setting: PagesSetting, page: Page, request: Request, response: Response): Promise<void> {
  const received = await receive(setting.reception, request, response);
  if ('status' in received && received.reason === 'stopped')
    return sendProblem(response, 'stopped', languageOf(request.headers['accept-language']));
  if ('status' in received) return void response.status(received.status).type('text/plain').send('refused\n');
  if (
    request.method !== 'GET' &&
    request.method !== 'HEAD' &&
    !isOwnOrigin((name) => received.request.headers.get(name), [setting.origin])
  ) {
    return sendProblem(response, 'forbidden', received.language);
  }
  await page(received, request, response);
}

/** Our pages may be framed by nobody, run only our own scripts and post only to us; a form of ours leads to the card listener. */
function security(cards: string | undefined): ReturnType<typeof helmet> {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        connectSrc: ["'self'"],
        formAction: ["'self'", ...(cards === undefined ? [] : [cards])],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
      },
    },
    strictTransportSecurity: { maxAge: 31_536_000, includeSubDomains: false },
    xFrameOptions: { action: 'deny' },
    // Not no-referrer: with it browsers send "Origin: null" with our own forms. The origin alone tells nobody a path.
    referrerPolicy: { policy: 'strict-origin' },
  });
}

const assetFolder = new URL('../../assets/', import.meta.url);
const require = createRequire(import.meta.url);

function assets(app: Express): void {
  const files = {
    'style.css': ['text/css', readFileSync(new URL('style.css', assetFolder), 'utf8')],
    'ceremonies.js': ['text/javascript', readFileSync(new URL('ceremonies.js', assetFolder), 'utf8')],
    'client.js': ['text/javascript', readFileSync(new URL('client.js', assetFolder), 'utf8')],
    'tabs.js': ['text/javascript', readFileSync(new URL('tabs.js', assetFolder), 'utf8')],
    'done.js': ['text/javascript', readFileSync(new URL('done.js', assetFolder), 'utf8')],
    'webauthn.js': ['text/javascript', readFileSync(webauthnBundle(), 'utf8')],
  } as const;
  for (const [name, [type, text]] of Object.entries(files)) {
    app.get(
      `/.palier/${name}`,
      (_request, response) =>
        void response.set('cache-control', 'public, max-age=3600').type(type).send(text),
    );
  }
}

/** The bundle of @simplewebauthn/browser that defines one global; shipped as it is. */
function webauthnBundle(): string {
  return require
    .resolve('@simplewebauthn/browser')
    .replace(/(dist|script|esm)[\\/].*$/, '')
    .concat('dist/bundle/index.umd.min.js');
}

export function sendPage(response: Response, status: number, markup: string): void {
  response
    .status(status)
    .set('cache-control', 'no-store')
    .set('referrer-policy', 'strict-origin')
    .type('html')
    .send(markup);
}

export function sendProblem(
  response: Response,
  name: keyof typeof problems,
  language: Visit['language'],
): void {
  sendPage(response, problems[name].status, problemPage(problems[name], language, undefined));
}

interface MoreOfRefusal {
  readonly retryAt?: number | undefined;
  /** What helps is something else than trying again. */
  readonly name?: 'refused' | 'right-too-weak';
}

/** A JSON refusal: RFC 9457, one public sentence, and no reason why a proof was not right. */
export function sendRefusal(
  response: Response,
  status: number,
  title: string,
  { retryAt, name = 'refused' }: MoreOfRefusal = {},
): void {
  const body = {
    type: `urn:palier:problem:${name}`,
    title,
    status,
    ...(retryAt !== undefined && { retryAt }),
  };
  response
    .status(status)
    .set('cache-control', 'no-store')
    .type('application/problem+json')
    .send(`${JSON.stringify(body)}\n`);
}

function onError(setting: PagesSetting): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    const language = languageOf(request.headers['accept-language']);
    if (response.headersSent) return next(error);
    const status =
      typeof error === 'object' && error !== null && 'status' in error && typeof error.status === 'number'
        ? error.status
        : 503;
    if (status >= 400 && status < 500) return sendProblem(response, 'malformed', language);
    setting.broken(error);
    response.set('retry-after', '5');
    sendProblem(response, 'unavailable', language);
  };
}
