// The way between the two origins. The main origin asks: a one-time challenge, bound to the session, whose name travels
// sealed. The card listener answers: it spends the challenge and leaves what it saw under a new random name, which it
// gives to the browser that showed the card and to nobody else. The main origin redeems that, once, for the very session
// that asked. So whoever sends somebody a link to the card listener gains nothing: the answer comes back to that other
// browser, whose session never asked. No cookie is shared and none is needed at the listener.
import {
  type AccountId,
  after,
  type ChallengeId,
  type ChallengeStore,
  type Clock,
  challengeLifetimes,
  type Instant,
  MfaError,
  makeChallengeId,
  open,
  parseChallengeId,
  parseSessionId,
  type Random,
  type Sealed,
  type SealingKeys,
  type Session,
  type SessionId,
  seal,
} from '@palier/mfa-core';
import { type CarriedSignIns, carriedSignIns } from '../sign-in/carried.ts';

/** What the card is for: a proof for this session, the right to enrol a factor with that proof, or a session at all. */
export type Way = 'step-up' | 'enrol' | 'sign-in';

export interface Asked {
  /** Who must be on the card; empty where the card is to say who it is. */
  readonly person: string;
  readonly way: Way;
  /** The way back of the page, opaque; empty when there is none. */
  readonly resume: string;
}

export interface Shown extends Asked {
  /** SHA-256 of the certificate. */
  readonly fingerprint: string;
  readonly at: Instant;
  /** When the certificate ends. */
  readonly validTo: Instant;
  /** Of a sign-in: what the page calls the person, and the certificates (base64 of DER, the card's first). */
  readonly displayName?: string | undefined;
  readonly chain?: readonly string[];
}

/** A challenge as the listener found it. */
export interface Asking {
  readonly id: string;
  readonly asked: Asked;
  readonly session: SessionId;
  readonly account: AccountId;
  /** Of parallel callers exactly one gets true. */
  readonly spend: () => Promise<boolean>;
}

export interface HandOver {
  /** On the main origin: the text that goes to the listener in the address. */
  ask(session: Pick<Session, 'id' | 'account'>, asked: Asked): Promise<string>;
  /** The same for a browser in which nobody is known, where the card is to say who it is. */
  askUnknown(browser: SessionId, onward: string): string;
  /** At the listener: looks. Undefined for anything that is not a challenge under way. */
  look(text: string): Promise<Asking | undefined>;
  /** At the listener: spends the challenge without an answer. */
  refuse(asking: Asking): Promise<void>;
  /** At the listener: spends the challenge; of parallel answers one gets a name to redeem. */
  answer(asking: Asking, shown: Omit<Shown, 'way' | 'resume'>): Promise<ChallengeId | undefined>;
  /** On the main origin: spends the answer, for the session that asked. */
  redeem(session: Pick<Session, 'id'>, text: string): Promise<Shown | undefined>;
}

export interface HandOverParts {
  readonly challenges: ChallengeStore;
  readonly sealing: SealingKeys;
  readonly clock: Clock;
  readonly random: Random;
}

export function createHandOver(parts: HandOverParts): HandOver {
  const { challenges, clock } = parts;
  const unknown = carriedSignIns<string>(parts, 'card', challengeLifetimes['card-asked']);
  return {
    ask: async (session, asked) => {
      const id = await put(parts, 'card-asked', session, session.account, asked);
      return sealed(parts, [session.id, id], address);
    },
    askUnknown: (browser, onward) => unknown.begin(browser, onward),
    look: async (text) => lookUnknown(unknown, text) ?? look(parts, text),
    refuse: async ({ spend }) => void (await spend()),
    answer: async ({ session, account, asked, spend }, shown) => {
      if (!(await spend())) return undefined;
      return put(parts, 'card-shown', { id: session }, account, { ...asked, ...shown });
    },
    redeem: async (session, text) => {
      const id = parseChallengeId(text);
      const found = id && (await challenges.take(id, 'card-shown', session.id, clock.now()));
      if (id === undefined || found === undefined) return undefined;
      return opened(parts, found.payload.sealed, ['card-shown', session.id, id]) as Shown;
    },
  };
}

/** Nobody has been named yet. */
const nobody = 'nobody' as AccountId;

function lookUnknown(unknown: CarriedSignIns<string>, text: string): Asking | undefined {
  const carried = unknown.look(text);
  return (
    carried && {
      id: carried.id,
      asked: { person: '', way: 'sign-in', resume: carried.content },
      session: carried.browser,
      account: nobody,
      spend: async () => unknown.spend(carried),
    }
  );
}

/** What a text in an address is sealed for: no row of the store opens as one. */
const address = ['card-address'];

async function look(parts: HandOverParts, text: string): Promise<Asking | undefined> {
  const named = text.length > 400 ? undefined : openedOrNot(parts, text as Sealed, address);
  const [session, id] = Array.isArray(named) ? (named as readonly unknown[]) : [];
  const sessionId = typeof session === 'string' ? parseSessionId(session) : undefined;
  const challengeId = typeof id === 'string' ? parseChallengeId(id) : undefined;
  if (sessionId === undefined || challengeId === undefined) return undefined;
  const found = await parts.challenges.peek(challengeId, 'card-asked', sessionId, parts.clock.now());
  if (found === undefined) return undefined;
  const asked = opened(parts, found.payload.sealed, ['card-asked', sessionId, challengeId]) as Asked;
  return {
    id: challengeId,
    asked,
    session: sessionId,
    account: found.account,
    spend: async () =>
      (await parts.challenges.take(challengeId, 'card-asked', sessionId, parts.clock.now())) !== undefined,
  };
}

async function put(
  parts: HandOverParts,
  purpose: 'card-asked' | 'card-shown',
  session: { readonly id: SessionId },
  account: AccountId,
  content: Asked | Shown,
): Promise<ChallengeId> {
  const id = makeChallengeId(parts.random);
  const expiresAt = after(parts.clock.now(), challengeLifetimes[purpose]);
  const payload = { sealed: sealed(parts, content, [purpose, session.id, id]) };
  await parts.challenges.put({ id, purpose, session: session.id, account, expiresAt, payload });
  return id;
}

function sealed({ sealing, random }: HandOverParts, content: unknown, binding: readonly string[]): Sealed {
  return seal(sealing, new TextEncoder().encode(JSON.stringify(content)), binding, random);
}

function opened({ sealing }: HandOverParts, text: Sealed, binding: readonly string[]): unknown {
  return JSON.parse(new TextDecoder().decode(open(sealing, text, binding)));
}

/** A text of an address may be anything. */
function openedOrNot(parts: HandOverParts, text: Sealed, binding: readonly string[]): unknown {
  try {
    return opened(parts, text, binding);
  } catch (error) {
    if (error instanceof MfaError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
