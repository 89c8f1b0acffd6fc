// Stores with the faults the contract is about: alone they are right, with others at the same time they decide on what
// is no longer so. They are the negative controls of the race cases.
import type { MfaStores } from '@palier/mfa-core';
import { memoryStores } from '@palier/mfa-core/stores/memory';
import { type Call, perform, storesOf } from './store-calls.ts';

/** Every verb looks at what there is, awaits, and then puts back what it made of it. */
export function checkThenSetStores(): MfaStores {
  let done: readonly Call[] = [];
  return storesOf(async (call) => {
    const seen = done;
    const found = await afterAll(seen);
    const answer = await perform(found, call);
    done = [...seen, call];
    return answer;
  });
}

/** The state that the calls so far led to. */
async function afterAll(calls: readonly Call[]): Promise<MfaStores> {
  const stores = memoryStores();
  for (const call of calls) await perform(stores, call).catch(() => undefined);
  return stores;
}

/** Single verbs are sound, but a recovery set is replaced in steps: read, add, remove what was read. */
export function replaceInStepsStores(): MfaStores {
  const stores = memoryStores();
  const { factors, upkeep } = stores;
  const replaceRecoverySet: typeof upkeep.replaceRecoverySet = async (set, where) => {
    const old = (await factors.list(set.account)).filter(({ kind }) => kind === 'recovery-code');
    if (where === 'none-works' && old.some(({ disabledAt }) => disabledAt === undefined)) return 'held';
    if ((await factors.add(set)) === 'duplicate') return upkeep.replaceRecoverySet(set);
    for (const { account, id } of old) await factors.remove(account, id);
    return 'replaced';
  };
  return { ...stores, upkeep: { ...upkeep, replaceRecoverySet } };
}
