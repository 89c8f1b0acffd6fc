// What somebody does who phished a code of ana's, or ana herself with the same means: nobody can tell them apart.
import type { AccountId } from '@palier/mfa-core';
import {
  accountOf,
  bindPhone,
  type Desk,
  must,
  type Phone,
  type Seat,
  signIn,
  type WithPhone,
} from './desk.ts';

export const ana: AccountId = accountOf('ana');

/** Signs in elsewhere and types a code of the phone: the owner's, or one that was phished. */
export async function byCode(desk: Desk, phone: Phone): Promise<Seat> {
  desk.clock.advance(60);
  const { token } = await signIn(desk, ana);
  return must(await desk.mfa.stepUp.complete(token, { kind: 'totp', code: phone.code() }), 'stepped-up');
}

/** With a code just typed, binds another app: what a thief does with the one he phished. */
export async function plant(desk: Desk, phone: Phone): Promise<WithPhone> {
  return plantFrom(desk, await byCode(desk, phone));
}

export async function plantFrom(desk: Desk, seat: Seat): Promise<WithPhone> {
  const { right } = must(await desk.mfa.enrol.rightFromProof(seat.session), 'granted');
  return bindPhone(desk, seat, right);
}
