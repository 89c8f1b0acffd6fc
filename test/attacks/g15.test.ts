// G15, the gateway's own word to the portal, and the words of others it reads.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seat } from '../support/professional.ts';
import { valuesOf } from '../support/recorder-upstream.ts';
import { g15 } from './cases/g15.ts';
import { playGroup } from './run.ts';
import { type GatewayStand, isWhoAmI, sessionOf, startStand } from './stand.ts';

playGroup('G15', g15);

describe('the assertion', () => {
  let stand: GatewayStand;
  beforeAll(async () => {
    stand = await startStand();
  });
  afterAll(() => stand.close());

  const wordsFor = (target: string): readonly string[] =>
    stand.portal.requests
      .filter((request) => !isWhoAmI(request) && request.target === target)
      .flatMap((request) => valuesOf(request, 'palier-assertion'));

  it('A251: fits into every portal, however often its person proved who it is', async () => {
    const person = seat(stand, 'pharmacie-41');
    person.browser.cookies.set('PORTALSID', sessionOf('pharmacie-41'));
    await person.enrolApp();
    for (let gesture = 0; gesture < 12; gesture += 1) {
      stand.clock.advance(30);
      await person.stepUp(await person.browser.go('/.palier/step-up'));
    }
    await person.browser.go('/notes/1');
    const [word = ''] = wordsFor('/notes/1');
    expect(await stand.verified(word)).toMatchObject({ sub: 'pharmacie-41', acr: 'mfa' });
    expect(word.length).toBeLessThan(1024);
  });

  it('A245: is a different one for each request where the route binds it, and the same for half a minute elsewhere', async () => {
    const person = seat(stand, 'pharmacie-42');
    person.browser.cookies.set('PORTALSID', sessionOf('pharmacie-42'));
    for (const target of ['/bound', '/bound', '/notes/2', '/notes/2']) await person.browser.go(target);
    const [bound, plain] = [wordsFor('/bound'), wordsFor('/notes/2')];
    expect([new Set(bound).size, new Set(plain).size]).toEqual([2, 1]);
    expect(await stand.verified(bound[0] ?? '')).toMatchObject({ htm: 'GET', jti: expect.any(String) });
    const tampered = `${(bound[0] ?? '').slice(0, -6)}AAAAAA`;
    expect(await stand.verified(tampered)).toBeUndefined();
  });

  it('goes out once on a connection that dies under it, where the decision was for one arrival', async () => {
    const person = seat(stand, 'pharmacie-43');
    person.browser.cookies.set('PORTALSID', sessionOf('pharmacie-43'));
    const arrivals = async (target: string): Promise<number> => {
      stand.portal.clear();
      // A warm connection that is closed at the next request on it.
      await person.browser.go('/notes/3');
      stand.answer((request, socket) => {
        if (request.turn > 1) return void socket.destroy();
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
      });
      await person.browser.go(target);
      return stand.portal.requests.filter((request) => request.target === target).length;
    };
    expect(await arrivals('/bound')).toBe(1);
    // Control: an ordinary page goes out again on a new connection (RFC 9110 section 9.2.2).
    expect(await arrivals('/notes/4')).toBe(2);
  });
});
