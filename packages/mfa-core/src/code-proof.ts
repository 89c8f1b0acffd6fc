// Judges what can be guessed: codes of an app and recovery codes. The guess is counted first; what may not be judged is
// judged against a dummy, so that the time taken does not tell wrong, locked and absent apart (A149). No elevation here.
import type { Proof } from './assurance.ts';
import { fail, type Refused, reserve, succeed } from './attempts.ts';
import type { RefusalReason } from './events.ts';
import { type Factor, isUsable, type RecoverySet, type TotpFactor } from './factor.ts';
import { makeProofId } from './ids.ts';
import { emit, type Parts, whoseOf } from './parts.ts';
import { digestCode, parseRecoveryCode } from './recovery-codes.ts';
import type { Session } from './session.ts';
import type { Instant } from './time.ts';
import { type TotpVerdict, verifyTotp } from './totp/totp.ts';
import { openTotpSecret, resealInPassing } from './totp-secrets.ts';

export type CodeAnswer =
  | { readonly kind: 'totp'; readonly code: unknown }
  | { readonly kind: 'recovery-code'; readonly code: unknown };

/** What was shown, before it elevates anything. */
export type Shown = { readonly outcome: 'shown'; readonly proof: Proof; readonly factor: Factor } | Refused;

type Judged =
  | { readonly outcome: 'right'; readonly factor: Factor }
  | { readonly outcome: 'no'; readonly reason: RefusalReason; readonly factor?: Factor | undefined };

/** Counts the guess, judges it, and on a right answer forgets the earlier failures. */
export async function proveCode(parts: Parts, session: Session, answer: CodeAnswer): Promise<Shown> {
  const attempt = await reserve(parts, session.account, 'code', 'step-up');
  const judge = answer.kind === 'totp' ? judgeTotp : judgeRecoveryCode;
  const judged = await judge(parts, session, answer.code, attempt.reservation.outcome === 'granted');
  if (judged.outcome === 'no') return fail(parts, session, attempt, judged.reason, judged.factor);
  await succeed(parts, attempt);
  const { factor } = judged;
  const proof: Proof = {
    kind: answer.kind,
    id: makeProofId(parts.random),
    at: parts.clock.now(),
    factor: factor.id,
  };
  return { outcome: 'shown', proof, factor };
}

async function judgeTotp(parts: Parts, session: Session, code: unknown, granted: boolean): Promise<Judged> {
  const now = parts.clock.now();
  const held = (await parts.stores.factors.list(session.account)).filter((factor) => factor.kind === 'totp');
  const usable = granted ? held.filter((factor) => isUsable(factor, now)) : [];
  const judged = usable.map((factor) => ({ factor, verdict: verdictOn(parts, factor, code, now) }));
  // What may not be judged costs the same, and its secret stays shut.
  for (let idle = Math.max(held.length, 1) - usable.length; idle > 0; idle -= 1)
    verdictOn(parts, parts.dummy, code, now);
  for (const { factor, verdict } of judged) {
    if (verdict.outcome === 'matched') return winStep(parts, factor, verdict.step, now);
  }
  return {
    outcome: 'no',
    reason: reasonOf(
      held,
      judged.map(({ verdict }) => verdict.outcome),
    ),
    factor: judged.find(({ verdict }) => verdict.outcome === 'replayed')?.factor,
  };
}

function verdictOn(parts: Parts, factor: TotpFactor, code: unknown, now: Instant): TotpVerdict {
  const secret = openTotpSecret(parts, factor, factor.secret);
  return verifyTotp(secret, factor.settings, code, factor.lastStep, now, parts.policy.drift);
}

/** Of all requests with this code, in all instances, one wins the step (RFC 6238 section 5.2, A143). */
async function winStep(parts: Parts, factor: TotpFactor, step: number, now: Instant): Promise<Judged> {
  const won = await parts.stores.factors.advanceTotpStep(factor.account, factor.id, step, now);
  if (won === 'replayed') return { outcome: 'no', reason: 'replayed', factor };
  await resealInPassing(parts, factor);
  return { outcome: 'right', factor };
}

function reasonOf(held: readonly Factor[], verdicts: readonly TotpVerdict['outcome'][]): RefusalReason {
  if (verdicts.includes('malformed')) return 'malformed';
  if (verdicts.includes('replayed')) return 'replayed';
  return verdicts.length > 0 ? 'wrong-code' : unusableReason(held);
}

function unusableReason(held: readonly Factor[]): RefusalReason {
  if (held.length === 0) return 'unknown-factor';
  return held.some(({ disabledAt }) => disabledAt === undefined) ? 'not-active-yet' : 'disabled';
}

async function judgeRecoveryCode(
  parts: Parts,
  session: Session,
  text: unknown,
  granted: boolean,
): Promise<Judged> {
  const now = parts.clock.now();
  const { account } = session;
  const held = (await parts.stores.factors.list(account)).filter((factor) => factor.kind === 'recovery-code');
  const code = parseRecoveryCode(text);
  const digest = digestCode(parts.keys.digests, 'recovery', account, code ?? '');
  const set = granted && code !== undefined ? held.find((factor) => isUsable(factor, now)) : undefined;
  const redeemed = await parts.stores.factors.redeemRecoveryCode(
    account,
    set?.id ?? parts.dummy.id,
    digest,
    now,
  );
  if (set !== undefined && redeemed === 'redeemed') return right(parts, session, set);
  if (code === undefined) return { outcome: 'no', reason: 'malformed' };
  return { outcome: 'no', reason: set === undefined ? unusableReason(held) : 'wrong-code' };
}

async function right(parts: Parts, session: Session, set: RecoverySet): Promise<Judged> {
  const remaining = Math.max(0, set.codes.length - 1);
  await emit(parts, whoseOf(session), { type: 'recovery-code-used', remaining });
  return { outcome: 'right', factor: set };
}
