// The portal's own sign-in, seen from in front: what guessing and stuffing are worth, and that no stranger can lock the
// honest professional out. What counts is the number of passwords the portal got to judge.
import { request } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type FrontOf, startFrontOf } from '../support/front-of.ts';
import { type OldPortal, startOldPortal } from '../support/old-portal.ts';

const identity = `
identity:
  - portal-session: { cookie: SID, ask: /whoami, account: /login, cache: 1s }
clientAddress: { header: X-Client, from: [127.0.0.1] }
stores: { durable: memory }
`;
const limited = `${identity}
routes:
  - { match: POST /login, require: open, login: { field: user } }
  - { match: GET /login, require: open }
  - { match: POST /forgotten, require: open, reset: { field: email, equal: { location: /sent, after: 200ms } } }
  - { match: GET /home, require: signed-in }
`;
const unlimited = limited.replace(', login: { field: user }', '');

let portal: OldPortal;
let front: FrontOf;
beforeAll(async () => {
  portal = await startOldPortal();
});
afterAll(() => portal.close());
beforeEach(async () => {
  portal.judged.length = 0;
  for (const habit of ['cookieAtFailure', 'redirectsAlways', 'tellsUnknown'] as const)
    portal.habits[habit] = false;
  front = await startFrontOf(portal.port, limited);
});
afterEach(() => front.close());

interface Told {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

interface Guess {
  readonly from?: string;
  readonly cookie?: string;
  readonly password?: string;
  readonly agent?: string;
  readonly at?: FrontOf;
}

function post(target: string, form: Readonly<Record<string, string>>, guess: Guess = {}): Promise<Told> {
  const body = new URLSearchParams(form).toString();
  const at = guess.at ?? front;
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: '127.0.0.1',
        port: at.port,
        method: 'POST',
        path: target,
        agent: false,
        headers: {
          host: at.origin.host,
          'content-type': 'application/x-www-form-urlencoded',
          'content-length': Buffer.byteLength(body),
          'user-agent': guess.agent ?? 'Mozilla/5.0 (Windows NT 10.0) Firefox/140.0',
          'x-client': guess.from ?? '198.51.100.7',
          accept: 'text/html',
          'sec-fetch-mode': 'navigate',
          'sec-fetch-dest': 'document',
          ...(guess.cookie !== undefined && { cookie: guess.cookie }),
        },
      },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (part: string) => {
          text += part;
        });
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }));
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

const guess = (login: string, how: Guess = {}): Promise<Told> =>
  post('/login', { user: login, password: how.password ?? 'wrong' }, how);
const right = (login: string, how: Guess = {}): Promise<Told> =>
  guess(login, { ...how, password: `${login}-pw` });

/** The cookie of a known browser that came with a sign-in. */
function browserCookieOf({ headers }: Told): string {
  const lines = [headers['set-cookie'] ?? []].flat();
  return lines.find((line) => line.startsWith('__Host-palier-browser='))?.split(';')[0] ?? '';
}

/** An attacker with so many networks, each trying what it can. */
async function besiege(login: string, networks: number): Promise<void> {
  for (let network = 0; network < networks; network += 1) {
    const from = `203.0.${Math.floor(network / 250)}.${network % 250}`;
    for (let turn = 0; turn < 6; turn += 1) await guess(login, { from });
  }
}

