import {
  type AccountId,
  digestToken,
  instantOf,
  makeSessionId,
  makeSessionToken,
  type Session,
  type SessionStore,
  systemRandom,
  type TokenDigest,
} from '@palier/mfa-core';
import { memoryStores } from '@palier/mfa-core/stores/memory';
import { describe, expect, it } from 'vitest';
import { keepMilliseconds, recentSessions } from './recent-sessions.ts';

const account = 'medecin-01' as AccountId;

interface Opened {
  readonly store: SessionStore;
  readonly recent: SessionStore;
  readonly clock: { now: number };
  readonly reads: { count: number };
  readonly digest: TokenDigest;
  readonly session: Session;
}

async function opened(): Promise<Opened> {
  const { sessions: store } = memoryStores();
  const clock = { now: 0 };
  const reads = { count: 0 };
  const counted = {
    ...store,
    load: (digest: Parameters<typeof store.load>[0]) => {
      reads.count += 1;
      return store.load(digest);
    },
  };
  const recent = recentSessions(counted, () => clock.now);
  const digest = digestToken(makeSessionToken(systemRandom));
  const session: Session = {
    id: makeSessionId(systemRandom),
    account,
    openedAt: instantOf(1),
    seenAt: instantOf(1),
    proofs: [],
    agent: 'test',
  };
  await recent.create(digest, session);
  return { store, recent, clock, reads, digest, session };
}

describe('a session read a moment ago', () => {
  it('is read once for a burst of requests', async () => {
    const { recent, reads, digest } = await opened();
    await Promise.all(Array.from({ length: 12 }, () => recent.load(digest)));
    expect(reads.count).toBe(1);
  });

  it('is gone at once when this process ends it', async () => {
    const { recent, digest, session } = await opened();
    expect(await recent.load(digest)).toBeDefined();
    await recent.end(account, [session.id]);
    expect(await recent.load(digest)).toBeUndefined();
  });

  it('is gone a fifth of a second later when another process ends it', async () => {
    const { store, recent, clock, digest } = await opened();
    expect(await recent.load(digest)).toBeDefined();
    await store.end(account, 'all');
    clock.now += keepMilliseconds - 1;
    expect(await recent.load(digest)).toBeDefined();
    clock.now += 1;
    expect(await recent.load(digest)).toBeUndefined();
  });

  it('is not kept from a read that was overtaken by a change', async () => {
    const { store, recent, digest, session } = await opened();
    const slow = Promise.withResolvers<void>();
    const late = recentSessions(
      { ...store, end: async (...which) => slow.promise.then(() => store.end(...which)) },
      () => 0,
    );
    const ending = late.end(account, [session.id]);
    expect(await late.load(digest)).toBeDefined();
    slow.resolve();
    await ending;
    expect(await late.load(digest)).toBeUndefined();
    expect(await recent.load(digest)).toBeUndefined();
  });

  it('is asked for again when the store failed', async () => {
    const { store, digest } = await opened();
    let broken = true;
    const failing = recentSessions(
      { ...store, load: (one) => (broken ? Promise.reject(new Error('down')) : store.load(one)) },
      () => 0,
    );
    await expect(failing.load(digest)).rejects.toThrow('down');
    broken = false;
    expect(await failing.load(digest)).toBeDefined();
  });
});
