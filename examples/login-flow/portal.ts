// A portal that imports mfa-core itself: password login of its own, and one line on the route that shows a record.
// There is no gateway here. What is counted and written to a ledger in front of a portal, this portal would have to do
// itself; it shows the second factor only.
import { randomBytes, scryptSync, timingSafeEqual } from 'node:crypto';
import express, { type Express, type Request } from 'express';
import type { Mfa } from '@palier/mfa-core';
import { ceremoniesRouter, requireStepUp } from '@palier/mfa-core/express';
import { homePage, loginPage, recordPage, stepUpPage } from './pages.ts';

/** Logins of people who do not exist; a real portal has a table. */
export interface Login {
  readonly account: string;
  readonly password: string;
}

interface Kept {
  readonly salt: Uint8Array;
  readonly hash: Uint8Array;
}

const cookieName = 'LOGINFLOW';

/** The whole portal. `mfa` is made by `main.ts`; the portal's own sessions live in this process. */
export function createPortal(mfa: Mfa, logins: readonly Login[]): Express {
  const passwords = new Map(logins.map(({ account, password }) => [account, keep(password)]));
  const signedIn = new Map<string, string>();
  // The one function that tells mfa-core who is signed in.
  const account = (request: Request): string | undefined => signedIn.get(cookieOf(request));

  const app = express();
  app.disable('x-powered-by');
  app.use('/mfa', ceremoniesRouter({ mfa, account }));
  app.get('/', (request, response) => void response.send(homePage(account(request))));
  app.get('/login', (_request, response) => void response.send(loginPage(false)));
  app.post('/login', express.urlencoded({ extended: false, limit: '4kb' }), (request, response) => {
    const { login, password } = (request.body ?? {}) as { readonly login?: unknown; readonly password?: unknown };
    if (!isRight(passwords, login, password)) return void response.status(401).send(loginPage(true));
    const id = randomBytes(24).toString('base64url');
    signedIn.set(id, String(login));
    response.set('set-cookie', `${cookieName}=${id}; Path=/; HttpOnly; SameSite=Lax`).redirect(303, '/');
  });
  app.post('/logout', async (request, response) => {
    const name = account(request);
    signedIn.delete(cookieOf(request));
    for (const session of name === undefined ? [] : await mfa.sessions.list(name as never)) await mfa.sessions.end(session, 'person');
    response.redirect(303, '/');
  });
  app.get('/step-up', (request, response) => void response.send(stepUpPage(account(request))));
  // The line this example is about.
  app.get('/records/:id', requireStepUp({ mfa, account, accept: 'second-factor', maxAge: '12h', stepUpPage: '/step-up' }), (request, response) => {
    response.set('cache-control', 'no-store').send(recordPage(String(request.params['id'])));
  });
  return app;
}

function cookieOf(request: Request): string {
  const pairs = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${cookieName}=`))?.slice(cookieName.length + 1) ?? '';
}

function keep(password: string): Kept {
  const salt = randomBytes(16);
  return { salt, hash: scryptSync(password, salt, 32) };
}

const nobody = keep('nobody has this password');

/** The same work for a login that does not exist. */
function isRight(passwords: ReadonlyMap<string, Kept>, login: unknown, password: unknown): boolean {
  if (typeof login !== 'string' || typeof password !== 'string' || password.length > 200) return false;
  const { salt, hash } = passwords.get(login) ?? nobody;
  return timingSafeEqual(scryptSync(password, salt, 32), hash) && passwords.has(login);
}
