// What contract cases are made of: synthetic factors, challenges, sessions and tickets, each with ids of its own. The
// random part is no secret: it keeps cases apart that share one database.
import type { Proof } from '../assurance.ts';
import type { Challenge, ChallengePayloads, Purpose } from '../challenge.ts';
import type { RecoverySet, Sealed, TotpFactor, WebAuthnFactor } from '../factor.ts';
import {
  type AccountId,
  type FactorId,
  makeChallengeId,
  makeFactorId,
  makeProofId,
  makeSessionId,
  makeTicketId,
  type SessionId,
  type TokenDigest,
} from '../ids.ts';
import { systemRandom } from '../random.ts';
import type { Session } from '../session.ts';
import type { Ticket } from '../ticket.ts';
import type { Instant } from '../time.ts';
import { later } from './case.ts';

/** A text nothing else has. */
export function unique(prefix: string): string {
  return `${prefix}-${Buffer.from(systemRandom(12)).toString('base64url')}`;
}

export function freshAccount(name = 'account'): AccountId {
  return unique(name) as AccountId;
}

export function totpOf(account: AccountId, at: Instant, change: Partial<TotpFactor> = {}): TotpFactor {
  return {
    kind: 'totp',
    id: makeFactorId(systemRandom),
    account,
    name: 'phone of the night team',
    addedAt: at,
    boundBy: 'code',
    activeFrom: at,
    secret: unique('v1.k1') as Sealed,
    settings: { hash: 'sha1', digits: 6, period: 30 },
    lastStep: 0,
    ...change,
  };
}

export function keyOf(account: AccountId, at: Instant, change: Partial<WebAuthnFactor> = {}): WebAuthnFactor {
  return {
    kind: 'webauthn',
    id: makeFactorId(systemRandom),
    account,
    name: 'blue key',
    addedAt: at,
    boundBy: 'ticket',
    activeFrom: at,
    credentialId: unique('credential'),
    publicKey: 'pQECAyYgASFYIA',
    userHandle: unique('handle'),
    signCount: 0,
    transports: ['usb', 'nfc'],
    aaguid: '00000000-0000-0000-0000-000000000000',
    backupEligible: true,
    backedUp: false,
    attested: false,
    ...change,
  };
}

export function recoverySetOf(account: AccountId, at: Instant, codes: readonly string[]): RecoverySet {
  const id = makeFactorId(systemRandom);
  return { kind: 'recovery-code', id, account, name: 'paper', addedAt: at, activeFrom: at, codes };
}

/** Ten digests, as a set is made with. */
export function tenCodes(): readonly string[] {
  return Array.from({ length: 10 }, () => unique('code'));
}

/** A line of two: whoever added the one above, with whose code this one came. */
export function freshLine(): readonly FactorId[] {
  return [makeFactorId(systemRandom), makeFactorId(systemRandom)];
}

export function freshSessionId(): SessionId {
  return makeSessionId(systemRandom);
}

export function challengeOf<P extends Purpose>(
  purpose: P,
  payload: ChallengePayloads[P],
  at: Instant,
  session: SessionId = freshSessionId(),
): Challenge<P> {
  const expiresAt = later(at, 300_000);
  return { id: makeChallengeId(systemRandom), purpose, session, account: freshAccount(), expiresAt, payload };
}

/** The commonest ceremony. */
export function stepUpOf(at: Instant, session?: SessionId): Challenge<'step-up'> {
  return challengeOf('step-up', { challenge: unique('challenge') }, at, session);
}

export function sessionOf(account: AccountId, at: Instant): Session {
  return { id: freshSessionId(), account, openedAt: at, seenAt: at, proofs: [], agent: 'Firefox 140, Linux' };
}

export function freshDigest(): TokenDigest {
  return unique('digest') as TokenDigest;
}

export function proofOf(at: Instant): Proof {
  return { kind: 'totp', id: makeProofId(systemRandom), factor: makeFactorId(systemRandom), at };
}

export function ticketOf(account: AccountId, at: Instant): Ticket {
  const expiresAt = later(at, 3_600_000);
  const id = makeTicketId(systemRandom);
  return { id, account, digest: unique('ticket'), issuedAt: at, expiresAt, issuedBy: 'desk 4' };
}
