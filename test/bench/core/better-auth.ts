// better-auth's two-factor plugin with its store in memory: the check of a code inside a session. The one code of now is
// sent each time, which it accepts; ours would not.
import { parseKeyUri, systemClock } from '@palier/mfa-core';
import { totpCode } from '@palier/mfa-core/testing';
import { betterAuth } from 'better-auth';
import { memoryAdapter } from 'better-auth/adapters/memory';
import { twoFactor } from 'better-auth/plugins';
import type { Contender } from './rounds.ts';

const password = 'correct horse battery';

export async function betterAuthCodes(): Promise<Contender> {
  const tables: Parameters<typeof memoryAdapter>[0] = {
    user: [],
    session: [],
    account: [],
    verification: [],
    twoFactor: [],
  };
  const auth = betterAuth({
    secret: 'a secret of thirty-two characters and more',
    baseURL: 'http://localhost:3000',
    database: memoryAdapter(tables),
    emailAndPassword: { enabled: true },
    telemetry: { enabled: false },
    logger: { disabled: true },
    plugins: [twoFactor({ issuer: 'Portail' })],
  });
  const signedUp = await auth.api.signUpEmail({
    body: { email: 'bench@portail.example', password, name: 'bench' },
    returnHeaders: true,
  });
  const headers = new Headers({ cookie: cookiesOf(signedUp.headers) });
  const enabled = await auth.api.enableTwoFactor({ body: { password }, headers });
  const app = parseKeyUri('totpURI' in enabled ? enabled.totpURI : undefined);
  if (app.outcome === 'refused') throw new Error(app.reason);
  const { secret } = app.secrets[0];
  const verify = async (code: string): Promise<string> => {
    const done = await auth.api.verifyTOTP({ body: { code }, headers, returnHeaders: true });
    return cookiesOf(done.headers);
  };
  // The first right code turns the factor on and gives another session.
  const again = await verify(totpCode(secret, systemClock.now()));
  if (again !== '') headers.set('cookie', again);
  return {
    name: 'better-auth, with its store',
    prepare: async (count) => async () => {
      const code = totpCode(secret, systemClock.now());
      for (let call = 0; call < count; call += 1) await verify(code);
    },
  };
}

function cookiesOf(headers: Headers): string {
  return headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ');
}
