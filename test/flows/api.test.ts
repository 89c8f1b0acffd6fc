// The JSON API of the ceremonies, called as a program calls it: what it takes, what it answers, what it never says.

import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Professional, seat } from '../support/professional.ts';
import { type Site, startSite } from '../support/start.ts';

let site: Site;
beforeAll(async () => {
  site = await startSite();
});
afterAll(() => site.close());

/** Headers of a script on the site, with the cookies the professional's browser has now. */
function as({ browser }: Professional): Record<string, string> {
  const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  return { host: site.origin.host, origin: site.origin.origin, 'sec-fetch-site': 'same-origin', cookie };
}

const gateway = (): ReturnType<typeof request> => request(`http://127.0.0.1:${site.port}`);

async function enrolled(login: string): Promise<Professional> {
  const professional = seat(site, login);
  await professional.signIn();
  await professional.enrolApp();
  site.clock.advance(30);
  return professional;
}

describe('the session', () => {
  it('says who it is, what was proved and what it still buys', async () => {
    const doctor = await enrolled('medecin-01');
    const answer = await gateway().get('/.palier/api/session').set(as(doctor));
    expect(answer.status).toBe(200);
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.body).toMatchObject({ account: 'medecin-01', class: 'gp', proofs: [{ kind: 'totp' }] });
    expect(answer.body.presenceLeft).toBe(5);
    expect(JSON.stringify(answer.body)).not.toMatch(/ses_|sid_|fac_|prf_/);
  });

  it('is nobody without the portal cookie, whatever else is sent', async () => {
    const doctor = await enrolled('medecin-02');
    const { cookie: _cookie, ...headers } = as(doctor);
    const ours = `__Host-palier=${doctor.browser.cookies.get('__Host-palier')}`;
    const answer = await gateway()
      .get('/.palier/api/session')
      .set({ ...headers, cookie: ours });
    expect([answer.status, answer.type]).toEqual([401, 'application/problem+json']);
  });
});

describe('a code', () => {
  it('is refused in the same words whether it is wrong, replayed or there is no app at all', async () => {
    const [owner, stranger] = [await enrolled('medecin-03'), seat(site, 'medecin-04')];
    await stranger.signIn();
    const send = (who: Professional, code: unknown): request.Test =>
      gateway().post('/.palier/api/step-up/totp').set(as(who)).send({ code });
    const code = owner.code();
    const good = await send(owner, code);
    expect(good.status).toBe(200);
    owner.browser.cookies.set('__Host-palier', cookieOf(good.headers['set-cookie']));
    const refusals = [await send(owner, '000000'), await send(owner, code), await send(stranger, '000000')];
    for (const { status, body } of refusals) {
      expect([status, body]).toEqual([400, refusals[0]?.body]);
    }
  });

  it('is not taken in any other shape than a text', async () => {
    const doctor = await enrolled('medecin-05');
    const code = doctor.code();
    for (const value of [Number(code), [code], { $gt: '' }, null, true, `${code}0`, ` ${code} `.repeat(9)]) {
      const answer = await gateway().post('/.palier/api/step-up/totp').set(as(doctor)).send({ code: value });
      expect([value, answer.status]).toEqual([value, 400]);
    }
  });
});

describe('a state change', () => {
  const changes = ['/.palier/api/step-up/totp', '/.palier/api/enrol/ticket', '/.palier/sign-out'] as const;

  it('comes from our own pages or not at all', async () => {
    const doctor = await enrolled('medecin-06');
    const foreign = [
      { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
      { origin: 'https://evil.example', 'sec-fetch-site': 'same-origin' },
      { origin: site.origin.origin, 'sec-fetch-site': 'same-site' },
      { origin: 'null', 'sec-fetch-site': 'cross-site' },
    ];
    for (const target of changes) {
      for (const headers of foreign) {
        const answer = await gateway().post(target).set(as(doctor)).set(headers).send({});
        expect([target, headers, answer.status]).toEqual([target, headers, 403]);
      }
    }
    // Negative control: the same call from the site itself is heard.
    const own = await gateway()
      .post('/.palier/api/step-up/totp')
      .set(as(doctor))
      .send({ code: doctor.code() });
    expect(own.status).toBe(200);
  });

  it('is JSON when it says it is: a form or a text is not read as one', async () => {
    const doctor = await enrolled('medecin-07');
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/xml']) {
      const body = JSON.stringify({ code: doctor.code() });
      const answer = await gateway().post('/.palier/api/step-up/totp').set(as(doctor)).type(type).send(body);
      expect([type, answer.status]).toEqual([type, 415]);
    }
  });
});

