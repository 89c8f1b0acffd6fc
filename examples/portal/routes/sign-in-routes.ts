// Signing in and out, and the way back in for those who read the account's mail.

import type { Accounts } from '../accounts.ts';
import { type Answer, page, seeOther } from '../http/answer.ts';
import { open, type Route } from '../http/routes.ts';
import { SESSION_COOKIE, type Visit } from '../http/visit.ts';
import { texts } from '../locales/texts.ts';
import { sentencePage } from '../pages/layout.ts';
import { forgottenPage, loginPage, resetPage } from '../pages/sign-in-pages.ts';
import { type Mail, type PasswordResets, SHORTEST_PASSWORD } from '../sign-in/password-resets.ts';
import type { Sessions } from '../sign-in/sessions.ts';

interface Parts {
  readonly accounts: Accounts;
  readonly sessions: Sessions;
  readonly resets: PasswordResets;
  readonly mail: (mail: Mail) => void | Promise<void>;
}

/** Lists the routes of signing in. */
export function signInRoutes(parts: Parts): readonly Route[] {
  return [
    open('GET /login', (visit) =>
      page(200, loginPage(visit.language, { next: localPath(visit.query.get('next')) })),
    ),
    open('POST /login', (visit) => signIn(parts, visit)),
    open('POST /logout', (visit) => signOut(parts, visit)),
    open('GET /mot-de-passe-oublie', (visit) => page(200, forgottenPage(visit.language))),
    open('POST /mot-de-passe-oublie', (visit) => mailResetLinks(parts, visit)),
    open('GET /reinitialiser/{token}', (visit) => showReset(parts, visit)),
    open('POST /reinitialiser/{token}', (visit) => reset(parts, visit)),
  ];
}

async function signIn({ accounts, sessions }: Parts, visit: Visit): Promise<Answer> {
  const form = await visit.form();
  const next = localPath(form.get('next'));
  const login = (form.get('login') ?? '').trim().toLowerCase();
  const account = await accounts.checkPassword(login, form.get('password') ?? '');
  if (account === undefined) {
    const problem = texts(visit.language).signInFailed;
    return page(401, loginPage(visit.language, { next, login, problem }));
  }
  // A new id at each sign-in: an id known to somebody beforehand must not become a session.
  if (visit.sessionId !== undefined) sessions.end(visit.sessionId);
  return seeOther(next, { 'Set-Cookie': sessionCookie(sessions.open(account.login)) });
}

function signOut({ sessions }: Parts, visit: Visit): Answer {
  if (visit.sessionId !== undefined) sessions.end(visit.sessionId);
  return seeOther('/login', { 'Set-Cookie': `${sessionCookie('')}; Max-Age=0` });
}

// The same sentence whether the address is known or not.
async function mailResetLinks({ accounts, resets, mail }: Parts, visit: Visit): Promise<Answer> {
  const form = await visit.form();
  for (const { login, email } of accounts.findByEmail(form.get('email') ?? '')) {
    await mail({ to: email, login, link: `/reinitialiser/${resets.begin(login)}` });
  }
  const t = texts(visit.language);
  return page(200, sentencePage(visit, t.forgotten, t.resetSent));
}

function showReset({ resets }: Parts, visit: Visit): Answer {
  const token = visit.param('token');
  return resets.isLive(token) ? page(200, resetPage(visit.language, token)) : resetExpired(visit);
}

async function reset({ accounts, sessions, resets }: Parts, visit: Visit): Promise<Answer> {
  const t = texts(visit.language);
  const password = (await visit.form()).get('password') ?? '';
  const token = visit.param('token');
  if (password.length < SHORTEST_PASSWORD && resets.isLive(token)) {
    return page(422, resetPage(visit.language, token, t.passwordTooShort));
  }
  const login = resets.take(token);
  if (login === undefined) return resetExpired(visit);
  await accounts.changePassword(login, password);
  sessions.endAllOf(login);
  return page(200, loginPage(visit.language, { next: '/', login, notice: t.resetDone }));
}

function resetExpired(visit: Visit): Answer {
  const t = texts(visit.language);
  return page(410, sentencePage(visit, t.forgotten, t.resetExpired));
}

// SameSite=Lax keeps other sites from posting forms in this session. No Secure: the portal speaks plain
// HTTP on the loopback, and what stands in front of it may add the attribute.
function sessionCookie(value: string): string {
  return `${SESSION_COOKIE}=${value}; Path=/; HttpOnly; SameSite=Lax`;
}

// Browsers read `//host` and `/\host` as another site and drop tabs and line ends before looking.
function localPath(next: string | null): string {
  return next !== null && /^\/(?![/\\])[\x21-\x7e]*$/.test(next) ? next : '/';
}
