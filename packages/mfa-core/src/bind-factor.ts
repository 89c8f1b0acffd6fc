// The moment a confirmed factor becomes one: the right is spent, the factor is kept and the log is told (keep-factor.ts), the
// other sessions of the account end.
import type { Proof } from './assurance.ts';
import { type Attempt, type Refused, refuse, succeed } from './attempts.ts';
import type { Challenge, EnrolRight } from './challenge.ts';
import { activeFrom, boundBy, roomFor, shownFor } from './enrol-right.ts';
import type { BoundBy, Factor, TotpFactor, WebAuthnFactor } from './factor.ts';
import { type FactorView, viewOf } from './factor-view.ts';
import { type ChallengeId, makeProofId, type SessionToken } from './ids.ts';
import { keepFactor } from './keep-factor.ts';
import { keyProof } from './key-proof.ts';
import { lineFrom } from './line.ts';
import { endAfterChange } from './other-sessions.ts';
import { emit, named, type Parts, whoseOf } from './parts.ts';
import { firstSet } from './recovery-set.ts';
import { hasRoom, type Room } from './room.ts';
import type { Session } from './session.ts';
import type { Sessions } from './session-lifecycle.ts';
import { reachOfChange } from './session-reach.ts';
import { elevateWith } from './step-up.ts';
import type { Instant } from './time.ts';

type Unnamed<F> = Omit<F, 'name' | 'addedAt' | 'boundBy' | 'line' | 'activeFrom'>;
type Bindable = TotpFactor | WebAuthnFactor;

export interface Binding {
  readonly session: Session;
  readonly token: string;
  readonly attempt: Attempt;
  readonly right: ChallengeId;
  readonly factor: Unnamed<TotpFactor> | Unnamed<WebAuthnFactor>;
  readonly name: string;
}

/** A factor that is bound. */
export interface Enrolled {
  readonly outcome: 'enrolled';
  readonly factor: FactorView;
  /** Present once, with the first factor: to be shown and never kept. */
  readonly recoveryCodes?: readonly string[];
  /** Present together when the ceremony also counted as a proof: from then on only this token opens the session. */
  readonly token?: SessionToken;
  readonly session?: Session;
  readonly proof?: Proof;
}

/** Spends the right and binds. Of parallel bindings with one right exactly one gets past the first line. */
export async function bind(parts: Parts, sessions: Sessions, binding: Binding): Promise<Enrolled | Refused> {
  const { session } = binding;
  const now = parts.clock.now();
  const right = await parts.stores.challenges.take(binding.right, 'enrol-right', session.id, now);
  if (right === undefined) return refuse(parts, session, 'enrol', 'right-missing');
  const held = await parts.stores.factors.list(session.account);
  const made = make(parts, binding, right.payload, held, now);
  if (typeof made === 'string') return giveBack(parts, session, right, made);
  const { factor, room } = made;
  const told = (): Promise<void> => tell(parts, session, right.payload, made);
  const kept = await keepFactor(parts, { factor, room, session, told });
  if (kept === 'gone') return refuse(parts, session, 'enrol', 'unknown-factor');
  if (kept === 'session-gone') return refuse(parts, session, 'enrol', kept);
  if (kept !== 'added') return giveBack(parts, session, right, kept === 'full' ? 'too-many-factors' : kept);
  return finish(parts, sessions, { binding, right, held, made, now });
}

/** A factor as it will be kept, the one that was shown for it, and the room that the account has. */
interface Made {
  readonly factor: Bindable & { readonly boundBy: BoundBy };
  readonly shown: Factor | undefined;
  readonly room: Room;
}

function make(
  parts: Parts,
  { factor, name }: Binding,
  right: EnrolRight,
  held: readonly Factor[],
  now: Instant,
): Made | 'right-too-weak' | 'too-many-factors' {
  const active = activeFrom(parts, right, factor.kind, now);
  if (active === undefined) return 'right-too-weak';
  // Many may have been begun while there was room for one.
  const room = roomFor(parts, right, held, now);
  if (!hasRoom(held, room)) return 'too-many-factors';
  // Where it was removed at this moment its line is not known, and the factor hangs from everything older (line.ts).
  const shown = shownFor(right, held);
  const line = shown === undefined ? {} : { line: lineFrom(shown, held) };
  const bound = { name, addedAt: now, boundBy: boundBy(right, held, now), ...line, activeFrom: active };
  return { factor: { ...factor, ...bound }, shown, room };
}

function tell(parts: Parts, session: Session, right: EnrolRight, { factor, shown }: Made): Promise<void> {
  return emit(parts, whoseOf(session), {
    type: 'factor-enrolled',
    factor: named(factor),
    activeFrom: factor.activeFrom,
    right: right.source,
    boundBy: factor.boundBy,
    ...(shown !== undefined && { shown: named(shown) }),
  });
}

interface Kept {
  readonly binding: Binding;
  readonly right: Challenge<'enrol-right'>;
  /** Before. */
  readonly held: readonly Factor[];
  readonly made: Made;
  readonly now: Instant;
}

async function finish(
  parts: Parts,
  sessions: Sessions,
  { binding, right, held, made: { factor, shown }, now }: Kept,
): Promise<Enrolled> {
  const { session } = binding;
  // Only now: confirming a secret the asker was given proves nothing of the account, and must not forget wrong guesses.
  await succeed(parts, binding.attempt);
  const codes = await firstSet(parts, session, factor);
  const reach = reachOfChange(factor.boundBy, shown);
  await endAfterChange(parts, session.account, { reach, held, except: session.id });
  const proved = await provedByBinding(parts, sessions, { binding, right, factor, now });
  return {
    outcome: 'enrolled',
    factor: viewOf(factor),
    ...(codes !== undefined && { recoveryCodes: codes }),
    ...proved,
  };
}

/**
 * A key that another account holds already costs nobody the right (WebAuthn L3 section 7.1 step 26, A173), nor does one
 * that the right does not bind: it goes on being good for an app.
 */
async function giveBack(
  parts: Parts,
  session: Session,
  right: Challenge<'enrol-right'>,
  reason: 'duplicate' | 'right-too-weak' | 'too-many-factors',
): Promise<Refused> {
  await parts.stores.challenges.put(right);
  return refuse(parts, session, 'enrol', reason);
}

interface BoundNow {
  readonly binding: Binding;
  readonly right: Challenge<'enrol-right'>;
  readonly factor: Bindable;
  readonly now: Instant;
}

/**
 * With a ticket or a card, the confirmed ceremony is itself a proof of the new factor: the person has just shown that
 * they hold it, the right came from outside the mailbox, and the alternative is half a minute of waiting for the next
 * code in front of a patient. A right earned by a factor adds nothing: that session has its proof already.
 */
async function provedByBinding(
  parts: Parts,
  sessions: Sessions,
  { binding, right, factor, now }: BoundNow,
): Promise<Pick<Enrolled, 'session' | 'token' | 'proof'>> {
  const { source } = right.payload;
  if (source === 'factor' || factor.activeFrom > now) return {};
  const proof: Proof =
    factor.kind === 'webauthn'
      ? keyProof(parts, factor)
      : { kind: 'totp', id: makeProofId(parts.random), at: now, factor: factor.id, boundBy: source };
  const elevated = await elevateWith(parts, sessions, {
    session: binding.session,
    token: binding.token,
    proof,
    factor,
  });
  if (elevated.outcome === 'refused') return {};
  return { session: elevated.session, token: elevated.token, proof };
}
