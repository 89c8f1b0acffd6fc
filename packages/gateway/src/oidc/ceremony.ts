// A ceremony at a provider, from the moment the person leaves until the answer comes back: kept in the store, sealed,
// bound to who began it, good once, ten minutes long. Its id is the state (A227): what was not begun here, was begun by
// another browser, or came back before, finds nothing.
import {
  after,
  type Challenge,
  type ChallengeStore,
  type Clock,
  challengeLifetimes,
  type Instant,
  makeChallengeId,
  open,
  parseChallengeId,
  type Random,
  type SealingKeys,
  type SessionId,
  seal,
} from '@palier/mfa-core';

export type Away = 'step-up-away' | 'sign-in-away';

/** Whose ceremony it is: a session of ours, or a browser that has none yet. */
export type Beginner = Pick<Challenge, 'session' | 'account'>;

/** What is known when the answer comes back. */
export interface Begun {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  readonly begunAt: Instant;
  /** The provider it was begun with: the answer of another one is not for it (mix-up, RFC 9700 section 4.4). */
  readonly provider: string;
  /** Where the person goes on: a resume ticket, or a path of this site. */
  readonly onward: string;
}

/** The state of a callback; two of them are none. */
export function stateIn(query: string): string | undefined {
  const [only, ...more] = new URLSearchParams(query).getAll('state');
  return more.length === 0 ? only : undefined;
}

export interface Ceremonies {
  begin(purpose: Away, beginner: Beginner, provider: string, onward: string): Promise<Begun>;
  /** Whether such a ceremony is under way; spends nothing. */
  isOpen(purpose: Away, session: SessionId, state: string | undefined): Promise<boolean>;
  /** Takes it out of the store: of parallel callers exactly one gets it. */
  finish(
    purpose: Away,
    session: SessionId,
    provider: string,
    state: string | undefined,
  ): Promise<Begun | undefined>;
}

export interface CeremonyParts {
  readonly challenges: ChallengeStore;
  readonly keys: SealingKeys;
  readonly clock: Clock;
  readonly random: Random;
}

export function createCeremonies(parts: CeremonyParts): Ceremonies {
  const { challenges, keys, clock, random } = parts;
  const text = (): string => Buffer.from(random(32)).toString('base64url');
  return {
    begin: async (purpose, beginner, provider, onward) => {
      const id = makeChallengeId(random);
      const begunAt = clock.now();
      const begun: Begun = { state: id, nonce: text(), verifier: text(), begunAt, provider, onward };
      const sealed = seal(keys, Buffer.from(JSON.stringify(begun)), [purpose, id], random);
      const expiresAt = after(begunAt, challengeLifetimes[purpose]);
      await challenges.put({ id, purpose, ...beginner, expiresAt, payload: { sealed } });
      return begun;
    },
    isOpen: async (purpose, session, state) => {
      const id = state === undefined ? undefined : parseChallengeId(state);
      return id !== undefined && (await challenges.peek(id, purpose, session, clock.now())) !== undefined;
    },
    finish: async (purpose, session, provider, state) => {
      const id = state === undefined ? undefined : parseChallengeId(state);
      const kept = id && (await challenges.take(id, purpose, session, clock.now()));
      if (id === undefined || kept === undefined) return undefined;
      const bytes = open(keys, kept.payload.sealed, [purpose, id]);
      const begun = JSON.parse(Buffer.from(bytes).toString('utf8')) as Begun;
      return begun.provider === provider ? begun : undefined;
    },
  };
}
