// G12, sessions and what they have proved: single requests of the catalogue, then whole ceremonies.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { personOf } from '../support/ledger-folder.ts';
import { type Professional, seat } from '../support/professional.ts';
import { valuesOf } from '../support/recorder-upstream.ts';
import { g12 } from './cases/g12.ts';
import { exchanged, playGroup } from './run.ts';
import { type GatewayStand, isWhoAmI, sessionOf, startStand } from './stand.ts';

playGroup('G12', g12);

describe('the session of a browser', () => {
  let stand: GatewayStand;
  beforeAll(async () => {
    stand = await startStand();
  });
  afterAll(() => stand.close());

  function arrived(login: string): Professional {
    const professional = seat(stand, login);
    professional.browser.cookies.set('PORTALSID', sessionOf(login));
    return professional;
  }

  async function present(login: string): Promise<Professional> {
    const professional = arrived(login);
    await professional.enrolApp();
    return professional;
  }

  const statusOf = async (
    cookies: Iterable<readonly [string, string]>,
    target = `/patients/${personOf(5)}`,
  ): Promise<number> => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const [reply] = await exchanged(
      stand.port,
      `GET ${target} HTTP/1.1\r\nHost: ${stand.host}\r\nCookie: ${cookie}\r\nConnection: close\r\n\r\n`,
    );
    return reply?.status ?? 0;
  };

  it('A199: planted before the gesture opens nothing after it, also for requests under way', async () => {
    const victim = arrived('pharmacie-11');
    await victim.browser.go('/.palier/step-up');
    const planted = new Map(victim.browser.cookies);
    const racing = Array.from({ length: 20 }, () => statusOf(planted));
    await victim.enrolApp();
    expect(new Set([...(await Promise.all(racing)), await statusOf(planted)])).toEqual(new Set([401]));
    // Control: the cookie the gesture ended with is the one that opens.
    expect(await statusOf(victim.browser.cookies)).toBe(200);
    expect(victim.browser.cookies.get('__Host-palier')).not.toBe(planted.get('__Host-palier'));
  });

  it('A200: a way back is opaque, and good for its own session and person only', async () => {
    const [mine, other] = [await present('pharmacie-12'), await present('pharmacie-13')];
    stand.clock.advance(13 * 3600);
    const stopped = await mine.browser.go(`/patients/${personOf(6)}`);
    expect(stopped.location).toMatch(/^\/\.palier\/step-up\?resume=[\w-]+$/);
    expect(stopped.location).not.toContain(personOf(6));
    const resume = new URLSearchParams(stopped.location.split('?')[1]).get('resume') ?? '';
    const foreign = await other.browser.go(`/.palier/step-up/done?resume=${resume}`);
    expect(foreign.location).toBe('');
    const own = await mine.stepUp(await mine.browser.go(stopped.location));
    expect(own.text).toContain(personOf(6));
    expect((await mine.browser.go(`/.palier/step-up/done?resume=${resume}`)).location).toBe('');
  });

  it('A202: is no way back, no held form and no token of another kind, however fresh', async () => {
    const person = await present('pharmacie-14');
    stand.clock.advance(13 * 3600);
    const stopped = await person.browser.go(`/patients/${personOf(6)}`);
    const resume = new URLSearchParams(stopped.location.split('?')[1]).get('resume') ?? '';
    const portal = ['PORTALSID', sessionOf('pharmacie-14')] as const;
    expect(await statusOf([portal, ['__Host-palier', resume]])).toBe(401);
    const ticket = await stand.ticketFor('pharmacie-14');
    expect(await statusOf([portal, ['__Host-palier', ticket]])).toBe(401);
  });

  it('A206: signed out at the portal, it opens nothing at once', async () => {
    const person = await present('pharmacie-15');
    expect(await statusOf(person.browser.cookies)).toBe(200);
    const kept = new Map(person.browser.cookies);
    await person.browser.post('/logout', {});
    expect(await statusOf(kept)).toBe(401);
  });

  it('A208: has a cookie that browsers keep to this host, away from scripts and other sites', async () => {
    const page = await arrived('pharmacie-16').browser.go('/.palier/step-up');
    const [cookie = ''] = [page.headers['set-cookie'] ?? []].flat();
    expect(cookie).toMatch(/^__Host-palier=[\w-]+; Path=\/; Secure; HttpOnly; SameSite=Lax$/);
  });

  it('A211: is stepped up by what the server saw, not by what it answered', async () => {
    const person = await present('pharmacie-17');
    stand.clock.advance(13 * 3600);
    const refused = await person.browser.call('/.palier/api/step-up/totp', {
      code: '000000',
      outcome: 'stepped-up',
    });
    expect(refused.status).toBe(400);
    expect(await statusOf(person.browser.cookies)).toBe(401);
  });

  it('A214: is never taken for that of another, in a thousand requests of three people at once', async () => {
    const people = await Promise.all(['pharmacie-18', 'pharmacie-19', 'pharmacie-20'].map(present));
    stand.portal.clear();
    for (let round = 0; round < 12; round += 1) {
      const statuses = await Promise.all(
        Array.from({ length: 84 }, (_, index) =>
          statusOf(people[index % 3]?.browser.cookies ?? [], '/notes/1'),
        ),
      );
      expect(new Set(statuses)).toEqual(new Set([200]));
    }
    const asked = stand.portal.requests.filter((request) => !isWhoAmI(request));
    const pairs = await Promise.all(
      asked.map(async (request) => {
        const word = await stand.verified(valuesOf(request, 'palier-assertion')[0] ?? '');
        return `${valuesOf(request, 'cookie').join()} ${word?.sub}`;
      }),
    );
    expect(asked).toHaveLength(12 * 84);
    expect(new Set(pairs)).toEqual(
      new Set(people.map(({ login }) => `PORTALSID=${sessionOf(login)} ${login}`)),
    );
  });
});
