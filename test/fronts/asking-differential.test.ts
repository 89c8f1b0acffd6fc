// The fronts that ask, with the shipped files: what they forward is what the gateway was asked about, byte for byte. The
// gateway's word names method and target, so a front with another idea of the request than its question is found out.

import { describe, expect, it, onTestFinished } from 'vitest';
import { freePort } from '../../examples/portal/free-port.ts';
import { askingPrograms, startAskingFront } from '../support/asking-front.ts';
import { startFrontOf } from '../support/front-of.ts';
import { isFrontMissing } from '../support/front-server.ts';
import { startRecorder } from '../support/recorder-upstream.ts';
import { honest } from './confusing-requests.ts';
import { all, closed, honestSent, jwksOf, portalAnswers, routes, sendAll, undecided } from './decided.ts';

const asked = (port: number): string =>
  `forwardAuth: { listen: "127.0.0.1:${port}", trustedPeers: [127.0.0.1] }\n${routes}`;

describe.each(askingPrograms)('%s', (program) => {
  const start = async (unasking: boolean) => {
    const portal = await startRecorder(portalAnswers);
    const [front, ask] = [await freePort(), await freePort()];
    const gateway = await startFrontOf(portal.port, `hosts: ["localhost:${front}"]\n${asked(ask)}`);
    const places = { front, ask, gateway: gateway.port, portal: portal.port, host: 'localhost' };
    const server = await startAskingFront(program, places, unasking);
    onTestFinished(() => closed(server, gateway, portal));
    return { portal, gateway, front, host: `localhost:${front}` };
  };

  it.skipIf(isFrontMissing(program))(
    `asks, with the shipped file: of ${all.length} requests what reaches the portal was decided on these bytes`,
    async () => {
      const { portal, gateway, front, host } = await start(false);
      const jwks = await jwksOf(front, host);
      expect(await sendAll(front, honest, host)).toEqual(honest.map(() => 200));
      expect(honestSent(portal)).toBe(honest.length);
      await sendAll(front, all, host);
      expect(await undecided(portal, gateway, jwks)).toEqual([]);
      const shown = portal.requests.filter(({ target }) => /patients/i.test(target.split('?')[0] ?? ''));
      expect(shown).toEqual([]);
    },
    180_000,
  );

  it.skipIf(isFrontMissing(program))(
    'negative control: told not to ask, it lets the same requests through undecided',
    async () => {
      const { portal, gateway, front, host } = await start(true);
      await sendAll(front, all.slice(0, 60), host);
      expect((await undecided(portal, gateway, '{"keys":[]}')).length).toBeGreaterThan(5);
    },
    180_000,
  );
});
