// Binding a factor: begin with a right, confirm, spend the right. Where rights come from is in enrol-right.ts, the two
// ceremonies in totp-enrolment.ts and key-enrolment.ts. A pending secret is a challenge, not a factor (A155).
import { fail, type Refused, refuse, reserve } from './attempts.ts';
import { bind, type Enrolled } from './bind-factor.ts';
import {
  activeFrom,
  addableByProof,
  type BindableKind,
  peekRight,
  type RightAnswer,
  redeemTicket,
  rightFromProof,
  roomFor,
} from './enrol-right.ts';
import type { TotpSettings } from './factor.ts';
import { factorName } from './factor-view.ts';
import { type AccountId, type ChallengeId, parseChallengeId } from './ids.ts';
import { beginKey, confirmKey, type RegistrationOptions } from './key-enrolment.ts';
import type { Parts } from './parts.ts';
import { hasRoom } from './room.ts';
import type { Session } from './session.ts';
import type { Sessions } from './session-lifecycle.ts';
import { areTotpSettings } from './totp/totp.ts';
import { beginTotp, confirmTotp, type TotpOffer, totpOffer } from './totp-enrolment.ts';

/** What is to be bound. `settings` differ from `policy.totp` for this one app (6 or 8 digits, 15 to 300 seconds). */
export type WantedFactor =
  | { readonly kind: 'totp'; readonly settings?: TotpSettings }
  /** `asCard`: to be counted as a card; the authenticator must then prove its model, and be one of the policy's. */
  | { readonly kind: 'webauthn'; readonly asCard?: boolean };

/** A ceremony begun, with what the app or the browser needs; or the refusal. */
export type EnrolOffer =
  | {
      readonly outcome: 'begun';
      readonly challenge: ChallengeId;
      readonly totp?: TotpOffer;
      readonly webauthn?: RegistrationOptions;
    }
  | Refused;

/** A code of the app, or what `navigator.credentials.create` gave as JSON; both as they came in. */
export type EnrolAnswer = { readonly code: unknown } | { readonly response: unknown };

/** Binding factors. Verbs take what came in, unread, and answer values; they reject only when something is broken. */
export interface Enrol {
  /** Spends a ticket, as typed, for the right to bind one factor of any kind. */
  redeemTicket(session: Session, text: unknown): Promise<RightAnswer>;
  /**
   * The right earned by a proof of the last minutes (`changeMaxAge`): a card or the strongest tier held. A code
   * earns another app and never a key (`keyAfterCode`); a recovery code earns nothing.
   */
  rightFromProof(session: Session): Promise<RightAnswer>;
  /** The kinds that a fresh gesture with the strongest factor held can add; for others, a ticket or a card. */
  addableByProof(account: AccountId): Promise<readonly BindableKind[]>;
  /**
   * Offers a secret or registration options. The right is only read here; the factor that is bound spends it. A key
   * asked for with a right that a code earned is refused as `right-too-weak`; the right stays good for an app.
   */
  begin(session: Session, right: unknown, wanted: WantedFactor, name?: unknown): Promise<EnrolOffer>;
  /** The offer of a TOTP ceremony under way once more, for the page after a mistyped code. */
  offered(session: Session, challenge: unknown): Promise<TotpOffer | undefined>;
  /**
   * Confirms and binds. A right binds exactly one factor, also in parallel; the account's other sessions end (A197).
   * The person's `name` is cleaned and cut to 60 characters.
   */
  complete(
    token: string,
    challenge: unknown,
    answer: EnrolAnswer,
    name?: unknown,
  ): Promise<Enrolled | Refused>;
}

export function createEnrol(parts: Parts, sessions: Sessions): Enrol {
  return {
    redeemTicket: (session, text) => redeemTicket(parts, session, text),
    rightFromProof: (session) => rightFromProof(parts, session),
    addableByProof: (account) => addableByProof(parts, account),
    begin: (session, right, wanted, name) => begin(parts, session, { right, wanted, name: factorName(name) }),
    offered: (session, challenge) => totpOffer(parts, session, challenge),
    complete: (token, challenge, answer, name) =>
      complete(parts, sessions, { token, challenge, answer, name: factorName(name) }),
  };
}

interface Beginning {
  readonly right: unknown;
  readonly wanted: WantedFactor;
  readonly name: string;
}

async function begin(
  parts: Parts,
  session: Session,
  { right, wanted, name }: Beginning,
): Promise<EnrolOffer> {
  const held = await peekRight(parts, session, right);
  if (held === undefined) return refuse(parts, session, 'enrol', 'right-missing');
  if (!isWanted(wanted)) return refuse(parts, session, 'enrol', 'malformed');
  if (activeFrom(parts, held.payload, wanted.kind, parts.clock.now()) === undefined)
    return refuse(parts, session, 'enrol', 'right-too-weak');
  const factors = await parts.stores.factors.list(session.account);
  if (!hasRoom(factors, roomFor(parts, held.payload, factors, parts.clock.now())))
    return refuse(parts, session, 'enrol', 'too-many-factors');
  const offer =
    wanted.kind === 'totp'
      ? await beginTotp(parts, session, held.id, wanted.settings)
      : await beginKey(parts, session, { right: held.id, name, asCard: wanted.asCard === true });
  return { outcome: 'begun', ...offer };
}

/** The wish may come straight from a body, whatever its type says. */
function isWanted(wanted: unknown): wanted is WantedFactor {
  if (typeof wanted !== 'object' || wanted === null || !('kind' in wanted)) return false;
  if (wanted.kind === 'webauthn') return true;
  return wanted.kind === 'totp' && (!('settings' in wanted) || areTotpSettings(wanted.settings));
}

interface Completing {
  readonly token: string;
  readonly challenge: unknown;
  readonly answer: EnrolAnswer;
  readonly name: string;
}

async function complete(
  parts: Parts,
  sessions: Sessions,
  { token, challenge, answer, name }: Completing,
): Promise<Enrolled | Refused> {
  const session = await sessions.load(token);
  if (session === undefined) return { outcome: 'refused', reason: 'session-gone' };
  if (typeof answer !== 'object' || answer === null) return refuse(parts, session, 'enrol', 'malformed');
  const isCode = 'code' in answer;
  const attempt = await reserve(parts, session.account, isCode ? 'code' : 'key', 'enrol');
  // A key is judged also while wrong ones have to wait, as at a step-up.
  if (isCode && attempt.reservation.outcome !== 'granted')
    return fail(parts, session, attempt, 'too-many-attempts');
  const confirmed = await confirm(parts, session, challenge, answer);
  if (confirmed.outcome === 'no') return fail(parts, session, attempt, confirmed.reason);
  const { right, factor } = confirmed;
  return bind(parts, sessions, { session, token, attempt, right, factor, name });
}

function confirm(
  parts: Parts,
  session: Session,
  challenge: unknown,
  answer: EnrolAnswer,
): ReturnType<typeof confirmTotp> | ReturnType<typeof confirmKey> {
  const id = parseChallengeId(challenge);
  if (id === undefined) return Promise.resolve({ outcome: 'no', reason: 'challenge-gone' });
  return 'code' in answer
    ? confirmTotp(parts, session, id, answer.code)
    : confirmKey(parts, session, id, answer.response);
}
