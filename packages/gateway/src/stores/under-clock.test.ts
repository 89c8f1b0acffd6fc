import {
  type AccountId,
  instantOf,
  MfaError,
  type Session,
  type SessionId,
  secondsOf,
  type TicketId,
  type TokenDigest,
} from '@palier/mfa-core';
import { expect, it } from 'vitest';
import type { Charge } from '../budget/budget-store.ts';
import { openStores } from './open.ts';
import type { OpenStores } from './open-stores.ts';
import { underClock } from './under-clock.ts';

const [at, account] = [instantOf(Date.UTC(2026, 2, 10, 8)), 'gp-1' as AccountId];
const [digest, ticket] = ['digest' as TokenDigest, 'tkt_1' as TicketId];
const session: Session = {
  id: 'ses_1' as SessionId,
  account,
  openedAt: at,
  seenAt: at,
  proofs: [],
  agent: '',
};
const charge: Charge = {
  records: [],
  limits: [],
  fleet: undefined,
  presence: undefined,
  novelty: undefined,
  enforce: true,
};

/** In memory; the clock is wrong from the start. */
async function withWrongClock(): Promise<OpenStores> {
  const stores = await openStores({
    durable: { kind: 'memory' },
    shared: { kind: 'memory' },
    patience: secondsOf(1),
  });
  const demand = async (): Promise<never> => {
    throw new MfaError('ERR_MFA_CLOCK', { detail: 'the clock is wrong' });
  };
  return underClock({ ...stores, clockCheck: { ...stores.clockCheck, demand } });
}

it('refuses, while the clock is wrong, what counts, reads or moves a session, takes a guess, binds or issues', async () => {
  const { budget, mfa, signIns, probe } = await withWrongClock();
  const refused = [
    budget.consume(charge, at),
    mfa.sessions.load(digest),
    mfa.sessions.create(digest, session),
    mfa.sessions.replace(digest, digest, session),
    mfa.sessions.touch(digest, at),
    mfa.tickets.issue({ id: ticket, account, digest: 'digest', issuedAt: at, expiresAt: at, issuedBy: 'op' }),
    signIns.guesses.reserve([], at),
    signIns.watched.bind('cookie', { account, until: at }, at),
    signIns.watched.find('cookie', at),
    probe(),
  ];
  for (const one of await Promise.allSettled(refused))
    expect(one).toMatchObject({ status: 'rejected', reason: { code: 'ERR_MFA_CLOCK' } });
});

it('still ends sessions, revokes tickets, stops, and forgives', async () => {
  const { mfa, standings, signIns } = await withWrongClock();
  expect(await mfa.sessions.list(account)).toEqual([]);
  expect(await mfa.sessions.end(account, 'all')).toBe(0);
  expect(await mfa.tickets.revoke(ticket)).toBe('absent');
  expect(await standings.stops.list()).toEqual([]);
  await signIns.guesses.forgive(['lane'], []);
  await signIns.watched.end('cookie');
});
