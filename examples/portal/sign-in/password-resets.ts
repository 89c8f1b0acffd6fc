// Links that let the reader of a mailbox choose a new password. This is the door of March 2022, kept as it
// was: whoever holds the mailbox holds the account. One link per account, one hour, one use.

import type { Clock, Random } from './sessions.ts';

/** What the portal asks to be mailed. */
export interface Mail {
  readonly to: string;
  readonly login: string;
  /** A path only: which public origin stands before it is not something a request may choose. */
  readonly link: string;
}

/** Pending resets, in memory. */
export interface PasswordResets {
  /** Makes the account's one live link; an earlier one stops working. */
  begin(login: string): string;
  isLive(token: string): boolean;
  /** Uses the link up and names its account; of two callers one gets it. */
  take(token: string): string | undefined;
}

/** Passwords below this length are refused, wherever one is chosen. */
export const SHORTEST_PASSWORD: number = 12;

const LIFETIME = 3_600_000;

/** Creates an empty set of pending resets. */
export function createPasswordResets(options: {
  readonly clock: Clock;
  readonly random: Random;
}): PasswordResets {
  const { clock, random } = options;
  const pending = new Map<string, { readonly login: string; readonly expiresAt: number }>();
  const liveLogin = (token: string): string | undefined => {
    const reset = pending.get(token);
    return reset !== undefined && clock() < reset.expiresAt ? reset.login : undefined;
  };
  return {
    begin(login) {
      for (const [token, reset] of pending) if (reset.login === login) pending.delete(token);
      const token = Buffer.from(random(24)).toString('base64url');
      pending.set(token, { login, expiresAt: clock() + LIFETIME });
      return token;
    },
    isLive: (token) => liveLogin(token) !== undefined,
    take(token) {
      const login = liveLogin(token);
      pending.delete(token);
      return login;
    },
  };
}
