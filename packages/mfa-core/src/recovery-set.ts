// Making a set of recovery codes: the codes are shown once, their keyed digests are kept. And what ends a set that a thief
// may have made: with one phished code he can bind an app and make codes, and they would outlive the app.
import type { BoundBy, Factor, RecoverySet } from './factor.ts';
import { type AccountId, type FactorId, makeFactorId } from './ids.ts';
import { currentSession } from './live-sessions.ts';
import { emit, named, type Parts } from './parts.ts';
import { digestCode, makeRecoveryCodes } from './recovery-codes.ts';
import { isByCode, isNewcomer } from './removal.ts';
import type { Session } from './session.ts';
import type { Instant } from './time.ts';

/** A set that comes with a factor has that factor's instants, and was earned by what earned the factor. */
interface Making {
  readonly addedAt: Instant;
  readonly activeFrom: Instant;
  readonly boundBy?: BoundBy;
}

/** The codes of a new set, to be shown once. */
type Codes = readonly string[];

/**
 * Replaces the account's set: the old codes are dead when it resolves, and the new ones are in the answer only. Undefined
 * where the session ended meanwhile.
 */
export async function replaceSet(parts: Parts, session: Session, making: Making): Promise<Codes | undefined> {
  const { set, codes } = newSet(parts, session.account, making);
  await parts.stores.upkeep.replaceRecoverySet(set);
  return (await isKept(parts, session, set.id)) ? codes : undefined;
}

/**
 * Makes the set that comes with a first factor; undefined where one still works, or where the session ended meanwhile. Of
 * several first factors at once the store lets one bring its set: nobody is shown codes that another page's have replaced.
 */
export async function firstSet(parts: Parts, session: Session, making: Making): Promise<Codes | undefined> {
  const { set, codes } = newSet(parts, session.account, making);
  const kept = await parts.stores.upkeep.replaceRecoverySet(set, 'none-works');
  return kept === 'replaced' && (await isKept(parts, session, set.id)) ? codes : undefined;
}

/**
 * Somebody else removed factors meanwhile, and this session with them: what it made stays no more than it does. Sessions end
 * before anything is looked for, so that one of the two finds the set.
 */
async function isKept(parts: Parts, session: Session, set: FactorId): Promise<boolean> {
  if ((await currentSession(parts, session)) !== undefined) return true;
  await parts.stores.factors.remove(session.account, set);
  return false;
}

function newSet(
  parts: Parts,
  account: AccountId,
  { addedAt, activeFrom, boundBy }: Making,
): { readonly set: RecoverySet; readonly codes: Codes } {
  const codes = makeRecoveryCodes(parts.random, parts.policy.recoveryCodes);
  const set: RecoverySet = {
    kind: 'recovery-code',
    id: makeFactorId(parts.random),
    account,
    name: '',
    addedAt,
    ...(boundBy !== undefined && { boundBy }),
    activeFrom,
    codes: codes.map((code) => digestCode(parts.keys.digests, 'recovery', account, code)),
  };
  return { set, codes };
}

/**
 * What follows the removal of factors, or their disabling: sessions end, and with what a code bound, at any time, goes the
 * set that a code made within the last days. Nobody can tell whether the one who bound it made the other; whoever removed
 * it makes a new one. Sessions end first, so that a set which is being made is found here or finds its session gone; and once
 * more where a set went, since one of its codes may have opened one meanwhile. Resolves to whether a set went.
 */
export async function endWithCodes(
  parts: Parts,
  removed: readonly Factor[],
  by: 'person' | 'operator',
  endSessions: () => Promise<unknown>,
): Promise<boolean> {
  await endSessions();
  const isGone = await removeSet(parts, removed, by);
  if (isGone) await endSessions();
  return isGone;
}

async function removeSet(
  parts: Parts,
  removed: readonly Factor[],
  by: 'person' | 'operator',
): Promise<boolean> {
  const byCode = removed.find((one) => one.kind !== 'recovery-code' && isByCode(one));
  if (byCode === undefined) return false;
  const held = await parts.stores.factors.list(byCode.account);
  const set = held.find((one) => one.kind === 'recovery-code' && isNewcomer(one, parts.clock.now()));
  if (set === undefined) return false;
  await emit(parts, { account: byCode.account }, { type: 'factor-removed', factor: named(set), by });
  return (await parts.stores.factors.remove(set.account, set.id)) === 'removed';
}
