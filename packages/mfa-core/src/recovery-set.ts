// Making a set of recovery codes: the codes are shown once, their keyed digests are kept.
import type { RecoverySet } from './factor.ts';
import { type AccountId, makeFactorId } from './ids.ts';
import type { Parts } from './parts.ts';
import { digestCode, makeRecoveryCodes } from './recovery-codes.ts';
import type { Instant } from './time.ts';

/** A set that comes with a factor has that factor's instants. */
interface Times {
  readonly addedAt: Instant;
  readonly activeFrom: Instant;
}

/** Replaces the account's set: the old codes are dead when it resolves, and the new ones are in the answer only. */
export async function replaceSet(
  parts: Parts,
  account: AccountId,
  { addedAt, activeFrom }: Times,
): Promise<readonly string[]> {
  const codes = makeRecoveryCodes(parts.random, parts.policy.recoveryCodes);
  const set: RecoverySet = {
    kind: 'recovery-code',
    id: makeFactorId(parts.random),
    account,
    name: '',
    addedAt,
    activeFrom,
    codes: codes.map((code) => digestCode(parts.keys.digests, 'recovery', account, code)),
  };
  await parts.stores.upkeep.replaceRecoverySet(set);
  return codes;
}
