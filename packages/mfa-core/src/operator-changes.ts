// What only the operator does to an account's factors, after the desk has checked who stands there: remove, reset,
// disable, import. Nothing here asks for a proof; the caller is the command line or an administration page of its own.
import type { Factor, TotpFactor, TotpSettings } from './factor.ts';
import { type FactorView, factorName, viewOf } from './factor-view.ts';
import { type AccountId, type FactorId, makeFactorId } from './ids.ts';
import { keepFactor } from './keep-factor.ts';
import { emit, named, type Parts } from './parts.ts';
import { endWithCodes } from './recovery-set.ts';
import type { Sessions } from './session-lifecycle.ts';
import { sealTotpSecret } from './totp-secrets.ts';

/**
 * Removes one factor, the last one too, and ends every session of the account. With what a code bound go the
 * recovery codes that a code made within a week (recovery-set.ts).
 */
export async function removeByOperator(
  parts: Parts,
  sessions: Sessions,
  account: AccountId,
  id: FactorId,
): Promise<'removed' | 'absent'> {
  const factor = (await parts.stores.factors.list(account)).find((one) => one.id === id);
  if (factor === undefined) return 'absent';
  await emit(parts, { account }, { type: 'factor-removed', factor: named(factor), by: 'operator' });
  const done = await parts.stores.factors.remove(account, id);
  await endWithCodes(parts, [factor], 'operator', () => sessions.endAll(account, 'operator'));
  return done === 'removed' ? 'removed' : 'absent';
}

/**
 * Removes all factors, revokes open tickets and ends every session: the person begins again with a new ticket. Goes on until
 * it finds nothing: while one factor after the other goes, one that is still there opens a session, and binds another.
 */
export async function resetByOperator(parts: Parts, sessions: Sessions, account: AccountId): Promise<number> {
  const tickets = await parts.stores.tickets.list(account);
  await Promise.all(tickets.map(({ id }) => parts.stores.tickets.revoke(id)));
  let count = 0;
  let gone: number;
  do {
    await sessions.endAll(account, 'operator');
    gone = await removeAll(parts, account);
    count += gone;
  } while (gone > 0);
  await parts.stores.attempts.clear({ account, kind: 'code' });
  await parts.stores.attempts.clear({ account, kind: 'key' });
  return count;
}

async function removeAll(parts: Parts, account: AccountId): Promise<number> {
  let gone = 0;
  for (const factor of await parts.stores.factors.list(account)) {
    await emit(parts, { account }, { type: 'factor-removed', factor: named(factor), by: 'operator' });
    if ((await parts.stores.factors.remove(account, factor.id)) === 'removed') gone += 1;
  }
  return gone;
}

/**
 * Disables the kinds named, or all; a disabled factor proves nothing and must be bound anew. Ends every session, first too, and
 * goes on until it finds nothing: a factor that is being bound is disabled with the rest or finds its session gone
 * (keep-factor.ts). With what a code bound go the recovery codes that a code made within a week, as where it is removed
 * (recovery-set.ts).
 */
export async function disableByOperator(
  parts: Parts,
  sessions: Sessions,
  account: AccountId,
  kinds: readonly Factor['kind'][] = ['totp', 'webauthn', 'recovery-code'],
): Promise<number> {
  const now = parts.clock.now();
  let count = 0;
  let disabled: number;
  do {
    // Sessions that cannot be ended keep nothing from being disabled; they are ended, or that fails, once more below.
    await sessions.endAll(account, 'operator').catch(() => undefined);
    disabled = await parts.stores.upkeep.disable(account, kinds, now);
    count += disabled;
  } while (disabled > 0);
  const hit = (await parts.stores.factors.list(account)).filter(
    ({ kind, disabledAt }) => kinds.includes(kind) && disabledAt !== undefined && disabledAt >= now,
  );
  // Those disabled with the rest prove nothing any more.
  const others = kinds.includes('recovery-code') ? [] : hit;
  await endWithCodes(parts, others, 'operator', () => sessions.endAll(account, 'operator'));
  if (count > 0) await emit(parts, { account }, { type: 'factors-disabled', count });
  return count;
}

/** A secret that lives in an app already: from an otpauth address, base32 or a migration picture (totp/import.ts). */
export interface ImportedTotp {
  readonly secret: Uint8Array;
  readonly settings: TotpSettings;
  readonly name?: string;
}

/**
 * Binds an existing secret, for moving accounts from another system. Codes up to this moment count as used, so that one
 * accepted by the old system is not accepted again here (A146).
 */
export async function importTotp(
  parts: Parts,
  account: AccountId,
  imported: ImportedTotp,
): Promise<FactorView> {
  const now = parts.clock.now();
  const id = makeFactorId(parts.random);
  const { secret, settings } = imported;
  if (secret.length < 16 || secret.length > 64) throw new TypeError('a TOTP secret has 16 to 64 bytes');
  const lastStep = Math.floor(now / 1000 / settings.period);
  const factor: TotpFactor = {
    kind: 'totp',
    id,
    account,
    name: factorName(imported.name),
    addedAt: now,
    boundBy: 'operator',
    activeFrom: now,
    secret: sealTotpSecret(parts, { account, id }, secret),
    settings,
    lastStep,
  };
  const told = (): Promise<void> =>
    emit(
      parts,
      { account },
      {
        type: 'factor-enrolled',
        factor: named(factor),
        activeFrom: now,
        right: 'operator',
        boundBy: 'operator',
      },
    );
  await keepFactor(parts, { factor, told });
  return viewOf(factor);
}
