// The person's own changes to factors that are bound: rename, remove, new recovery codes. Each needs the right of
// change-right.ts and ends the account's other sessions (A197). The operator's acts are in operator-changes.ts.
import { type Refused, refuse } from './attempts.ts';
import { changeRight, type Granted } from './change-right.ts';
import type { NamedFactor } from './events.ts';
import type { Factor } from './factor.ts';
import { factorName } from './factor-view.ts';
import type { FactorId } from './ids.ts';
import { endAfterChange } from './other-sessions.ts';
import { emit, named, type Parts, whoseOf } from './parts.ts';
import { endWithCodes, replaceSet } from './recovery-set.ts';
import { type Actor, actorOf, judgeRemoval, mayRename, mustLeave } from './removal.ts';
import type { Session } from './session.ts';
import { reachOfChange } from './session-reach.ts';

/** The new recovery codes, to be shown once; or the refusal. */
export type CodesAnswer = { readonly outcome: 'replaced'; readonly codes: readonly string[] } | Refused;

export async function rename(
  parts: Parts,
  session: Session,
  id: FactorId,
  name: unknown,
): Promise<{ readonly outcome: 'renamed' } | Refused> {
  const held = await mayChange(parts, session, id);
  if ('outcome' in held) return held;
  if (!mayRename(held.by, held.factor)) return refuse(parts, session, 'change', 'not-by-code');
  const factor = { ...held.factor, name: factorName(name) };
  await emit(parts, whoseOf(session), { type: 'factor-renamed', factor: named(factor), ...held.shown });
  const done = await parts.stores.upkeep.rename(session.account, id, factor.name);
  return done === 'renamed' ? { outcome: 'renamed' } : refuse(parts, session, 'change', 'unknown-factor');
}

/** A factor that is gone. */
export interface Removed {
  readonly outcome: 'removed';
  /**
   * Input of `PublicKeyCredential.signalUnknownCredential` (WebAuthn L3 section 5.1.10) when a passkey was removed: the
   * browser stops offering it. Works for the last passkey too, where a list of those left has nobody to name.
   */
  readonly unknown?: { readonly rpId: string; readonly credentialId: string };
  /** The recovery codes went with it: a code had made them within a week (recovery-set.ts). */
  readonly recoveryCodes?: 'removed';
}

/** Removing the last factor that proves something is an operator's act: absence never means "needs none" (A191). */
export async function remove(parts: Parts, session: Session, id: FactorId): Promise<Removed | Refused> {
  const held = await mayChange(parts, session, id);
  if ('outcome' in held) return held;
  const now = parts.clock.now();
  const verdict = judgeRemoval(held.by, held.factor, held.all, now);
  if (verdict !== 'allowed') return refuse(parts, session, 'change', verdict);
  await emit(parts, whoseOf(session), {
    type: 'factor-removed',
    factor: named(held.factor),
    by: 'person',
    ...held.shown,
  });
  const leaving = mustLeave(held.by, held.factor, held.all, now);
  const done = await parts.stores.factors.remove(session.account, id, leaving);
  if (done !== 'removed') return takeBack(parts, session, held.factor, done);
  // What the removed factor proved in this session is void too: the session goes with it.
  const rests = held.session.proofs.some((proof) => proof.kind !== 'card' && proof.factor === id);
  const ending = {
    reach: reachOfChange(held.by.earned, held.by.shown),
    held: held.all,
    except: rests ? undefined : session.id,
  };
  const isSetGone = await endWithCodes(parts, [held.factor], 'person', () =>
    endAfterChange(parts, session.account, ending),
  );
  return {
    outcome: 'removed',
    ...unknownOf(parts, held.factor),
    ...(isSetGone && { recoveryCodes: 'removed' }),
  };
}

/** Somebody was quicker. The log was told before the store decided, so that a crash leaves nothing untold: now of which not. */
function takeBack(
  parts: Parts,
  session: Session,
  factor: Factor,
  done: 'absent' | 'alone',
): Promise<Refused> {
  const reason = done === 'alone' ? 'last-factor' : 'unknown-factor';
  return refuse(parts, session, 'change', reason, { factor });
}

function unknownOf({ relyingParty }: Parts, factor: Factor): Pick<Removed, 'unknown'> {
  if (factor.kind !== 'webauthn') return {};
  return { unknown: { rpId: relyingParty.id, credentialId: factor.credentialId } };
}

/** Makes a new set; the old codes are dead when it resolves (A161). The codes are in the answer and nowhere else. */
export async function replaceRecoveryCodes(parts: Parts, session: Session): Promise<CodesAnswer> {
  const right = await changeRight(parts, session);
  if (right.outcome === 'no') return refuse(parts, session, 'change', right.reason);
  const now = parts.clock.now();
  await emit(parts, whoseOf(session), {
    type: 'recovery-codes-replaced',
    remaining: parts.policy.recoveryCodes,
    ...shownIn(right),
  });
  const { earned, shown } = actorOf(right, now);
  const codes = await replaceSet(parts, session, { addedAt: now, activeFrom: now, boundBy: earned });
  if (codes === undefined) return refuse(parts, session, 'change', 'session-gone');
  await endAfterChange(parts, session.account, {
    reach: reachOfChange(earned, shown),
    held: await parts.stores.factors.list(session.account),
    except: session.id,
  });
  return { outcome: 'replaced', codes };
}

interface Held {
  readonly factor: Factor;
  readonly all: readonly Factor[];
  readonly session: Session;
  readonly by: Actor;
  readonly shown: Shown;
}

/** Whose proof allowed the change, as events say it. */
interface Shown {
  readonly shown?: NamedFactor;
}

function shownIn({ shown }: Granted): Shown {
  return shown === undefined ? {} : { shown: named(shown) };
}

async function mayChange(parts: Parts, session: Session, id: FactorId): Promise<Held | Refused> {
  const right = await changeRight(parts, session);
  if (right.outcome === 'no') return refuse(parts, session, 'change', right.reason);
  const all = await parts.stores.factors.list(session.account);
  const factor = all.find((one) => one.id === id);
  return factor === undefined
    ? refuse(parts, session, 'change', 'unknown-factor')
    : {
        factor,
        all,
        session: right.session,
        by: actorOf(right, parts.clock.now()),
        shown: shownIn(right),
      };
}
