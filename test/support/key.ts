// A security key in the hands of a professional: enrolled with a ticket, touched when the gateway asks for more than a
// code. The key is a program of ours; what it answers is verified for real.
import { systemRandom } from '@palier/mfa-core';
import { softwareAuthenticator } from '@palier/mfa-core/testing';
import type { Professional, Seated } from './professional.ts';

export interface Key {
  /** Proves with a touch; answers the status of the step-up. */
  touch(): Promise<number>;
}

/** Enrols a key that never leaves its owner; the enrolment itself is a proof. */
export async function enrolKey(site: Seated, { browser, login }: Professional): Promise<Key> {
  const key = softwareAuthenticator({ random: systemRandom, userVerified: true });
  const { origin } = site.origin;
  const call = async (target: string, value: unknown): Promise<ReturnType<typeof JSON.parse>> =>
    JSON.parse((await browser.call(target, value)).text);
  const { right } = await call('/.palier/api/enrol/ticket', { ticket: await site.ticketFor(login) });
  const offer = await call('/.palier/api/enrol/begin', { right, kind: 'webauthn', name: 'key' });
  const response = await key.create(offer.webauthn, origin);
  const done = await call('/.palier/api/enrol/complete', {
    challenge: offer.challenge,
    response,
    name: 'key',
  });
  if (done.outcome !== 'enrolled') throw new Error(`the key was not enrolled: ${JSON.stringify(done)}`);
  return {
    touch: async () => {
      const begun = await call('/.palier/api/step-up', {});
      const assertion = await key.get(begun.webauthn, origin);
      const { status } = await browser.call('/.palier/api/step-up/webauthn', {
        challenge: begun.challenge,
        response: assertion,
      });
      return status;
    },
  };
}
