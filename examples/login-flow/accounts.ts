// The portal's own sign-in, as it was before the second factor came: names, passwords and a cookie of its own.
// All people and passwords here are invented; a portal with real ones wants a costlier scrypt.
import { randomBytes, scryptSync, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

const salt = 'login-flow';
const hashOf = (password: string): Buffer => scryptSync(password, salt, 32, { N: 1024 });

const passwords: ReadonlyMap<string, Buffer> = new Map([
  ['medecin1', hashOf('medecin1-motdepasse')],
  ['pharmacie1', hashOf('pharmacie1-motdepasse')],
]);

const unknown = hashOf(randomBytes(16).toString('hex'));

/** Whether name and password belong together; as slow for a name that does not exist. */
export function passwordFits(login: string, password: string): boolean {
  const kept = passwords.get(login);
  const same = timingSafeEqual(hashOf(password), kept ?? unknown);
  return same && kept !== undefined;
}

/** The portal's sign-ins, in memory: what the cookie stands for. */
export interface SignIns {
  begin(login: string): string;
  end(request: IncomingMessage): void;
  /** Who is signed in: the one function mfa-core asks for. */
  account(request: IncomingMessage): string | undefined;
}

export function createSignIns(): SignIns {
  const held = new Map<string, string>();
  const idOf = (request: IncomingMessage): string =>
    /(?:^|; )portal=([0-9a-f]{32})/.exec(request.headers.cookie ?? '')?.[1] ?? '';
  return {
    begin: (login) => {
      const id = randomBytes(16).toString('hex');
      held.set(id, login);
      return id;
    },
    end: (request) => void held.delete(idOf(request)),
    account: (request) => held.get(idOf(request)),
  };
}
