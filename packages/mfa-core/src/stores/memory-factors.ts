// Factors in memory: the specification of FactorStore and FactorUpkeep. Indexed by account and by credential, so that
// a large demonstration stays quick.
import type { Factor } from '../factor.ts';
import type { AccountId, FactorId } from '../ids.ts';
import { hasRoom } from '../room.ts';
import type { FactorStore, FactorUpkeep } from '../stores.ts';
import { takenId } from './faults.ts';

/** Factors by id, by account in the order of their adding, and the credential ids in use. */
interface Shelf {
  readonly byId: Map<FactorId, Factor>;
  readonly byAccount: Map<AccountId, Set<FactorId>>;
  readonly credentials: Set<string>;
}

export function memoryFactors(): { readonly factors: FactorStore; readonly upkeep: FactorUpkeep } {
  const shelf: Shelf = { byId: new Map(), byAccount: new Map(), credentials: new Set() };
  return { factors: factorStore(shelf), upkeep: factorUpkeep(shelf) };
}

function factorStore(shelf: Shelf): FactorStore {
  return {
    list: async (account) => heldBy(shelf, account).sort((a, b) => a.addedAt - b.addedAt),
    add: async (factor, room) => {
      if (room !== undefined && !hasRoom(heldBy(shelf, factor.account), room)) return 'full';
      if (isTaken(shelf, factor)) return 'duplicate';
      insert(shelf, factor);
      return 'added';
    },
    remove: async (account, id, leaving) => {
      const factor = find(shelf, account, id);
      if (factor === undefined) return 'absent';
      if (leaving?.every((one) => find(shelf, account, one) === undefined)) return 'alone';
      discard(shelf, factor);
      return 'removed';
    },
    advanceTotpStep: async (account, id, step, at) => {
      const factor = find(shelf, account, id);
      if (factor?.kind !== 'totp' || step <= factor.lastStep) return 'replayed';
      shelf.byId.set(id, { ...factor, lastStep: step, lastUsedAt: at });
      return 'advanced';
    },
    advanceSignCount: async (account, id, count, backedUp, at) => {
      const factor = find(shelf, account, id);
      if (factor?.kind !== 'webauthn' || !hasAdvanced(factor.signCount, count)) return 'went-back';
      shelf.byId.set(id, { ...factor, signCount: count, backedUp, lastUsedAt: at });
      return 'advanced';
    },
    redeemRecoveryCode: async (account, id, digest, at) => {
      const factor = find(shelf, account, id);
      if (factor?.kind !== 'recovery-code' || !factor.codes.includes(digest)) return 'unknown';
      const codes = factor.codes.filter((code) => code !== digest);
      shelf.byId.set(id, { ...factor, codes, lastUsedAt: at });
      return 'redeemed';
    },
  };
}

function factorUpkeep(shelf: Shelf): FactorUpkeep {
  return {
    rename: async (account, id, name) => {
      const factor = find(shelf, account, id);
      if (factor === undefined) return 'absent';
      shelf.byId.set(id, { ...factor, name });
      return 'renamed';
    },
    activate: async (account, id, from) => {
      const factor = find(shelf, account, id);
      if (factor === undefined) return 'absent';
      shelf.byId.set(id, { ...factor, activeFrom: from });
      return 'active';
    },
    reseal: async (account, id, from, to) => {
      const factor = find(shelf, account, id);
      if (factor?.kind !== 'totp' || factor.secret !== from) return 'changed';
      shelf.byId.set(id, { ...factor, secret: to });
      return 'resealed';
    },
    disable: async (account, kinds, at) => {
      const held = heldBy(shelf, account);
      const hit = held.filter(({ kind, disabledAt }) => kinds.includes(kind) && disabledAt === undefined);
      for (const factor of hit) shelf.byId.set(factor.id, { ...factor, disabledAt: at });
      return hit.length;
    },
    replaceRecoverySet: async (set, where) => {
      const old = heldBy(shelf, set.account).filter(({ kind }) => kind === 'recovery-code');
      if (where === 'none-works' && old.some(({ disabledAt }) => disabledAt === undefined)) return 'held';
      if (isTaken(shelf, set) && !old.some(({ id }) => id === set.id)) throw takenId();
      for (const factor of old) discard(shelf, factor);
      insert(shelf, set);
      return 'replaced';
    },
    page: async (after, limit) =>
      [...shelf.byId.values()]
        .filter((factor) => after === undefined || factor.id > after)
        .sort((a, b) => (a.id < b.id ? -1 : 1))
        .slice(0, limit),
  };
}

/** WebAuthn L3 section 7.2 step 22: an authenticator without a counter stays at zero, any other one rises. */
function hasAdvanced(stored: number, count: number): boolean {
  return count > stored || (count === 0 && stored === 0);
}

function find(shelf: Shelf, account: AccountId, id: FactorId): Factor | undefined {
  const factor = shelf.byId.get(id);
  return factor?.account === account ? factor : undefined;
}

function heldBy(shelf: Shelf, account: AccountId): Factor[] {
  return [...(shelf.byAccount.get(account) ?? [])].flatMap((id) => shelf.byId.get(id) ?? []);
}

function isTaken(shelf: Shelf, factor: Factor): boolean {
  return (
    shelf.byId.has(factor.id) || (factor.kind === 'webauthn' && shelf.credentials.has(factor.credentialId))
  );
}

function insert(shelf: Shelf, factor: Factor): void {
  shelf.byId.set(factor.id, factor);
  const own = shelf.byAccount.get(factor.account) ?? new Set();
  shelf.byAccount.set(factor.account, own.add(factor.id));
  if (factor.kind === 'webauthn') shelf.credentials.add(factor.credentialId);
}

function discard(shelf: Shelf, factor: Factor): void {
  shelf.byId.delete(factor.id);
  const own = shelf.byAccount.get(factor.account);
  own?.delete(factor.id);
  if (own?.size === 0) shelf.byAccount.delete(factor.account);
  if (factor.kind === 'webauthn') shelf.credentials.delete(factor.credentialId);
}
