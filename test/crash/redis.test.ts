// Redis dies and comes back from an older dump, as it does by default, or a replica that lagged takes over: its epoch is
// the right one and its counts are not. Nobody may be shown twice as much for it (A125).
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { instantOf } from '@palier/mfa-core';
import { createClient } from 'redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Charge } from '../../packages/gateway/src/budget/budget-store.ts';
import { digestOf } from '../../packages/gateway/src/budget/budget-store-contract.ts';
import { beginEpoch, redisBudgetStore } from '../../packages/gateway/src/stores/redis-budget.ts';
import { type Instances, startInstances } from '../support/instances.ts';
import { seat } from '../support/professional.ts';
import { isMissing, type Server, startPostgres, startRedis } from '../support/servers.ts';
import { lootOf, openThief } from '../support/thief.ts';

const N = 5;

describe.skipIf(isMissing('postgres') || isMissing('redis'))('a Redis that came back with less', () => {
  let [postgres, redis]: Server[] = [];
  let site: Instances;
  const dumps = mkdtempSync(join(tmpdir(), 'palier-dump-'));
  beforeAll(async () => {
    [postgres, redis] = [await startPostgres(), await startRedis(['--dir', dumps])];
    site = await startInstances({
      stores: `{ durable: "${postgres.url}", shared: "${redis.url}", patience: 2s }`,
    });
  }, 60_000);
  afterAll(async () => {
    await site?.close();
    await redis?.stop();
    await postgres?.stop();
    rmSync(dumps, { recursive: true, force: true });
  });
  const dump = async (): Promise<void> => {
    const client = await createClient({ url: redis?.url ?? '' }).connect();
    await client.sendCommand(['SAVE']);
    client.destroy();
  };

  it('shows nobody anything until told, and then one presence more at most', async () => {
    const professional = seat(site, 'pharmacie-01');
    await professional.signIn();
    await professional.enrolApp();
    const thief = openThief(professional.browser, site.origin, lootOf(site.persons));
    const port = redis?.port;
    let place = 0;
    const ask = (to: number): Promise<number> =>
      thief.ask(`/api/patients/${site.persons.nirOf(place++)}`, site.all[to]?.port);
    expect([await ask(0), await ask(1)]).toEqual([200, 200]);
    await dump();
    expect([await ask(0), await ask(0), await ask(0), await ask(0)]).toEqual([200, 200, 200, 401]);
    expect(thief.persons.size).toBe(N);

    await redis?.stop();
    redis = await startRedis(['--dir', dumps, '--port', `${port}`]);
    // The one that saw the last look-ups connects again and says so; both are attacked meanwhile.
    const until = performance.now() + 3000;
    const statuses = new Set<number>();
    while (performance.now() < until)
      for (const status of await Promise.all([ask(0), ask(1), ask(0), ask(1)])) statuses.add(status);
    expect([...statuses]).toEqual([503]);
    expect(thief.persons.size).toBe(N);
    expect(site.all.flatMap(({ log }) => log).some(({ kind }) => kind === 'counts-lost')).toBe(true);

    // Nor when no instance is left that saw them: the durable store was told.
    for (const instance of site.all) await instance.kill();
    await redis?.stop();
    redis = await startRedis(['--dir', dumps, '--port', `${port}`]);
    for (const instance of site.all) await instance.start();
    expect([await ask(0), await ask(1)]).toEqual([503, 503]);
    expect(thief.persons.size).toBe(N);

    expect((await site.palier('budget', 'renew')).code).toBe(0);
    await expect.poll(() => ask(0), { timeout: 10_000 }).toBe(401);
    await expect.poll(() => ask(1), { timeout: 10_000 }).toBe(401);
    expect(thief.persons.size).toBe(N);
  }, 90_000);
});

describe.skipIf(isMissing('redis'))('two instances on a Redis whose state was put back', () => {
  let server: Server;
  const [prefix, now] = ['back', instantOf(Date.UTC(2026, 0, 5, 8))];
  const settings = { prefix, epoch: 'one', timeoutMilliseconds: 5000, toleranceMilliseconds: undefined };
  const closing: (() => void)[] = [];
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(async () => {
    for (const close of closing) close();
    await server.stop();
  });
  const connect = async () => {
    const client = await createClient({ url: server.url, disableOfflineQueue: true }).connect();
    closing.push(() => client.destroy());
    return client;
  };
  const lookUp = (record: string): Charge => ({
    records: [{ digest: digestOf(record) }],
    limits: [{ set: 'account:one', windowMilliseconds: 86_400_000, cap: 3 }],
    fleet: undefined,
    presence: undefined,
    novelty: undefined,
    enforce: true,
  });

  it('are both told by the one that knows more; one that begins anew with a new epoch counts again', async () => {
    const client = await connect();
    await beginEpoch(client, prefix, 'one');
    let epoch = 'one';
    const living = {
      ...settings,
      get epoch() {
        return epoch;
      },
    };
    const [one, other] = [
      redisBudgetStore(await connect(), living),
      redisBudgetStore(await connect(), living),
    ];
    await one.consume(lookUp('a'), now);
    await other.consume(lookUp('b'), now);
    const keys = await client.keys(`${prefix}*`);
    const kept = await Promise.all(keys.map(async (key) => [key, await client.get(key).catch(() => null)]));
    await one.consume(lookUp('c'), now);
    // Back to before: what the counter of turns said then is enough of an older state.
    for (const [key, value] of kept) if (key?.endsWith(':turn') && value) await client.set(key, value);
    // The one that knows no better goes on until the other one has spoken.
    await other.confirm();
    await expect(one.confirm()).rejects.toThrow('Redis lost the counts');
    await expect(other.confirm()).rejects.toThrow('Redis lost the counts');
    await expect(other.consume(lookUp('a'), now)).rejects.toThrow('Redis lost the counts');
    await expect(one.consume(lookUp('a'), now)).rejects.toThrow('Redis lost the counts');
    epoch = 'two';
    await client.set(`${prefix}:{budget}:epoch`, 'two');
    expect((await one.consume(lookUp('a'), now)).charged.outcome).toBe('granted');
    await one.confirm();
  });
});
