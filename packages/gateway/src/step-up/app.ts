// The Express shell of everything below /.palier/: pages, forms and the JSON API of the ceremonies. It never sees a
// proxied request, and nothing here decides about one: the way back after a step-up goes through `decide` again.
import { isOwnOrigin } from '@palier/mfa-core';
import express, {
  type ErrorRequestHandler,
  type Express,
  type NextFunction,
  type Request,
  type Response,
} from 'express';
import helmet from 'helmet';
import { spokenLanguage } from '../respond/language.ts';
import type { Language } from '../respond/problems.ts';
import { accountRoutes } from './account-routes.ts';
import { sendProblem } from './answer.ts';
import { assets } from './assets.ts';
import { cardRoutes } from './card-routes.ts';
import { enrolRoutes } from './enrol-routes.ts';
import { glassRoutes } from './glass-routes.ts';
import type { Page, PagesSetting } from './pages-setting.ts';
import { receive } from './person.ts';
import { providerRoutes } from './provider-routes.ts';
import { stepUpRoutes } from './step-up-routes.ts';

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
  app.use((request, response) => void sendProblem(response, 'not-found', languageFor(request)));
  app.use(onError(setting));
  return app;
}

async function visit(setting: PagesSetting, page: Page, request: Request, response: Response): Promise<void> {
  const received = await receive(setting.reception, request, response);
  if ('status' in received) {
    const name = received.reason === 'stopped' ? 'stopped' : 'malformed';
    const { status } = received;
    return sendProblem(response, name, languageFor(request), { status, signOut: setting.signOut });
  }
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

function onError(setting: PagesSetting): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    const language = languageFor(request);
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

/** Also for what never became canonical. */
function languageFor(request: Request): Language {
  return spokenLanguage((name) => request.get(name));
}
