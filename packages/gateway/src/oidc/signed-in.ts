// What a visit to a provider leaves behind: for the sign-outs, the ID token for the provider's own page and which session of
// ours a session of the provider opened; for step-ups, when the person last acted there. Sealed, and as old as a session.
import { createHash } from 'node:crypto';
import {
  after,
  type Challenge,
  type ChallengeId,
  type ChallengeStore,
  type Clock,
  type Instant,
  open,
  parseChallengeId,
  parseSessionId,
  type Random,
  type SealingKeys,
  type Seconds,
  type Session,
  type SessionId,
  seal,
} from '@palier/mfa-core';

export interface SignedInParts {
  readonly challenges: ChallengeStore;
  readonly keys: SealingKeys;
  readonly clock: Clock;
  readonly random: Random;
  readonly lifetime: Seconds;
}

/** A session of ours as the provider's session names it. */
export interface Link {
  readonly session: string;
  readonly account: string;
}

export interface SignedIn {
  /** Keeps the ID token of a session. */
  keepHint(session: Session, raw: string): Promise<void>;
  takeHint(session: SessionId): Promise<string | undefined>;
  /** Links a session of the provider with one of ours, instead of the one it was linked with before. */
  link(provider: string, sid: string, session: Session): Promise<void>;
  linked(provider: string, sid: string): Promise<Link | undefined>;
  /** Remembers when the person last acted at a provider for this session, longer than the proof of it may last. */
  keepGesture(issuer: string, session: Session, at: Instant): Promise<void>;
  lastGesture(issuer: string, session: Session): Promise<Instant | undefined>;
}

export function createSignedIn(parts: SignedInParts): SignedIn {
  return {
    keepHint: (session, raw) => put(parts, hintPlace(session.id), session, { raw }),
    takeHint: async (session) =>
      (await find<{ readonly raw: string }>(parts, 'take', hintPlace(session)))?.raw,
    link: async (provider, sid, session) => {
      const place = linkPlace(provider, sid);
      await find<Link>(parts, 'take', place);
      await put(parts, place, session, { session: session.id, account: session.account });
    },
    linked: (provider, sid) => find<Link>(parts, 'peek', linkPlace(provider, sid)),
    keepGesture: async (issuer, session, at) => {
      const place = gesturePlace(issuer, session);
      await find<Gesture>(parts, 'take', place);
      await put(parts, place, session, { at });
    },
    lastGesture: async (issuer, session) =>
      (await find<Gesture>(parts, 'peek', gesturePlace(issuer, session)))?.at,
  };
}

/** Where a value lies: found again from what both sides know, and guessable by nobody who does not. */
type Place = Pick<Challenge, 'id' | 'session'>;

function hintPlace(session: SessionId): Place {
  return { id: idOf('hint', session), session };
}

interface Gesture {
  readonly at: Instant;
}

function gesturePlace(issuer: string, { id }: Session): Place {
  return { id: idOf('gesture', issuer, id), session: id };
}

function linkPlace(provider: string, sid: string): Place {
  const text = digest('link-session', provider, sid);
  return { id: idOf('link', provider, sid), session: parseSessionId(`sid_${text}`) as SessionId };
}

function idOf(...parts: readonly string[]): ChallengeId {
  return parseChallengeId(`chl_${digest(...parts)}`) as ChallengeId;
}

function digest(...parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 32);
}

async function put(parts: SignedInParts, place: Place, { account }: Session, value: unknown): Promise<void> {
  const { challenges, keys, clock, random, lifetime } = parts;
  const sealed = seal(keys, Buffer.from(JSON.stringify(value)), ['signed-in-away', place.id], random);
  const expiresAt = after(clock.now(), lifetime);
  await challenges.put({ ...place, purpose: 'signed-in-away', account, expiresAt, payload: { sealed } });
}

async function find<Value>(
  { challenges, keys, clock }: SignedInParts,
  verb: 'peek' | 'take',
  { id, session }: Place,
): Promise<Value | undefined> {
  const kept = await challenges[verb](id, 'signed-in-away', session, clock.now());
  if (kept === undefined) return undefined;
  const bytes = open(keys, kept.payload.sealed, ['signed-in-away', id]);
  return JSON.parse(Buffer.from(bytes).toString('utf8')) as Value;
}
