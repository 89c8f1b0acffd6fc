// A watched source by itself: what it asks of its store, and that a store that is broken knows nobody.
import { type AccountId, type Instant, Secret, secondsOf } from '@palier/mfa-core';
import { fakeClock } from '@palier/mfa-core/testing';
import { describe, expect, it } from 'vitest';
import type { PermitTerms } from '../gate/permit.ts';
import type { Exchange } from '../proxy/exchange.ts';
import type { CanonicalRequest } from '../request/request.ts';
import { parseTarget } from '../request/target.ts';
import type { WatchedStore } from '../sign-in/sign-in-store.ts';
import { loginWatched, type WatchedSource } from './login-watched.ts';

const clock = fakeClock();

function source(store: Partial<WatchedStore>): WatchedSource {
  const unused = (): Promise<never> => Promise.reject(new Error('not asked for here'));
  return loginWatched(
    { cookie: 'SID', fold: 'case', class: 'gp', lifetime: secondsOf(3600) },
    {
      store: { bind: unused, find: unused, end: unused, ...store },
      secret: new Secret(new Uint8Array(32).fill(5)),
      clock,
      unbound: () => undefined,
    },
  );
}

function request(cookie: string): CanonicalRequest {
  const target = parseTarget('/');
  if ('refused' in target) throw new TypeError(target.refused);
  return {
    method: 'GET',
    ...target,
    host: 'localhost',
    headers: new Map([['cookie', cookie]]),
    peer: '127.0.0.1',
    bodyLength: 0,
    upgrade: undefined,
  };
}

describe('a watched source', () => {
  it('asks its store once for all that wait, and again after half a second', async () => {
    const asked: string[] = [];
    const watched = source({
      find: async (digest) => {
        asked.push(digest);
        return { account: 'alice' as AccountId, until: (clock.now() + 1e6) as Instant };
      },
    });
    const all = await Promise.all(Array.from({ length: 100 }, () => watched(request('SID=abc'))));
    expect(new Set(all.map((one) => one.kind === 'account' && one.account))).toEqual(new Set(['alice']));
    expect(asked).toHaveLength(1);
    expect(asked[0]).not.toContain('abc');
    clock.advance(0.5);
    await watched(request('SID=abc'));
    await watched(request('SID=abd'));
    expect(asked).toHaveLength(3);
    expect(new Set(asked).size).toBe(2);
  });

  it('is broken with its store, and asks again at once', async () => {
    let down = true;
    const watched = source({
      find: async () => {
        if (down) throw new Error('the store is down');
        return undefined;
      },
    });
    await expect(watched(request('SID=abc'))).rejects.toThrow('down');
    down = false;
    expect(await watched(request('SID=abc'))).toEqual({ kind: 'anonymous' });
  });

  it('holds an answer back whose cookie it could not end: nobody stays known by mistake', async () => {
    const watched = source({ end: () => Promise.reject(new Error('the store is down')) });
    const terms = { request: request('SID=abc'), matched: { route: { signsOut: true } } } as PermitTerms;
    const exchange = { status: 302, headers: [] } as Pick<Exchange, 'status' | 'headers'> as Exchange;
    await expect(watched.answered(terms, exchange)).rejects.toThrow('down');
  });

  it('asks nothing for who has no cookie of the portal', async () => {
    expect(await source({})(request('OTHER=abc'))).toEqual({ kind: 'anonymous' });
  });
});
