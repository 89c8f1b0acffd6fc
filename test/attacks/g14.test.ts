// G14, the browser's side: single requests of the catalogue, then what every answer of ours says to a browser. The same
// with a real one is test/browser.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { personOf } from '../support/ledger-folder.ts';
import { type Professional, seat } from '../support/professional.ts';
import { g14 } from './cases/g14.ts';
import { exchanged, playGroup } from './run.ts';
import { type GatewayStand, sessionOf, startStand } from './stand.ts';

playGroup('G14', g14);

describe('an answer of ours', () => {
  let stand: GatewayStand;
  let person: Professional;
  beforeAll(async () => {
    stand = await startStand();
    person = seat(stand, 'pharmacie-21');
    person.browser.cookies.set('PORTALSID', sessionOf('pharmacie-21'));
    await person.enrolApp();
  });
  afterAll(() => stand.close());

  const asked = async (target: string, accept: string, method = 'GET'): Promise<string> => {
    const cookie = [...person.browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const [reply] = await exchanged(
      stand.port,
      `${method} ${target} HTTP/1.1\r\nHost: ${stand.host}\r\nCookie: ${cookie}\r\nAccept: ${accept}\r\nConnection: close\r\n\r\n`,
    );
    return `${reply?.head ?? ''}\r\n\r\n${reply?.body ?? ''}`;
  };

  const everywhere: readonly (readonly [status: number, target: string, accept: string, method: string])[] = [
    [200, '/.palier/step-up', 'text/html', 'GET'],
    [200, '/.palier/factors', 'text/html', 'GET'],
    [200, '/.palier/enrol', 'text/html', 'GET'],
    [404, '/.palier/nowhere', 'text/html', 'GET'],
    [404, '/nowhere', 'text/html', 'GET'],
    [404, '/nowhere', '*/*', 'GET'],
    [400, '//nowhere', '*/*', 'GET'],
    [405, '/patients/1', 'text/html', 'DELETE'],
    [400, '/patients/nobody', 'text/html', 'GET'],
    [400, '/lookup?nir=1&nir=2', 'application/json', 'GET'],
  ];

  it.each(everywhere)(
    'A233, A239: %i %s (%s) can be framed by nobody, sniffed by nothing and kept nowhere',
    async (status, target, accept, method) => {
      const answer = await asked(target, accept, method);
      const value = (name: string): string =>
        new RegExp(`\\r\\n${name}: ([^\\r]*)`, 'i').exec(answer)?.[1] ?? 'missing';
      expect(answer.slice(9, 12)).toBe(String(status));
      expect(value('content-security-policy')).toContain("frame-ancestors 'none'");
      expect(value('content-security-policy')).toMatch(/default-src 'none'/);
      expect(value('content-security-policy')).not.toContain('unsafe');
      expect(value('x-frame-options')).toBe('DENY');
      expect(value('x-content-type-options')).toBe('nosniff');
      expect(value('cache-control')).toBe('no-store');
      expect(value('referrer-policy')).toBe('strict-origin');
    },
  );

  it('A235: tells no other site where it came from, and has no person in an address', async () => {
    stand.clock.advance(13 * 3600);
    const stopped = await person.browser.go(`/patients/${personOf(7)}`);
    expect(stopped.status).toBe(303);
    expect(stopped.location).not.toContain(personOf(7));
    expect(stopped.headers['referrer-policy']).toBe('strict-origin');
    const page = await person.browser.go(stopped.location);
    expect(page.text).not.toContain(personOf(7));
  });

  it.each(['"><script>alert(1)</script>', '<img src=x onerror=alert(1)>', "'-alert(1)-'"])(
    'A238: shows a factor named %s as text, and runs our own scripts only',
    async (name) => {
      const login = `pharmacie-${30 + name.length}`;
      const owner = seat(stand, login);
      owner.browser.cookies.set('PORTALSID', sessionOf(login));
      await owner.enrolApp('', name);
      const page = await owner.browser.go('/.palier/factors');
      expect(page.text).toContain('alert(1)');
      expect(page.text).not.toMatch(/<script>|<img src=x|'-alert/);
      expect(page.text.replace(/<script src="\/\.palier\/[a-z.]+" defer><\/script>/g, '')).not.toContain(
        '<script',
      );
    },
  );

  it('A242: to a page fetched ahead opens no session and holds no way back; to one that is looked at it does', async () => {
    const fresh = seat(stand, 'pharmacie-29');
    fresh.browser.cookies.set('PORTALSID', sessionOf('pharmacie-29'));
    const ahead = await fresh.browser.go(`/patients/${personOf(8)}`, { 'sec-purpose': 'prefetch' });
    expect([ahead.status, ahead.location, ahead.headers['set-cookie']]).toEqual([401, '', undefined]);
    const looked = await fresh.browser.go(`/patients/${personOf(8)}`);
    expect([looked.status, looked.headers['set-cookie']?.length]).toEqual([303, 1]);
  });

  it('A244: lets a code be filled in by the browser and pasted', async () => {
    const page = await person.browser.go('/.palier/step-up');
    expect(page.text).toContain('autocomplete="one-time-code"');
    expect(page.text).not.toMatch(/onpaste|readonly/);
  });
});
