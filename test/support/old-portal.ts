// A portal of the old kind, which nobody can ask who somebody is: a form, a cookie, a page that greets. Its bad habits can
// be switched on one by one. Everybody's password is the login's name and `-pw`.
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';

export interface Habits {
  /** Keeps the value of the cookie it is sent at a sign-in (session fixation). */
  keepsCookie: boolean;
  /** Hands out this one value to everybody. */
  oneValue: string | undefined;
  /** Answers a sign-in that failed like one that worked, without a cookie. */
  redirectsAlways: boolean;
  /** The same, with a fresh cookie that is nobody's. */
  cookieAtFailure: boolean;
  /** Says that an account is unknown in other words than that a password is wrong. */
  tellsUnknown: boolean;
  /** Ends its session at a sign-out and leaves the cookie as it is. */
  logoutKeepsCookie: boolean;
  /** Gives out another value at each page. */
  renewsAtEachPage: boolean;
}

export interface OldPortal {
  readonly port: number;
  readonly habits: Habits;
  /** Passwords that were judged so far, `login:password`. */
  readonly judged: string[];
  /** Who the portal itself thinks a cookie value is. */
  readonly sessions: ReadonlyMap<string, string>;
  close(): Promise<void>;
}

type Reply = readonly [status: number, headers: Readonly<Record<string, string>>, text?: string];

const accounts = new Set(['alice', 'bob', 'carol']);

export async function startOldPortal(): Promise<OldPortal> {
  const habits: Habits = {
    keepsCookie: false,
    oneValue: undefined,
    redirectsAlways: false,
    cookieAtFailure: false,
    tellsUnknown: false,
    logoutKeepsCookie: false,
    renewsAtEachPage: false,
  };
  const judged: string[] = [];
  const sessions = new Map<string, string>();
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      if (request.url === '/stream') {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write(': begun\n\n');
        return;
      }
      const [status, headers, text = ''] = answer(request, Buffer.concat(parts).toString('utf8'));
      response.writeHead(status, { 'content-type': 'text/plain', ...headers });
      response.end(text);
    });
  });

  function answer(request: IncomingMessage, body: string): Reply {
    const inCookie = /(?:^|; )SID=([^;]*)/.exec(request.headers.cookie ?? '')?.[1];
    const header = request.headers['x-portal-session'];
    const sid = typeof header === 'string' ? header : inCookie;
    const who = sid === undefined ? undefined : sessions.get(sid);
    const path = (request.url ?? '').split('?')[0];
    if (request.method === 'POST' && path === '/login') return signIn(new URLSearchParams(body), sid);
    if (request.method === 'POST' && path === '/logout') {
      if (sid !== undefined) sessions.delete(sid);
      return [
        302,
        {
          location: '/login',
          ...(!habits.logoutKeepsCookie && { 'set-cookie': 'SID=; Path=/; Max-Age=0' }),
        },
      ];
    }
    if (path === '/drop')
      return [
        200,
        {
          'set-cookie': 'SID=gone; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT',
        },
      ];
    if (path === '/forgotten')
      return [accounts.has(new URLSearchParams(body).get('email') ?? '') ? 200 : 404, {}];
    if (path === '/whoami') return [who === undefined ? 401 : 200, {}, JSON.stringify({ login: who })];
    if (habits.renewsAtEachPage && who !== undefined && sid !== undefined) {
      sessions.delete(sid);
      return [200, { 'set-cookie': cookie(open(who)) }, `hello ${who}`];
    }
    return [200, {}, who === undefined ? 'hello stranger' : `hello ${who}`];
  }

  function signIn(form: URLSearchParams, sid: string | undefined): Reply {
    const [login, password] = [
      form.getAll('user').at(-1)?.trim().toLowerCase() ?? '',
      form.get('password') ?? '',
    ];
    judged.push(`${login}:${password}`);
    if (accounts.has(login) && password === `${login}-pw`) {
      const kept = habits.keepsCookie && sid !== undefined ? sid : undefined;
      if (kept !== undefined) sessions.set(kept, login);
      const line = kept === undefined ? { 'set-cookie': cookie(open(login)) } : {};
      return [302, { location: '/home', ...line }];
    }
    if (habits.cookieAtFailure)
      return [302, { location: '/home', 'set-cookie': cookie(randomBytes(16).toString('hex')) }];
    if (habits.redirectsAlways) return [302, { location: '/login' }];
    const unknown = habits.tellsUnknown && !accounts.has(login);
    return [401, {}, unknown ? 'no such account' : 'wrong password'];
  }

  function open(login: string): string {
    const value = habits.oneValue ?? randomBytes(16).toString('hex');
    sessions.set(value, login);
    return value;
  }

  return { port: await listening(server), habits, judged, sessions, close: () => closed(server) };
}

function cookie(value: string): string {
  return `SID=${value}; Path=/; HttpOnly`;
}

function listening(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
