// A right assertion of a key, judged by each of them. The bare library verifies the signature and its own few checks; ours
// spends the challenge, counts the attempt, makes the checks the library leaves out, and judges the counter in the store.
import { verifyAuthenticationResponse } from '@simplewebauthn/server';
import { proveKey } from '../../../packages/mfa-core/src/key-proof.ts';
import { verifyAssertion } from '../../../packages/mfa-core/src/webauthn/assertion.ts';
import { type Bench, origin, partsOf, relyingParty, withKey } from './people.ts';
import type { Contender } from './rounds.ts';

type Response = Awaited<ReturnType<Awaited<ReturnType<typeof withKey>>['key']['get']>>;

interface Answer {
  readonly challenge: string;
  /** What the challenge says, base64url. */
  readonly asked: string;
  readonly response: Response;
}

export async function webauthnContenders(bench: Bench): Promise<readonly Contender[]> {
  const { mfa, stores } = bench;
  const { seat, key } = await withKey(bench);
  const { account } = seat.session;
  const parts = partsOf(bench);
  const factor = (await stores.factors.list(account)).find((one) => one.kind === 'webauthn');
  if (factor === undefined) throw new Error('no key');
  const publicKey = new Uint8Array(Buffer.from(factor.publicKey, 'base64url'));

  // At most so many ceremonies of one session are under way, so a batch takes several sessions.
  const answers = async (
    count: number,
  ): Promise<{
    readonly all: readonly Answer[];
    readonly seat: Awaited<ReturnType<typeof mfa.sessions.open>>;
  }> => {
    if (count > 32) throw new RangeError('a session has at most 32 ceremonies');
    const opened = await mfa.sessions.open(account, 'bench');
    const all: Answer[] = [];
    for (let call = 0; call < count; call += 1) {
      const { challenge, webauthn } = await mfa.stepUp.begin(opened.session);
      if (webauthn === undefined) throw new Error('no options');
      all.push({ challenge, asked: webauthn.challenge, response: await key.get(webauthn, origin) });
    }
    return { all, seat: opened };
  };

  return [
    {
      name: '@simplewebauthn/server, bare',
      prepare: async (count) => {
        const { all } = await answers(count);
        return async () => {
          for (const { asked, response } of all) {
            const result = await verifyAuthenticationResponse({
              response,
              expectedChallenge: asked,
              expectedOrigin: origin,
              expectedRPID: relyingParty.id,
              requireUserVerification: true,
              credential: { id: factor.credentialId, publicKey, counter: 0 },
            });
            if (!result.verified) throw new Error('refused');
          }
        };
      },
    },
    {
      name: 'ours, the assertion alone',
      prepare: async (count) => {
        const { all } = await answers(count);
        return async () => {
          for (const { asked, response } of all) {
            const verdict = await verifyAssertion({ response, challenge: asked, relyingParty, factor });
            if (verdict.outcome === 'refused') throw new Error(verdict.reason);
          }
        };
      },
    },
    {
      name: 'ours, with store and limiter',
      prepare: async (count) => {
        const { all, seat } = await answers(count);
        return async () => {
          for (const { challenge, response } of all) {
            const shown = await proveKey(parts, seat.session, { kind: 'webauthn', challenge, response });
            if (shown.outcome === 'refused') throw new Error(shown.reason);
          }
        };
      },
    },
    {
      name: 'ours, the whole step-up',
      prepare: async (count) => {
        const { all, seat } = await answers(count);
        let { token } = seat;
        return async () => {
          for (const { challenge, response } of all) {
            const done = await mfa.stepUp.complete(token, { kind: 'webauthn', challenge, response });
            if (done.outcome === 'refused') throw new Error(done.reason);
            token = done.token;
          }
        };
      },
    },
  ];
}
