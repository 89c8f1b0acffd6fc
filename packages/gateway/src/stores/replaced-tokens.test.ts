import {
  type AccountId,
  digestToken,
  instantOf,
  makeSessionId,
  makeSessionToken,
  type Session,
  systemRandom,
} from '@palier/mfa-core';
import { memoryStores } from '@palier/mfa-core/stores/memory';
import { expect, it } from 'vitest';
import { rememberMilliseconds, rememberReplaced } from './replaced-tokens.ts';

const account = 'medecin-01' as AccountId;

it('knows whose token was replaced, for seconds, for that account, and only when it was', async () => {
  const clock = { now: 0 };
  const { store, replaced } = rememberReplaced(memoryStores().sessions, () => clock.now);
  const [first, second, stranger] = Array.from({ length: 3 }, () => makeSessionToken(systemRandom));
  if (first === undefined || second === undefined || stranger === undefined) throw new TypeError('no tokens');
  const at = instantOf(1_000);
  const session: Session = {
    id: makeSessionId(systemRandom),
    account,
    openedAt: at,
    seenAt: at,
    proofs: [],
    agent: '',
  };
  await store.create(digestToken(first), session);
  await store.replace(digestToken(first), digestToken(first), session);
  expect(replaced(first, account)).toBe(undefined);
  await store.replace(digestToken(first), digestToken(second), session);
  expect(await store.replace(digestToken(stranger), digestToken(first), session)).toBe('gone');
  expect(replaced(first, account)).toBe(session.id);
  for (const other of [second, stranger, 'none']) expect(replaced(other, account)).toBe(undefined);
  expect(replaced(first, 'medecin-02' as AccountId)).toBe(undefined);
  // What it opens is nothing.
  expect(await store.load(digestToken(first))).toBe(undefined);
  clock.now = rememberMilliseconds;
  expect(replaced(first, account)).toBe(undefined);
});
