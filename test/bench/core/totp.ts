// A right code of an app, judged by each of them. The bare libraries say whether it belongs to a time step and no more;
// better-auth and we say whether it may still be used, and count the guess.

import { verifySync } from '@otplib/totp';
import { defaultPolicy, instantOf } from '@palier/mfa-core';
import { totpCode } from '@palier/mfa-core/testing';
import { TOTP as Otpauth, Secret as OtpauthSecret } from 'otpauth';
import { NobleCryptoPlugin } from 'otplib';
import { proveCode } from '../../../packages/mfa-core/src/code-proof.ts';
import { verifyTotp } from '../../../packages/mfa-core/src/totp/totp.ts';
import { betterAuthCodes } from './better-auth.ts';
import { type Bench, partsOf, withApp } from './people.ts';
import type { Contender } from './rounds.ts';

const noble = new NobleCryptoPlugin();
const waits = defaultPolicy.codeWaits.map((wait) => wait * 1000);
const settings = { hash: 'sha1', digits: 6, period: 30 } as const;

interface Shown {
  readonly code: string;
  /** Milliseconds. */
  readonly at: number;
}

/** Codes of the steps to come, a new one for each call, as a phone would show them. */
function shown(secret: Uint8Array, from: number, count: number): readonly Shown[] {
  return Array.from({ length: count }, (_, index) => {
    const at = from + (index + 1) * 30_000;
    return { code: totpCode(secret, instantOf(at)), at };
  });
}

function right(isRight: boolean): void {
  if (!isRight) throw new Error('a right code was refused');
}

export async function totpContenders(bench: Bench): Promise<readonly Contender[]> {
  const { mfa, clock, stores } = bench;
  const { seat, secret } = await withApp(bench);
  const parts = partsOf(bench);
  const [factor] = await stores.factors.list(seat.session.account);
  if (factor === undefined) throw new Error('no app');
  const next = (count: number): readonly Shown[] => shown(secret, clock.now(), count);
  const otpauth = new Otpauth({ secret: new OtpauthSecret({ buffer: secret.slice().buffer }) });
  return [
    {
      name: 'otplib, bare',
      prepare: async (count) => {
        const codes = next(count);
        return async () => {
          for (const { code: token, at } of codes) {
            const epoch = Math.floor(at / 1000);
            right(verifySync({ secret, token, epoch, epochTolerance: [30, 0], crypto: noble }).valid);
          }
        };
      },
    },
    {
      name: 'otpauth, bare',
      prepare: async (count) => {
        const codes = next(count);
        return async () => {
          for (const { code: token, at } of codes)
            right(otpauth.validate({ token, timestamp: at, window: 1 }) === 0);
        };
      },
    },
    {
      name: 'ours, the code alone',
      prepare: async (count) => {
        const codes = next(count);
        return async () => {
          for (const { code, at } of codes)
            right(verifyTotp(secret, settings, code, -1, instantOf(at)).outcome === 'matched');
        };
      },
    },
    {
      name: 'ours, with replay step and limiter',
      prepare: async (count) => {
        const codes = next(count);
        const lane = { account: seat.session.account, kind: 'code' } as const;
        return async () => {
          for (const { code, at } of codes) {
            const now = clock.set(at);
            const reserved = await stores.attempts.reserve(lane, waits, 100, now);
            const verdict = verifyTotp(secret, settings, code, -1, now);
            const won =
              verdict.outcome === 'matched' &&
              (await stores.factors.advanceTotpStep(lane.account, factor.id, verdict.step, now)) ===
                'advanced';
            await stores.attempts.clear(lane);
            right(won && reserved.outcome === 'granted');
          }
        };
      },
    },
    {
      name: 'ours, also opening the sealed secret',
      prepare: async (count) => {
        const codes = next(count);
        return async () => {
          for (const { code, at } of codes) {
            clock.set(at);
            right((await proveCode(parts, seat.session, { kind: 'totp', code })).outcome === 'shown');
          }
        };
      },
    },
    {
      name: 'ours, the whole step-up',
      prepare: async (count) => {
        const opened = await mfa.sessions.open(seat.session.account, 'bench');
        const codes = next(count);
        let { token } = opened;
        return async () => {
          for (const { code, at } of codes) {
            clock.set(at);
            const done = await mfa.stepUp.complete(token, { kind: 'totp', code });
            if (done.outcome === 'refused') throw new Error(done.reason);
            token = done.token;
          }
        };
      },
    },
    await betterAuthCodes(),
  ];
}
