// Two people at once, very many times: nobody is ever taken for the other, whichever source says who somebody is (A214).
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FrontOf, startFrontOf } from '../support/front-of.ts';
import { type OldPortal, startOldPortal } from '../support/old-portal.ts';

const sources = {
  'the portal’s session':
    'portal-session: { cookie: SID, ask: /whoami, account: /login, cache: 1s, signIn: /login, signOut: [POST /logout] }',
  'a watched sign-in':
    'login-watched: { post: /login, field: user, cookie: SID, signIn: /login, signOut: [POST /logout] }',
} as const;
const routes = `
routes:
  - { match: "GET,POST /login", require: open, login: LIMITS }
  - { match: POST /logout, require: open }
  - { match: GET /home, require: signed-in }
stores: { durable: memory }
`;
const limits = 'limits: { account: { free: 10000 }, network: { free: 10000 } }';

let portal: OldPortal;
beforeAll(async () => {
  portal = await startOldPortal();
});
afterAll(() => portal.close());

describe.each(Object.entries(sources))('with %s', (name, source) => {
  let front: FrontOf;
  beforeAll(async () => {
    const login = name === 'a watched sign-in' ? `{ ${limits} }` : `{ field: user, ${limits} }`;
    front = await startFrontOf(portal.port, `identity: [{ ${source} }]\n${routes.replace('LIMITS', login)}`);
  });
  afterAll(() => front.close());

  interface Heard {
    readonly status: number;
    readonly text: string;
    readonly cookie: string;
  }

  const send = (method: string, path: string, cookie: string, form?: string): Promise<Heard> =>
    new Promise((resolve, reject) => {
      const headers = {
        host: front.origin.host,
        accept: 'application/json',
        ...(cookie !== '' && { cookie }),
        ...(form !== undefined && {
          'content-type': 'application/x-www-form-urlencoded',
          'content-length': form.length,
        }),
      };
      const sent = request({ host: '127.0.0.1', port: front.port, method, path, headers }, (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (part: string) => {
          text += part;
        });
        answer.on('end', () => {
          const line = (answer.headers['set-cookie'] ?? []).find((one) => one.startsWith('SID='));
          resolve({ status: answer.statusCode ?? 0, text, cookie: line?.split(';')[0] ?? '' });
        });
      });
      sent.on('error', reject);
      sent.end(form);
    });

  /** Signs in, looks five times, signs out: what was read must be one's own name, each time. */
  async function visit(login: string): Promise<readonly string[]> {
    const { cookie } = await send('POST', '/login', '', `user=${login}&password=${login}-pw`);
    const looks = await Promise.all(Array.from({ length: 5 }, () => send('GET', '/home', cookie)));
    await send('POST', '/logout', cookie, '');
    return looks.map(({ status, text }) => `${status} ${text}`);
  }

  it('three hundred visits of two people, twenty at a time, show each their own page', async () => {
    const wrong: string[] = [];
    for (let round = 0; round < 15; round += 1) {
      const visitors = Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? 'alice' : 'bob'));
      const seen = await Promise.all(visitors.map(visit));
      for (const [index, looks] of seen.entries())
        wrong.push(...looks.filter((look) => look !== `200 hello ${visitors[index]}`));
    }
    expect(wrong).toEqual([]);
  }, 60_000);
});
