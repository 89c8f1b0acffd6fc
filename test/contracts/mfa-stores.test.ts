// Every store of mfa-core keeps the one contract, alone and with two instances on one database.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock, Instant, MfaStores } from '@palier/mfa-core';
import { type StoreCase, storeContract } from '@palier/mfa-core/store-contract';
import { memoryStores } from '@palier/mfa-core/stores/memory';
import { sqliteStores } from '@palier/mfa-core/stores/sqlite';
import { afterAll, describe, expect, it } from 'vitest';
import { checkThenSetStores, replaceInStepsStores } from '../support/racy-stores.ts';
import { inTurn } from '../support/store-calls.ts';

const start = Date.parse('2026-03-02T08:00:00Z');
const clock: Clock = { now: () => start as Instant };

function keepsTheContract(stores: () => MfaStores): void {
  for (const { name, run } of storeContract) it(name, () => run(stores(), clock));
}

describe('memory', () => {
  const shared = memoryStores();
  keepsTheContract(() => shared);
});

describe('SQLite', () => {
  const folder = mkdtempSync(join(tmpdir(), 'palier-contract-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  describe('in a file', () => {
    const stores = sqliteStores(join(folder, 'one.db'));
    afterAll(() => stores.close());
    keepsTheContract(() => stores);
  });

  describe('in one file with two instances', () => {
    const all = [sqliteStores(join(folder, 'two.db')), sqliteStores(join(folder, 'two.db'))] as const;
    afterAll(() => all.map((stores) => stores.close()));
    const stores = inTurn([...all]);
    keepsTheContract(() => stores);
  });
});

describe('the contract itself', () => {
  const racy = [checkThenSetStores, replaceInStepsStores];

  async function holds({ run }: StoreCase, stores: MfaStores): Promise<boolean> {
    return run(stores, clock).then(
      () => true,
      () => false,
    );
  }

  it.each(storeContract.filter(({ kind }) => kind === 'race'))('catches a racy store: $name', async (one) => {
    const verdicts = await Promise.all(racy.map((make) => holds(one, make())));
    expect(verdicts).toContain(false);
  });

  it.each(storeContract.filter(({ kind }) => kind === 'single'))(
    'finds nothing in a racy store without a race: $name',
    async (one) => {
      const verdicts = await Promise.all(racy.map((make) => holds(one, make())));
      expect(verdicts).toEqual([true, true]);
    },
  );
});
