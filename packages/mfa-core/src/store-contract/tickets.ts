// TicketStore: a right to enrol is spent by its account, once, before it expires.
import { deepEqual, equal } from 'node:assert/strict';
import type { AccountId } from '../ids.ts';
import type { Ticket } from '../ticket.ts';
import { countOf, hundred, later, oddNames, race, type StoreCase, single } from './case.ts';
import { freshAccount, ticketOf } from './material.ts';

export const ticketCases: readonly StoreCase[] = [
  single('a ticket is redeemed once', async ({ tickets }, clock) => {
    const ticket = ticketOf(freshAccount(), clock.now());
    await tickets.issue(ticket);
    deepEqual(await tickets.redeem(ticket.account, ticket.digest, clock.now()), ticket);
    equal(await tickets.redeem(ticket.account, ticket.digest, clock.now()), undefined);
    deepEqual(await tickets.list(ticket.account), []);
  }),
  single(
    'a ticket of another account opens nothing, and is not spent by trying',
    async ({ tickets }, clock) => {
      const ticket = ticketOf(freshAccount(), clock.now());
      await tickets.issue(ticket);
      equal(await tickets.redeem(freshAccount(), ticket.digest, clock.now()), undefined);
      equal(await tickets.redeem(ticket.account, 'another digest', clock.now()), undefined);
      deepEqual(await tickets.redeem(ticket.account, ticket.digest, clock.now()), ticket);
    },
  ),
  single(
    'a ticket is good until the instant before it expires, and at that instant no more',
    async ({ tickets }, clock) => {
      const [late, early] = [ticketOf(freshAccount(), clock.now()), ticketOf(freshAccount(), clock.now())];
      for (const ticket of [late, early]) await tickets.issue(ticket);
      equal(await tickets.redeem(late.account, late.digest, late.expiresAt), undefined);
      deepEqual(await tickets.redeem(early.account, early.digest, later(early.expiresAt, -1)), early);
    },
  ),
  race('of a hundred callers exactly one redeems a ticket', async ({ tickets }, clock) => {
    const ticket = ticketOf(freshAccount(), clock.now());
    await tickets.issue(ticket);
    const answers = await hundred(() => tickets.redeem(ticket.account, ticket.digest, clock.now()));
    equal(answers.filter((answer) => answer !== undefined).length, 1);
  }),
  single(
    'tickets are listed newest first, expired ones too, of one account or of all',
    async ({ tickets }, clock) => {
      const account = freshAccount();
      const at = (delay: number): Ticket => ticketOf(account, later(clock.now(), delay));
      const [expired, newest, middle] = [at(-86_400_000), at(20), at(10)];
      const stranger = ticketOf(freshAccount(), later(clock.now(), 15));
      for (const ticket of [middle, expired, stranger, newest]) await tickets.issue(ticket);
      deepEqual(await tickets.list(account), [newest, middle, expired]);
      const own = new Set([expired.id, newest.id, middle.id, stranger.id]);
      const found = (await tickets.list(undefined)).filter(({ id }) => own.has(id));
      deepEqual(found, [newest, stranger, middle, expired]);
    },
  ),
  single('a revoked ticket is gone', async ({ tickets }, clock) => {
    const ticket = ticketOf(freshAccount(), clock.now());
    await tickets.issue(ticket);
    equal(await tickets.revoke(ticket.id), 'revoked');
    equal(await tickets.revoke(ticket.id), 'absent');
    equal(await tickets.redeem(ticket.account, ticket.digest, clock.now()), undefined);
  }),
  race('a ticket revoked while it is redeemed goes to exactly one', async ({ tickets }, clock) => {
    const ticket = ticketOf(freshAccount(), clock.now());
    await tickets.issue(ticket);
    const answers = await hundred(async (index) =>
      index % 2 === 0
        ? await tickets.revoke(ticket.id)
        : (await tickets.redeem(ticket.account, ticket.digest, clock.now())) === undefined
          ? 'absent'
          : 'redeemed',
    );
    equal(countOf(answers, 'revoked') + countOf(answers, 'redeemed'), 1);
  }),
  single('tickets of odd accounts are kept apart and whole', async ({ tickets }, clock) => {
    const mark = freshAccount();
    for (const name of oddNames) {
      const ticket = ticketOf(`${name}${mark}` as AccountId, clock.now());
      await tickets.issue(ticket);
      deepEqual(await tickets.list(ticket.account), [ticket]);
    }
  }),
];
