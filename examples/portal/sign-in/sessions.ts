// Sessions of the portal: an opaque id in a cookie, one hour idle and four hours in all (the values the
// French health insurance published in July 2022). Says who signed in and nothing about how.

/** Tells the time, in milliseconds since 1970. */
export type Clock = () => number;

/** Makes this many random bytes. */
export type Random = (bytes: number) => Uint8Array;

/** Open sessions, in memory. */
export interface Sessions {
  open(login: string): string;
  /** Names the login of a live session and counts the call as use of it. */
  use(id: string): string | undefined;
  end(id: string): void;
  /** Ends all of an account's sessions, but `except`. */
  endAllOf(login: string, except?: string): void;
}

interface Session {
  readonly login: string;
  readonly openedAt: number;
  usedAt: number;
}

const HOUR = 3_600_000;
const IDLE = HOUR;
const IN_ALL = 4 * HOUR;

/** Creates an empty set of sessions. */
export function createSessions(options: { readonly clock: Clock; readonly random: Random }): Sessions {
  const { clock, random } = options;
  const sessions = new Map<string, Session>();
  const isLive = ({ openedAt, usedAt }: Session): boolean =>
    clock() < Math.min(openedAt + IN_ALL, usedAt + IDLE);
  return {
    open(login) {
      forgetOldest(sessions, clock() - IN_ALL);
      const id = Buffer.from(random(24)).toString('base64url');
      sessions.set(id, { login, openedAt: clock(), usedAt: clock() });
      return id;
    },
    use(id) {
      const session = sessions.get(id);
      if (session === undefined || !isLive(session)) return undefined;
      session.usedAt = clock();
      return session.login;
    },
    end: (id) => void sessions.delete(id),
    endAllOf(login, except) {
      for (const [id, session] of sessions) if (session.login === login && id !== except) sessions.delete(id);
    },
  };
}

// A Map keeps the order of opening, so the expired ones are at its front.
function forgetOldest(sessions: Map<string, Session>, openedBefore: number): void {
  for (const [id, { openedAt }] of sessions) {
    if (openedAt > openedBefore) return;
    sessions.delete(id);
  }
}