/** Whatever goes wrong below /.palier/api/, a program reads it, even one that says it likes pages. */
describe('what goes wrong', () => {
  const post = (target: string, headers: Record<string, string>): request.Test =>
    gateway().post(target).set(headers).set('accept', 'text/html, application/json');
  const told = ({ status, type, body }: request.Response): readonly unknown[] => [
    status,
    type,
    body.type,
    body.status,
  ];
  const problem = (status: number, name: string): readonly unknown[] => [
    status,
    'application/problem+json',
    `urn:palier:problem:${name}`,
    status,
  ];

  it('is a problem body for programs: no such address, another site, no JSON, nobody signed in', async () => {
    const doctor = await enrolled('medecin-08');
    const own = as(doctor);
    const { cookie: _cookie, ...nobody } = own;
    expect(told(await post('/.palier/api/nowhere', own))).toEqual(problem(404, 'not-declared'));
    expect(told(await post('/.palier/api/step-up/sms', own))).toEqual(problem(404, 'not-declared'));
    const foreign = { ...own, origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
    expect(told(await post('/.palier/api/enrol/ticket', foreign))).toEqual(problem(403, 'forbidden'));
    const broken = post('/.palier/api/step-up/totp', own).type('json').send('{"code":');
    expect(told(await broken)).toEqual(problem(400, 'malformed-request'));
    for (const call of ['enrol/ticket', 'enrol/begin', 'enrol/complete', 'break-glass', 'step-up'])
      expect([call, ...told(await post(`/.palier/api/${call}`, nobody).send({}))]).toEqual([
        call,
        ...problem(401, 'refused'),
      ]);
  });

  it('is a page for people, on the same grounds', async () => {
    const own = as(await enrolled('medecin-09'));
    const { cookie: _cookie, ...nobody } = own;
    const answers = [
      await gateway().get('/.palier/nowhere').set(own),
      await gateway().post('/.palier/enrol/ticket').set(own).set('sec-fetch-site', 'cross-site'),
      await gateway().get('/.palier/enrol').set(nobody),
    ];
    expect(answers.map(({ status, type }) => [status, type])).toEqual([
      [404, 'text/html'],
      [403, 'text/html'],
      [401, 'text/html'],
    ]);
  });

  it('is a 503 as a problem body too: the sealed secret is damaged and does not open', async () => {
    const other = await startSite([]);
    try {
      const doctor = seat(other, 'medecin-01');
      await doctor.signIn();
      await doctor.enrolApp();
      other.clock.advance(30);
      const database = new DatabaseSync(join(other.folder, 'palier.db'));
      const damaged = database
        .prepare("UPDATE factor SET secret = substr(secret, 1, length(secret) - 8) || 'AAAAAAAA'")
        .run();
      database.close();
      expect(damaged.changes).toBeGreaterThan(0);
      const called = await doctor.browser.call('/.palier/api/step-up/totp', { code: doctor.code() });
      expect([called.status, called.headers['content-type'], called.headers['retry-after']]).toEqual([
        503,
        expect.stringContaining('application/problem+json'),
        '5',
      ]);
      expect(JSON.parse(called.text)).toMatchObject({ type: 'urn:palier:problem:unavailable', status: 503 });
      const form = await doctor.browser.post('/.palier/step-up/totp', { code: doctor.code() });
      expect([form.status, form.headers['content-type']]).toEqual([
        503,
        expect.stringContaining('text/html'),
      ]);
    } finally {
      await other.close();
    }
  });
});

function cookieOf(set: unknown): string {
  const [first = ''] = Array.isArray(set) ? set : [];
  return /^__Host-palier=([^;]+)/.exec(first)?.[1] ?? '';
}
