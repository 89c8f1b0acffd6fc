// A ceremony at a provider, from the moment the person leaves until the answer comes back: bound to who began it, good
// once, ten minutes long. A session's is kept in the store, sealed, and its id is the state (A227): what was not begun here,
// was begun by another browser, or came back before, finds nothing. Of a browser that has no session yet nothing is kept:
// its state is the sealed ceremony itself (sign-in/carried.ts).
import {
  after,
  type ChallengeStore,
  type Clock,
  challengeLifetimes,
  type Instant,
  makeChallengeId,
  open,
  parseChallengeId,
  type Random,
  type SealingKeys,
  type Session,
  type SessionId,
  seal,
} from '@palier/mfa-core';
import { type CarriedSignIns, carriedSignIns } from '../sign-in/carried.ts';

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

/** Those of sessions. */
export interface Ceremonies {
  begin(session: Pick<Session, 'id' | 'account'>, provider: string, onward: string): Promise<Begun>;
  /** Whether such a ceremony is under way; spends nothing. */
  isOpen(session: SessionId, state: string | undefined): Promise<boolean>;
  /** Takes it out of the store: of parallel callers exactly one gets it. */
  finish(session: SessionId, provider: string, state: string | undefined): Promise<Begun | undefined>;
}

/** Those of browsers. */
export interface SignInCeremonies {
  begin(browser: SessionId, provider: string, onward: string): Begun;
  /** Of parallel callers one gets it. */
  finish(browser: SessionId, provider: string, state: string | undefined): Begun | undefined;
}

export interface CeremonyParts {
  readonly challenges: ChallengeStore;
  readonly keys: SealingKeys;
  readonly clock: Clock;
  readonly random: Random;
}

type Asked = Omit<Begun, 'state'>;

function asked({ clock, random }: CeremonyParts, provider: string, onward: string): Asked {
  const text = (): string => Buffer.from(random(32)).toString('base64url');
  return { nonce: text(), verifier: text(), begunAt: clock.now(), provider, onward };
}

const purpose = 'step-up-away';

export function createCeremonies(parts: CeremonyParts): Ceremonies {
  const { challenges, keys, clock, random } = parts;
  return {
    begin: async (session, provider, onward) => {
      const id = makeChallengeId(random);
      const begun: Begun = { state: id, ...asked(parts, provider, onward) };
      const sealed = seal(keys, Buffer.from(JSON.stringify(begun)), [purpose, id], random);
      const expiresAt = after(begun.begunAt, challengeLifetimes[purpose]);
      const whose = { session: session.id, account: session.account };
      await challenges.put({ id, purpose, ...whose, expiresAt, payload: { sealed } });
      return begun;
    },
    isOpen: async (session, state) => {
      const id = state === undefined ? undefined : parseChallengeId(state);
      return id !== undefined && (await challenges.peek(id, purpose, session, clock.now())) !== undefined;
    },
    finish: async (session, provider, state) => {
      const id = state === undefined ? undefined : parseChallengeId(state);
      const kept = id && (await challenges.take(id, purpose, session, clock.now()));
      if (id === undefined || kept === undefined) return undefined;
      const bytes = open(keys, kept.payload.sealed, [purpose, id]);
      const begun = JSON.parse(Buffer.from(bytes).toString('utf8')) as Begun;
      return begun.provider === provider ? begun : undefined;
    },
  };
}

export function createSignInCeremonies(parts: CeremonyParts): SignInCeremonies {
  const carried: CarriedSignIns<Asked> = carriedSignIns(
    { ...parts, sealing: parts.keys },
    'oidc',
    challengeLifetimes[purpose],
  );
  return {
    begin: (browser, provider, onward) => {
      const content = asked(parts, provider, onward);
      return { state: carried.begin(browser, content), ...content };
    },
    finish: (browser, provider, state) => {
      const found = state === undefined ? undefined : carried.look(state);
      if (state === undefined || found?.browser !== browser || found.content.provider !== provider)
        return undefined;
      return carried.spend(found) ? { state, ...found.content } : undefined;
    },
  };
}
