// A name of the configuration that the portal does not have: nothing is broken, everybody is nobody, and the log says so.
import { afterEach, describe, expect, it } from 'vitest';
import { seat } from '../support/professional.ts';
import { type Changes, inMemory, type Site, startSite } from '../support/start.ts';

const otherCookie: Changes = [['cookie: PORTALSID', 'cookie: PORTALSIDD']];
const otherField: Changes = [['login: { field: login }', 'login: { field: user }']];

let site: Site;
afterEach(() => site.close());

const hints = (): readonly unknown[] => site.log.filter(({ kind }) => kind === 'sign-in-hint');

async function signIn(times: number): Promise<void> {
  for (let time = 0; time < times; time += 1) await seat(site, 'medecin-01').signIn();
}

describe('the log of sign-ins that lead nowhere', () => {
  it('tells of a cookie that the portal does not set, which ones it sets, and not again for ten minutes', async () => {
    site = await startSite([...inMemory, ...otherCookie]);
    await signIn(2);
    const told = {
      kind: 'sign-in-hint',
      route: 'POST /login',
      lookedFor: 'PORTALSIDD',
      answerSets: ['PORTALSID'],
      hint: expect.stringContaining('set no cookie of this name'),
    };
    expect(hints()).toEqual([told]);
    site.clock.advance(601);
    await signIn(2);
    expect(hints()).toEqual([told, told]);
  });

  it('tells of a field that no form has, once that was so three times', async () => {
    site = await startSite([...inMemory, ...otherField]);
    await signIn(2);
    expect(hints()).toEqual([]);
    await signIn(3);
    expect(hints()).toEqual([
      expect.objectContaining({
        lookedFor: 'user',
        hint: expect.stringContaining('no form that was sent here'),
      }),
    ]);
  });

  it('tells nothing where the names are right, and nothing more once they were seen', async () => {
    site = await startSite(inMemory);
    const stranger = seat(site, 'medecin-02');
    const wrong = { login: 'medecin-02', password: 'wrong', next: '/' };
    for (let time = 0; time < 3; time += 1) await stranger.browser.post('/login', wrong);
    await signIn(2);
    for (let time = 0; time < 4; time += 1)
      await stranger.browser.post('/login', { password: 'x', next: '/' });
    expect(hints()).toEqual([]);
  });
});
