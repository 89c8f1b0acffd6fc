// A proof ends with the session it was given in: at sign-out, with another account in the same browser, and when
// somebody ends it from elsewhere.

import { get } from 'node:http';
import { parseAccountId } from '@palier/mfa-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Professional, seat } from '../support/professional.ts';
import { type Site, startSite } from '../support/start.ts';

let site: Site;
beforeAll(async () => {
  site = await startSite();
});
afterAll(() => site.close());

async function present(login: string): Promise<Professional> {
  const professional = seat(site, login);
  await professional.signIn();
  await professional.enrolApp();
  expect(await look(professional)).toBe(200);
  return professional;
}

async function look({ browser }: Professional): Promise<number> {
  return (await browser.call(`/api/patients/${site.persons.nirOf(7)}`)).status;
}

function idsOn(page: string): readonly string[] {
  return [...page.matchAll(/name="session" value="([^"]+)"/g)].map(([, id = '']) => id);
}

const COOKIE = '__Host-palier';

describe('what was proved', () => {
  it('is gone after signing out, even for who kept the cookie', async () => {
    const doctor = await present('medecin-01');
    const kept = doctor.browser.cookies.get(COOKIE) ?? '';
    const out = await doctor.browser.post('/logout', {});
    expect([out.status, out.location]).toEqual([303, '/login']);
    await doctor.signIn();
    doctor.browser.cookies.set(COOKIE, kept);
    expect(await look(doctor)).toBe(401);
  });

  it('survives the portal renewing its session for the same account', async () => {
    const doctor = await present('medecin-02');
    await doctor.signIn();
    expect(await look(doctor)).toBe(200);
  });

  it('is not inherited by another account in the same browser', async () => {
    const nurse = await present('infirmier-01');
    const [mine = ''] = [nurse.browser.cookies.get(COOKIE)];
    await nurse.browser.post('/login', { login: 'infirmier-02', password: 'infirmier-02-motdepasse' });
    expect(await look(nurse)).toBe(401);
    // And the first account's session is over too: the cookie was seen in strange hands.
    await nurse.signIn();
    nurse.browser.cookies.set(COOKIE, mine);
    expect(await look(nurse)).toBe(401);
  });

  it('ends in every browser when the operator ends the sessions of the account', async () => {
    const pharmacist = await present('pharmacie-01');
    const account = parseAccountId('pharmacie-01');
    if (account === undefined) throw new TypeError('no such name');
    await site.gateway.mfa.sessions.endAll(account, 'operator');
    expect(await look(pharmacist)).toBe(401);
  });

  // Until lately a browser that had shown the password and nothing else ended it. Who has only the password must not be able
  // to throw the owner out, time and again: what was proved ends from where something was proved.
  it('is not ended by who has only the password, and the page says so and what helps', async () => {
    const here = await present('pharmacie-02');
    const there = here.elsewhere();
    await there.signIn();
    await there.browser.go('/.palier/sessions');
    const page = await there.browser.post('/.palier/sessions/end-others', {});
    expect(page.text).toMatch(/Sessions fermées : 0\. Restent ouvertes : 1\..*confirmez que c’est vous/s);
    for (const session of idsOn(page.text)) {
      const done = await there.browser.post('/.palier/sessions/end', { session });
      if (done.status === 200) expect(done.text).toContain('Restent ouvertes : 1.');
    }
    expect(await look(here)).toBe(200);
  });

  it('can be ended from another computer after a gesture there, by the button the page shows', async () => {
    const here = await present('pharmacie-03');
    const there = here.elsewhere();
    await there.signIn();
    const page = await there.browser.post('/.palier/sessions/end-others', {});
    const way = /href="(\/\.palier\/step-up\?resume=[^"]+)"/.exec(page.text)?.[1] ?? '';
    site.clock.advance(30);
    const back = await there.stepUp(await there.browser.go(way));
    expect(back.text).toContain('Mes sessions');
    const done = await there.browser.post('/.palier/sessions/end-others', {});
    expect(done.text).toContain('Sessions fermées : 1.');
    expect(done.text).not.toContain('Restent ouvertes');
    expect(await look(here)).toBe(401);
  });

  it('moves to a new cookie at each gesture, and the old cookie opens nothing', async () => {
    const lab = await present('laboratoire-01');
    const old = lab.browser.cookies.get(COOKIE) ?? '';
    site.clock.advance(30);
    await lab.browser.call('/.palier/api/step-up/totp', { code: lab.code() });
    expect(lab.browser.cookies.get(COOKIE)).not.toBe(old);
    expect(await look(lab)).toBe(200);
    lab.browser.cookies.set(COOKIE, old);
    expect(await look(lab)).toBe(401);
  });
});

describe('an event stream', () => {
  /** Resolves with the milliseconds until the stream is cut, or rejects when it is never opened. */
  const streamOf = ({
    browser,
  }: Professional): Promise<{ readonly cut: Promise<number>; readonly stop: () => void }> =>
    new Promise((resolve, reject) => {
      const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      const asked = get(
        `http://127.0.0.1:${site.port}/evenements`,
        { headers: { host: site.origin.host, cookie, accept: 'text/event-stream' } },
        (answer) => {
          if (answer.statusCode !== 200) return reject(new Error(`refused with ${answer.statusCode}`));
          const started = performance.now();
          const cut = new Promise<number>((done) =>
            answer.once('close', () => done(performance.now() - started)),
          );
          answer.on('error', () => undefined).resume();
          resolve({ cut, stop: () => asked.destroy() });
        },
      );
      asked.on('error', () => undefined);
    });

  it('A085: is cut when the person signs out, and not before', async () => {
    const doctor = await present('medecin-05');
    const stream = await streamOf(doctor);
    const early = await Promise.race([
      stream.cut,
      new Promise<string>((resolve) => setTimeout(() => resolve('still open'), 1200)),
    ]);
    expect(early).toBe('still open');
    await doctor.browser.post('/logout', {});
    const late = new Promise<string>((resolve) => setTimeout(() => resolve('never cut'), 5000));
    expect(typeof (await Promise.race([stream.cut, late]))).toBe('number');
    stream.stop();
  });
});
