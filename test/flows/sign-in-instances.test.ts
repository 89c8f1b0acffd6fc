// Two instances on one PostgreSQL: a sign-in watched by one is known to the other, and guesses spread over both are no
// more than at one.
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FrontOf, startBeside, startFrontOf } from '../support/front-of.ts';
import { type OldPortal, startOldPortal } from '../support/old-portal.ts';
import { isMissing, type Server, startPostgres } from '../support/servers.ts';

const configuration = (url: string): string => `
clientAddress: { header: X-Client, from: [127.0.0.1] }
identity:
  - login-watched: { post: /login, field: user, cookie: SID, signOut: [POST /logout] }
routes:
  - { match: POST /login, require: open }
  - { match: POST /logout, require: open }
  - { match: GET /home, require: signed-in }
stores: { durable: "${url}" }
`;

interface Answer {
  readonly status: number;
  readonly cookies: readonly string[];
}

function send(at: FrontOf, method: string, path: string, cookie?: string, form?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = {
      host: at.origin.host,
      accept: 'application/json',
      'x-client': '198.51.100.7',
      ...(cookie !== undefined && { cookie }),
      ...(form !== undefined && {
        'content-type': 'application/x-www-form-urlencoded',
        'content-length': form.length,
      }),
    };
    const sent = request(
      { host: '127.0.0.1', port: at.port, method, path, agent: false, headers },
      (answer) => {
        answer.resume().on('end', () => {
          const cookies = (answer.headers['set-cookie'] ?? []).map((line) => line.split(';')[0] ?? '');
          resolve({ status: answer.statusCode ?? 0, cookies });
        });
      },
    );
    sent.on('error', reject);
    sent.end(form);
  });
}

describe.skipIf(isMissing('postgres'))('two instances on one PostgreSQL', () => {
  let server: Server;
  let portal: OldPortal;
  let one: FrontOf;
  let two: FrontOf;
  beforeAll(async () => {
    server = await startPostgres();
    portal = await startOldPortal();
    one = await startFrontOf(portal.port, configuration(server.url));
    two = await startBeside(one, portal.port, configuration(server.url));
  });
  afterAll(async () => {
    await two.close();
    await one.close();
    await portal.close();
    await server.stop();
  });

  const home = async (at: FrontOf, cookie: string): Promise<number> =>
    (await send(at, 'GET', '/home', cookie)).status;

  it('know each other’s watched sign-ins, and forget them within a second of a sign-out (A206)', async () => {
    const { cookies } = await send(one, 'POST', '/login', undefined, 'user=alice&password=alice-pw');
    const cookie = cookies.find((line) => line.startsWith('SID=')) ?? '';
    expect([await home(one, cookie), await home(two, cookie)]).toEqual([200, 200]);
    expect((await send(two, 'POST', '/logout', cookie, '')).status).toBe(302);
    expect(await home(two, cookie)).toBe(401);
    one.clock.advance(1);
    expect(await home(one, cookie)).toBe(401);
  });

  it('judge five of a hundred guesses that are sent to both at once (A124, A136)', async () => {
    portal.judged.length = 0;
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, turn) =>
        send(turn % 2 === 0 ? one : two, 'POST', '/login', undefined, 'user=bob&password=wrong'),
      ),
    );
    expect(portal.judged).toHaveLength(5);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(95);
  }, 30_000);

  it('know each other’s browsers: the lane of one is the lane of the other', async () => {
    const first = await send(one, 'POST', '/login', undefined, 'user=carol&password=carol-pw');
    const known = first.cookies.find((line) => line.startsWith('__Host-palier-browser=')) ?? '';
    portal.judged.length = 0;
    for (let turn = 0; turn < 20; turn += 1)
      await send(turn % 2 === 0 ? one : two, 'POST', '/login', known, 'user=carol&password=wrong');
    expect(portal.judged).toHaveLength(10);
  });
});
