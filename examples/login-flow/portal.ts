// A portal that had passwords only, with a second factor put on the routes that show patients. What was added is marked
// with an arrow in the margin; everything else was there before.
import { fileURLToPath } from 'node:url';
import type { Mfa } from '@palier/mfa-core';
import { ceremoniesRouter, requireStepUp, signOut } from '@palier/mfa-core/express';
import express, { type Express, type Request, type RequestHandler, type Response } from 'express';
import { createSignIns, passwordFits } from './accounts.ts';

const pages: string = fileURLToPath(new URL('./pages', import.meta.url));

export function createPortal(mfa: Mfa): Express {
  const app = express();
  const signIns = createSignIns();
  const { account } = signIns;
  const signedIn: RequestHandler = (request, response, next) =>
    account(request) === undefined ? response.redirect(303, '/login') : next();

  app.disable('x-powered-by');
  app.use('/static', express.static(pages, { index: false }));
  app.get('/login', page('login.html'));
  app.post('/login', express.urlencoded({ extended: false, limit: '4kb' }), (request, response) => {
    const { login, password } = fields(request);
    if (!passwordFits(login, password)) return response.redirect(303, '/login?refused');
    response.cookie('portal', signIns.begin(login), { httpOnly: true, sameSite: 'lax' });
    response.redirect(303, '/');
  });
  app.post('/logout', async (request, response) => {
    /* => */ await signOut(mfa, request, response);
    signIns.end(request);
    response.redirect(303, '/login');
  });
  app.get('/', signedIn, page('home.html'));
  /* => */ app.use('/mfa', ceremoniesRouter({ mfa, account, broken: console.error }));
  /* => */ app.get('/second-factor', signedIn, page('second-factor.html'));
  /* => */ const stepUpPage = '/second-factor';
  /* => */ const seePatients = requireStepUp({
    mfa,
    account,
    accept: 'second-factor',
    maxAge: '12h',
    stepUpPage,
  });
  /* => */ const orderCard = requireStepUp({
    mfa,
    account,
    accept: 'phishing-resistant',
    maxAge: '15m',
    stepUpPage,
  });
  app.get('/patients/:number', signedIn, /* => */ seePatients, (request, response) => {
    response
      .set('cache-control', 'no-store')
      .type('text')
      .send(`Droits ouverts : ${request.params['number']}\n`);
  });
  app.get('/cards/new', signedIn, /* => */ orderCard, page('home.html'));
  return app;
}

function page(name: string): RequestHandler {
  return (_request: Request, response: Response) =>
    response.set('cache-control', 'no-store').sendFile(name, { root: pages });
}

function fields(request: Request): { readonly login: string; readonly password: string } {
  const { login, password } = request.body as Record<string, unknown>;
  return {
    login: typeof login === 'string' ? login : '',
    password: typeof password === 'string' ? password : '',
  };
}
