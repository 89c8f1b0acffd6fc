// Every memory of used assertions keeps the one promise: of a hundred callers with one id, one is first.
import { instantOf, secondsOf } from '@palier/mfa-core';
import { type RedisClient, redisReplays } from '@palier/mfa-core/stores/redis';
import { memoryReplays, type ReplayMemory } from '@palier/mfa-core/verify-assertion';
import { createClient } from 'redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isMissing, type Server, startRedis } from '../support/servers.ts';

const now = instantOf(Date.UTC(2026, 2, 1));
const soon = instantOf(now + 60_000);

function keepsItsPromise(memory: () => ReplayMemory): void {
  it('has one first of a hundred at once', async () => {
    const answers = await Promise.all(Array.from({ length: 100 }, () => memory().remember('one', soon, now)));
    expect(answers.filter((answer) => answer === 'first')).toHaveLength(1);
    expect(await memory().remember('other', soon, now)).toBe('first');
    expect(await memory().remember('one', soon, now)).toBe('seen');
  });
}

describe('the memory of one process', () => {
  const memory = memoryReplays();
  keepsItsPromise(() => memory);

  it('forgets what can no longer be sent', async () => {
    const own = memoryReplays();
    await own.remember('old', soon, now);
    expect(await own.remember('old', soon, instantOf(now + 59_999))).toBe('seen');
    expect(await own.remember('old', instantOf(soon + 60_000), soon)).toBe('first');
  });
});

describe.skipIf(isMissing('redis'))('Redis', () => {
  let server: Server;
  let clients: readonly (RedisClient & { destroy(): void })[];

  beforeAll(async () => {
    server = await startRedis();
    const connect = () => createClient({ url: server.url, disableOfflineQueue: true }).connect();
    clients = [await connect(), await connect()];
  });
  afterAll(async () => {
    for (const client of clients) client.destroy();
    await server.stop();
  });

  function client(index: number): RedisClient {
    const one = clients[index];
    if (one === undefined) throw new Error('no client');
    return one;
  }

  let turn = 0;
  keepsItsPromise(() => {
    turn += 1;
    return redisReplays(client(turn % 2));
  });

  it('forgets in time, and an answer that never comes is no answer', async () => {
    await redisReplays(client(0)).remember('brief', instantOf(now + 30_000), now);
    const left = Number(await client(0).sendCommand(['PTTL', 'palier:assertion:brief']));
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThanOrEqual(30_000);
    const silent = redisReplays(
      { sendCommand: () => new Promise(() => undefined) },
      { patience: secondsOf(0.02) },
    );
    await expect(silent.remember('x', soon, now)).rejects.toMatchObject({ code: 'ERR_MFA_STORE' });
    const odd = redisReplays({ sendCommand: async () => 'QUEUED' });
    await expect(odd.remember('x', soon, now)).rejects.toMatchObject({ code: 'ERR_MFA_STORE' });
  });

  it('asked first and told afterwards lets several through: the promise above is seen broken', async () => {
    const racy: ReplayMemory = {
      remember: async (id) => {
        const there = await client(0).sendCommand(['EXISTS', id]);
        await client(0).sendCommand(['SET', id, '1']);
        return there === 1 ? 'seen' : 'first';
      },
    };
    const answers = await Promise.all(Array.from({ length: 100 }, () => racy.remember('racy', soon, now)));
    expect(answers.filter((answer) => answer === 'first').length).toBeGreaterThan(1);
  });
});
