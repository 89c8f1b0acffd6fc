// Where only a card may bind the first factor, what is left over of an earlier one does not make the next one a second.
import { secondsOf } from '@palier/mfa-core';
import { expect, it } from 'vitest';
import { accountOf, bindPhone, must, openDesk, signIn, ticketRight, withPhone } from './desk.ts';

const ana = accountOf('ana');

async function afterPhone(left: 'recovery set' | 'disabled codes' | 'everything') {
  const before = openDesk();
  await withPhone(before, ana);
  const [phone] = (await before.mfa.factors.list(ana)).filter(({ kind }) => kind === 'totp');
  if (phone === undefined) throw new TypeError('no phone was bound');
  if (left === 'recovery set') await before.mfa.factors.removeByOperator(ana, phone.id);
  if (left === 'disabled codes') await before.mfa.factors.disableByOperator(ana);
  return openDesk({ stores: before.stores, clock: before.clock, policy: { firstFactor: ['card'] } });
}

it.each(['recovery set', 'disabled codes'] as const)(
  'a ticket binds nothing to an account that only has: %s',
  async (left) => {
    const desk = await afterPhone(left);
    const seat = await signIn(desk, ana);
    const { code } = await desk.mfa.tickets.issue(ana, 'the operator', secondsOf(3600));
    expect(must(await desk.mfa.enrol.redeemTicket(seat.session, code), 'refused').reason).toBe(
      'ticket-unknown',
    );
  },
);

it('a ticket binds another factor to an account that holds one', async () => {
  const desk = await afterPhone('everything');
  const seat = await signIn(desk, ana);
  await bindPhone(desk, seat, await ticketRight(desk, seat));
  expect((await desk.mfa.factors.list(ana)).filter(({ kind }) => kind === 'totp')).toHaveLength(2);
});
