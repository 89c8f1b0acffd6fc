// The right to bind one factor: earned by a ticket, a card or a factor already held, kept as a challenge of the session,
// spent by the factor it binds. Never earned by a mailbox, a password or a recovery code (A187, A188).
import { fail, type Refused, refuse, reserve, succeed } from './attempts.ts';
import { type Challenge, challengeLifetimes, type EnrolRight } from './challenge.ts';
import { changeRight, type Granted, holdsNone, strongestTier, type Tier } from './change-right.ts';
import type { BoundBy, Factor } from './factor.ts';
import {
  type AccountId,
  type ChallengeId,
  makeChallengeId,
  parseChallengeId,
  parseTicketCode,
} from './ids.ts';
import { currentSession } from './live-sessions.ts';
import { emit, type Parts, whoseOf } from './parts.ts';
import type { MfaPolicy } from './policy.ts';
import { digestCode } from './recovery-codes.ts';
import { earnedBy } from './removal.ts';
import type { Room } from './room.ts';
import type { Session } from './session.ts';
import type { Ticket } from './ticket.ts';
import { after, type Instant, type Seconds } from './time.ts';

/** The kinds of factor a person can bind. */
export type BindableKind = 'totp' | 'webauthn';

/** A right to bind one factor, opaque, good for 15 minutes in this session, of one of `kinds`; or the refusal. */
export type RightAnswer =
  | { readonly outcome: 'granted'; readonly right: ChallengeId; readonly kinds: readonly BindableKind[] }
  | Refused;

/**
 * Spends a ticket as typed for the right to bind one factor of any kind. Guesses share the account's one limiter; a right
 * ticket, 100 bits, is taken also while they have to wait: it is what the operator gives whom a thief keeps waiting.
 */
export async function redeemTicket(parts: Parts, given: Session, text: unknown): Promise<RightAnswer> {
  const session = await currentSession(parts, given);
  if (session === undefined) return { outcome: 'refused', reason: 'session-gone' };
  const attempt = await reserve(parts, session.account, 'code', 'enrol');
  const counts = await takesTickets(parts, session);
  const ticket = await redeem(parts, session, counts ? text : '');
  if (ticket === undefined) return fail(parts, session, attempt, 'ticket-unknown');
  await succeed(parts, attempt);
  await emit(parts, whoseOf(session), { type: 'ticket-used', ticket: ticket.id });
  return grant(parts, session, { source: 'ticket', ticket: ticket.id });
}

/** Where only a card may bind the first factor, a ticket is as good as none. */
async function takesTickets(parts: Parts, session: Session): Promise<boolean> {
  if (parts.policy.firstFactor.includes('ticket')) return true;
  return !holdsNone(await parts.stores.factors.list(session.account));
}

/** The store is asked for every text, so that a malformed ticket takes as long as a wrong one. */
function redeem(parts: Parts, session: Session, text: unknown): Promise<Ticket | undefined> {
  const code = parseTicketCode(text);
  const digest = digestCode(parts.keys.digests, 'ticket', session.account, code ?? '');
  return parts.stores.tickets.redeem(session.account, digest, parts.clock.now());
}

/** Gives the right that what the session showed lately is worth (see change-right.ts). */
export async function rightFromProof(parts: Parts, session: Session): Promise<RightAnswer> {
  const right = await changeRight(parts, session);
  if (right.outcome === 'no') return refuse(parts, session, 'enrol', right.reason);
  return grant(parts, session, earned(right));
}

async function grant(parts: Parts, session: Session, payload: EnrolRight): Promise<RightAnswer> {
  const right = await putRight(parts, session, payload);
  return { outcome: 'granted', right, kinds: kindsOf(parts.policy, earnerOf(payload)) };
}

function earned({ proof, tier, shown }: Granted): EnrolRight {
  if (tier === 'card') return { source: 'card', proof: proof.id };
  return { source: 'factor', proof: proof.id, tier, ...(shown !== undefined && { factor: shown.id }) };
}

async function putRight(parts: Parts, session: Session, payload: EnrolRight): Promise<ChallengeId> {
  const id = makeChallengeId(parts.random);
  const expiresAt = after(parts.clock.now(), challengeLifetimes['enrol-right']);
  await parts.stores.challenges.put({
    id,
    purpose: 'enrol-right',
    session: session.id,
    account: session.account,
    expiresAt,
    payload,
  });
  return id;
}

/** Reads a right without spending it. */
export function peekRight(
  parts: Parts,
  session: Session,
  id: unknown,
): Promise<Challenge<'enrol-right'> | undefined> {
  const right = parseChallengeId(id);
  if (right === undefined) return Promise.resolve(undefined);
  return parts.stores.challenges.peek(right, 'enrol-right', session.id, parts.clock.now());
}

const bindable: readonly BindableKind[] = ['totp', 'webauthn'];

/**
 * What a gesture with the strongest factor held can add to the account now. Nothing where none is held; no key where
 * that factor is an app: such an account needs a ticket or a card for one.
 */
export async function addableByProof(parts: Parts, account: AccountId): Promise<readonly BindableKind[]> {
  const tier = strongestTier(await parts.stores.factors.list(account), parts.clock.now());
  return tier === undefined ? [] : kindsOf(parts.policy, tier);
}

/**
 * From when on a factor bound by this right proves something; undefined when the right does not bind such a factor. Asked
 * when the ceremony begins and again when the right is spent: the policy may have changed between.
 */
export function activeFrom(
  { policy }: Parts,
  right: EnrolRight,
  kind: BindableKind,
  now: Instant,
): Instant | undefined {
  const wait = waitOf(policy, earnerOf(right), kind);
  return wait === 'never' ? undefined : after(now, wait);
}

type Earner = Tier | 'card' | 'ticket';

function earnerOf(right: EnrolRight): Earner {
  return right.source === 'factor' ? right.tier : right.source;
}

/** The factor whose proof earned the right; undefined where none did, or where it was removed at this moment. */
export function shownFor(right: EnrolRight, held: readonly Factor[]): Factor | undefined {
  return right.source === 'factor' ? held.find(({ id }) => id === right.factor) : undefined;
}

/** What a factor bound by this right goes back to; one that was removed at this moment earned as a code does. */
export function boundBy(right: EnrolRight, held: readonly Factor[], now: Instant): BoundBy {
  if (right.source !== 'factor') return right.source;
  const shown = shownFor(right, held);
  return shown === undefined ? 'code' : earnedBy(shown, right.tier, now);
}

/**
 * What room one more has. A code counts all that is there. What was filled up with codes, or is disabled, stands in the
 * way of no ticket, card or key: one phished code would otherwise keep the owner from adding anything.
 */
export function roomFor({ policy }: Parts, right: EnrolRight, held: readonly Factor[], now: Instant): Room {
  const counting = boundBy(right, held, now) === 'code' ? 'all' : 'lasting';
  return { most: policy.maxFactors, counting };
}

function kindsOf(policy: MfaPolicy, earner: Earner): readonly BindableKind[] {
  return bindable.filter((kind) => waitOf(policy, earner, kind) !== 'never');
}

/** A code can be phished: by itself it binds no factor that cannot. */
function waitOf(policy: MfaPolicy, earner: Earner, kind: BindableKind): 'never' | Seconds {
  const { newFactorDelay, keyAfterCode } = policy;
  if (earner !== 'code' || kind !== 'webauthn') return newFactorDelay;
  return keyAfterCode !== 'never' && keyAfterCode < newFactorDelay ? newFactorDelay : keyAfterCode;
}