describe('guessing one account', () => {
  it('is worth five passwords from one network, then one after each wait, and the waits grow', async () => {
    for (let turn = 0; turn < 30; turn += 1) await guess('alice');
    expect(portal.judged).toHaveLength(5);
    const waits: number[] = [];
    for (let turn = 0; turn < 9; turn += 1) {
      const { status, headers } = await guess('alice');
      expect(status).toBe(429);
      waits.push(Number(headers['retry-after']));
      front.clock.advance(Number(headers['retry-after']));
      await guess('alice');
    }
    expect(waits).toEqual([5, 10, 20, 40, 80, 160, 320, 640, 900]);
    expect(portal.judged).toHaveLength(14);
  });

  it('is worth five also when a hundred are sent at once, and in every spelling of the login (A136, A137)', async () => {
    const spellings = ['alice', 'Alice', ' alice', 'ALICE ', 'al\u00adice', '\uff41lice', 'a lice'];
    await Promise.all(
      Array.from({ length: 100 }, (_, turn) => guess(spellings[turn % spellings.length] ?? 'alice')),
    );
    expect(portal.judged).toHaveLength(5);
  });

  it('is worth no more by an address than by a form, for portals that sign in by both', async () => {
    const { port, origin } = front;
    const byAddress = (query: string): Promise<number> =>
      new Promise((resolve, reject) => {
        const headers = { host: origin.host, accept: 'application/json', 'x-client': '198.51.100.7' };
        request({ host: '127.0.0.1', port, path: `/login?${query}`, agent: false, headers }, (answer) => {
          answer.resume();
          resolve(answer.statusCode ?? 0);
        })
          .on('error', reject)
          .end();
      });
    const statuses = [];
    for (let turn = 0; turn < 7; turn += 1) statuses.push(await byAddress('user=alice&password=x'));
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429, 429]);
    expect((await guess('alice')).status).toBe(429);
    expect(await byAddress('User=bob&password=x')).toBe(400);
    expect(await byAddress('next=%2Fhome')).toBe(200);
  });

  it('is worth all of them where the route says nothing of a login', async () => {
    const open = await startFrontOf(portal.port, unlimited);
    await Promise.all(Array.from({ length: 100 }, () => guess('alice', { at: open })));
    expect(portal.judged).toHaveLength(100);
    await open.close();
  });

  it('from a hundred addresses of one /64 is guessing from one network, from another /64 it is not (A133)', async () => {
    for (let turn = 0; turn < 100; turn += 1) await guess('alice', { from: `2001:db8:0:1::${turn + 1}` });
    expect(portal.judged).toHaveLength(5);
    await guess('alice', { from: '2001:db8:0:2::1' });
    expect(portal.judged).toHaveLength(6);
  });

  it('does not put all of IPv4 into one network when it is written as IPv6 (A133)', async () => {
    for (let turn = 0; turn < 10; turn += 1) await guess('alice', { from: `::ffff:192.0.2.${turn + 1}` });
    expect(portal.judged).toHaveLength(10);
  });

  it('cannot choose its network: of the header only what the front appended counts (A064)', async () => {
    for (let turn = 0; turn < 30; turn += 1) await guess('alice', { from: `192.0.2.${turn}, 198.51.100.7` });
    expect(portal.judged).toHaveLength(5);
  });

  it('from very many networks ends with one password for each of them in a quarter of an hour', async () => {
    await besiege('alice', 40);
    // A hundred in all networks together, then one for each that comes anew.
    expect(portal.judged.length).toBe(100 + 20);
  });
});

describe('a neighbour in the same network', () => {
  it('gets no new guesses when the person signs in', async () => {
    for (let turn = 0; turn < 4; turn += 1) await guess('alice');
    expect((await right('alice')).status).toBe(302);
    portal.judged.length = 0;
    for (let turn = 0; turn < 10; turn += 1) await guess('alice');
    expect(portal.judged).toHaveLength(1);
  });
});

describe('stuffing', () => {
  it('is worth sixty accounts from one network, then one after each wait', async () => {
    for (let turn = 0; turn < 200; turn += 1) await guess(`account-${turn}`);
    expect(portal.judged).toHaveLength(60);
  });

  it('is not made cheaper by signing in to an account of one’s own in between', async () => {
    let wrong = 0;
    for (let turn = 0; turn < 200; turn += 1) {
      wrong += (await guess(`account-${turn}`)).status === 401 ? 1 : 0;
      await right('bob');
    }
    expect(wrong).toBeLessThanOrEqual(61);
  });
});

describe('a stranger', () => {
  it('cannot lock out the browser the professional usually signs in with, even from the next chair (A134)', async () => {
    const known = browserCookieOf(await right('alice', { from: '192.0.2.1' }));
    await besiege('alice', 60);
    for (let turn = 0; turn < 20; turn += 1) await guess('alice', { from: '192.0.2.1' });
    expect((await right('alice', { from: '192.0.2.1', cookie: known })).status).toBe(302);
    // Without its cookie the browser is one more stranger of that network.
    expect((await right('alice', { from: '192.0.2.1' })).status).toBe(429);
  });

  it('cannot lock out a new browser in another network either (A134)', async () => {
    await besiege('alice', 60);
    expect((await right('alice', { from: '192.0.2.99' })).status).toBe(302);
  });

  it('fills no lane of the known browser, and the known browser has one of its own', async () => {
    const known = browserCookieOf(await right('alice'));
    for (let turn = 0; turn < 30; turn += 1) await guess('alice', { cookie: known });
    expect(portal.judged).toHaveLength(1 + 10);
    expect((await right('alice', { from: '192.0.2.5' })).status).toBe(302);
  });

  it('gets no lane by a cookie that is forged, another account’s, or old (A203)', async () => {
    const ofAlice = browserCookieOf(await right('alice', { from: '192.0.2.1' }));
    const ofBob = browserCookieOf(await right('bob', { from: '192.0.2.2' }));
    const [id, logins, sum] = ofAlice.split('.');
    const forged = [
      ofBob,
      `${id}.${logins}.${'A'.repeat(43)}`,
      `${id}.${logins}`,
      `${id}.${logins}.`,
      `${ofBob.split('.')[0]}.${logins}.${sum}`,
      `${id}.${ofBob.split('.')[1]}.${sum}`,
      `${ofAlice}; __Host-palier-browsers=x`,
    ];
    portal.judged.length = 0;
    for (const cookie of forged.slice(0, 6))
      for (let turn = 0; turn < 5; turn += 1) await guess('alice', { cookie });
    expect(portal.judged).toHaveLength(5);
    front.clock.advance(181 * 86_400);
    portal.judged.length = 0;
    for (let turn = 0; turn < 12; turn += 1) await guess('alice', { cookie: ofAlice });
    expect(portal.judged).toHaveLength(5);
  });

  it('gets no such cookie by an answer that only looks like a sign-in', async () => {
    portal.habits.cookieAtFailure = true;
    const answer = await guess('alice');
    expect(answer.status).toBe(302);
    expect(browserCookieOf(answer)).toBe('');
    for (let turn = 0; turn < 30; turn += 1) await guess('alice');
    expect(portal.judged).toHaveLength(5);
  });
});

