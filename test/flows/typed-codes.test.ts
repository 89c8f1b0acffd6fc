// A code is typed as the app shows it, "123 456", by people and by programs: at a step-up and at an enrolment. Only the
// blanks are forgiven: a code with a digit more or less, or a wrong one, stays refused.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formTo } from '../support/forms.ts';
import { appFrom, type Professional, seat } from '../support/professional.ts';
import { type Site, startSite } from '../support/start.ts';

let site: Site;
beforeAll(async () => {
  site = await startSite();
});
afterAll(() => site.close());

const grouped = (code: string): string => `${code.slice(0, 3)} ${code.slice(3)}`;
const pasted = (code: string): string => `\u00a0${code.slice(0, 3)}\u202f${code.slice(3)}\n`;
const wide = (code: string): string =>
  code.replace(/[0-9]/g, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0));

async function enrolled(login: string): Promise<Professional> {
  const professional = seat(site, login);
  await professional.signIn();
  await professional.enrolApp();
  site.clock.advance(30);
  return professional;
}

describe('a code with blanks', () => {
  it.each([
    ['medecin-01', grouped],
    ['medecin-02', pasted],
    ['medecin-03', wide],
  ] as const)('steps up by the form and by the API: %s', async (login, written) => {
    const { browser, code } = await enrolled(login);
    const form = formTo(await browser.go('/.palier/step-up'), '/.palier/step-up/totp');
    const short = await browser.post(form.action, { ...form.fields, code: written(code().slice(1)) });
    expect(short.status).toBe(400);
    site.clock.advance(30);
    const done = await browser.post(form.action, { ...form.fields, code: written(code()) });
    expect([done.status, done.text]).toEqual([200, expect.stringContaining('class="done"')]);
    site.clock.advance(30);
    const called = await browser.call('/.palier/api/step-up/totp', { code: written(code()) });
    expect(called.status).toBe(200);
  });

  it('confirms an app by the form', async () => {
    const { browser, signIn } = seat(site, 'medecin-04');
    await signIn();
    const ticket = await site.ticketFor('medecin-04');
    const choice = formTo(await browser.post('/.palier/enrol/ticket', { ticket }), '/.palier/enrol/totp');
    const offer = await browser.post(choice.action, choice.fields);
    const confirm = formTo(offer, '/.palier/enrol/totp/confirm');
    const code = grouped(appFrom(offer).generate({ timestamp: site.clock.now() }));
    const done = await browser.post(confirm.action, { ...confirm.fields, code });
    expect([done.status, done.text]).toEqual([200, expect.stringContaining('class="codes"')]);
  });

  it('confirms an app by the API', async () => {
    const { browser, signIn } = seat(site, 'medecin-05');
    await signIn();
    const ticket = await site.ticketFor('medecin-05');
    const { right } = JSON.parse((await browser.call('/.palier/api/enrol/ticket', { ticket })).text);
    const begun = await browser.call('/.palier/api/enrol/begin', { right, kind: 'totp', name: 'phone' });
    const { challenge, totp } = JSON.parse(begun.text);
    const app = appFrom({ ...begun, text: `<p class="secret">${totp.secret}</p>` });
    const code = pasted(app.generate({ timestamp: site.clock.now() }));
    const done = await browser.call('/.palier/api/enrol/complete', { challenge, code, name: 'phone' });
    expect(done.status).toBe(200);
  });

  it('has room in every field that asks for one', async () => {
    const { browser } = await enrolled('medecin-06');
    const { text } = await browser.go('/.palier/step-up');
    const [, most = '0'] = /id="code"[^>]* maxlength="(\d+)"/.exec(text) ?? [];
    expect(Number(most)).toBeGreaterThanOrEqual(' 1234 5678 '.length);
    expect(text).not.toContain('pattern=');
  });
});