describe('what the answers tell', () => {
  it('a wait is the same for accounts that exist and those that do not', async () => {
    portal.habits.tellsUnknown = true;
    for (let turn = 0; turn < 5; turn += 1) {
      await guess('alice', { from: '192.0.2.1' });
      await guess('nobody', { from: '192.0.2.2' });
    }
    const [known, unknown] = [
      await guess('alice', { from: '192.0.2.1' }),
      await guess('nobody', { from: '192.0.2.2' }),
    ];
    expect([known.status, known.text]).toEqual([429, unknown.text]);
    expect(Object.keys(known.headers)).toEqual(Object.keys(unknown.headers));
    expect(known.text).not.toContain('alice');
  });

  it('where it is asked for, all failures lead to one page and take as long, whatever the portal says', async () => {
    portal.habits.tellsUnknown = true;
    const equal = limited.replace(
      '{ field: user }',
      '{ field: user, equal: { location: /refused, after: 200ms } }',
    );
    const one = await startFrontOf(portal.port, equal);
    const started = performance.now();
    const [known, unknown] = [
      await guess('alice', { at: one, from: '192.0.2.1' }),
      await guess('nobody', { at: one, from: '192.0.2.2' }),
    ];
    expect(performance.now() - started).toBeGreaterThanOrEqual(390);
    expect([known.status, known.headers['location'], known.text]).toEqual([303, '/refused', '']);
    expect([unknown.status, unknown.headers['location'], unknown.text]).toEqual([303, '/refused', '']);
    expect((await right('alice', { at: one, from: '192.0.2.1' })).headers['location']).toBe('/home');
    // The portal by itself tells them apart.
    expect((await guess('alice')).text).not.toBe((await guess('nobody')).text);
    await one.close();
  });

  it('asking for a way back in tells nobody which addresses are known, and is limited', async () => {
    const ask = (email: string): Promise<Told> => post('/forgotten', { email });
    const [known, unknown] = [await ask('alice'), await ask('nobody')];
    for (const { status, headers, text } of [known, unknown])
      expect([status, headers['location'], text]).toEqual([303, '/sent', '']);
    const statuses = [];
    for (let turn = 0; turn < 3; turn += 1) statuses.push((await ask('alice')).status);
    expect(statuses).toEqual([303, 303, 429]);
  });
});

describe('a sign-in in a browser that is new to the account', () => {
  const notices = (): readonly unknown[] => front.log.filter((line) => line['type'] === 'new-browser');

  it('is told once for each browser, with what it says it is and without a way to use it', async () => {
    const first = await right('alice');
    const cookie = browserCookieOf(first);
    await right('alice', { cookie });
    await right('alice', { cookie, from: '192.0.2.77' });
    expect(notices()).toMatchObject([{ kind: 'event', account: 'alice', agent: 'Firefox 140, Windows' }]);
    await right('alice', { agent: 'Mozilla/5.0 (X11; Linux) Chrome/139.0' });
    await right('bob', { cookie });
    expect(notices()).toHaveLength(3);
    expect(JSON.stringify(notices())).not.toMatch(/alice-pw|bro_|SID/);
  });

  it('is known for both accounts of a browser that two people share', async () => {
    const alice = browserCookieOf(await right('alice'));
    const both = browserCookieOf(await right('bob', { cookie: alice }));
    await right('alice', { cookie: both });
    await right('bob', { cookie: both });
    expect(notices()).toHaveLength(2);
  });

  it('is not told of a sign-in that failed', async () => {
    await guess('alice');
    portal.habits.redirectsAlways = true;
    await guess('alice');
    expect(notices()).toEqual([]);
  });
});

it('observe mode counts what it would have stopped, and stops nothing', async () => {
  const observing = await startFrontOf(portal.port, `mode: observe\n${limited}`);
  for (let turn = 0; turn < 8; turn += 1) expect((await guess('alice', { at: observing })).status).toBe(401);
  expect(portal.judged).toHaveLength(8);
  expect(observing.gateway.observed()).toContainEqual({ class: '-', denial: 'slow-down:sign-in', count: 3 });
  expect((await right('alice', { at: observing })).status).toBe(302);
  await observing.close();
});
