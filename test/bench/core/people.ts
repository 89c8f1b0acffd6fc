// Who steps up in the benchmark: one account with an app, one with a key, stores in memory, a clock moved by hand so that
// every call has a code of its own.
import {
  type AccountId,
  createMfa,
  defaultPolicy,
  type Mfa,
  type MfaKeys,
  type MfaStores,
  makeFactorId,
  parseAccountId,
  parseKeyUri,
  type RelyingParty,
  type Sealed,
  Secret,
  type Session,
  sealingKeys,
  secondsOf,
  systemRandom,
} from '@palier/mfa-core';
import { memoryStores } from '@palier/mfa-core/stores/memory';
import {
  type FakeClock,
  fakeClock,
  type SoftwareAuthenticator,
  softwareAuthenticator,
  totpCode,
} from '@palier/mfa-core/testing';
import type { Parts } from '../../../packages/mfa-core/src/parts.ts';

export const origin: string = 'https://portail.example';
export const relyingParty: RelyingParty = { id: 'portail.example', name: 'Portail', origins: [origin] };

export interface Bench {
  readonly mfa: Mfa;
  readonly clock: FakeClock;
  readonly stores: MfaStores;
  readonly keys: MfaKeys;
}

export function openBench(): Bench {
  const clock = fakeClock();
  const keys = {
    sealing: sealingKeys('k1', { k1: new Secret(systemRandom(32)) }),
    digests: new Secret(systemRandom(32)),
  };
  const stores = memoryStores();
  return { mfa: createMfa({ stores, keys, relyingParty, clock }), clock, stores, keys };
}

/** What `createMfa` makes for itself, to time its inner functions with the same stores. */
export function partsOf({ stores, keys, clock }: Bench): Parts {
  const dummy = {
    kind: 'totp',
    account: 'nobody' as AccountId,
    id: makeFactorId(systemRandom),
    name: '',
    addedAt: clock.now(),
    activeFrom: clock.now(),
    secret: '' as Sealed,
    settings: defaultPolicy.totp,
    lastStep: -1,
  } as const;
  const events = () => Promise.resolve();
  return { stores, keys, relyingParty, policy: defaultPolicy, events, clock, random: systemRandom, dummy };
}

export interface Seat {
  session: Session;
  token: string;
}

async function ticketRight({ mfa }: Bench, seat: Seat): Promise<string> {
  const { code } = await mfa.tickets.issue(seat.session.account, 'bench', secondsOf(600));
  const granted = await mfa.enrol.redeemTicket(seat.session, code);
  if (granted.outcome === 'refused') throw new Error(granted.reason);
  return granted.right;
}

async function seatOf({ mfa }: Bench, name: string): Promise<Seat> {
  const account = parseAccountId(name);
  if (account === undefined) throw new TypeError('not an account');
  return mfa.sessions.open(account, 'bench');
}

/** A session that has stepped up with an app, and the app's secret. */
export async function withApp(bench: Bench): Promise<{ readonly seat: Seat; readonly secret: Uint8Array }> {
  const seat = await seatOf(bench, 'app');
  const offer = await bench.mfa.enrol.begin(seat.session, await ticketRight(bench, seat), { kind: 'totp' });
  const read = parseKeyUri(offer.outcome === 'begun' ? offer.totp?.uri : undefined);
  if (offer.outcome === 'refused' || read.outcome === 'refused') throw new Error('not begun');
  const { secret } = read.secrets[0];
  const code = totpCode(secret, bench.clock.now());
  await keep(bench, seat, offer.challenge, { code });
  return { seat, secret };
}

/** A session that has stepped up with a key, and the key. */
export async function withKey(
  bench: Bench,
): Promise<{ readonly seat: Seat; readonly key: SoftwareAuthenticator }> {
  const seat = await seatOf(bench, 'key');
  const offer = await bench.mfa.enrol.begin(seat.session, await ticketRight(bench, seat), {
    kind: 'webauthn',
  });
  if (offer.outcome === 'refused' || offer.webauthn === undefined) throw new Error('not begun');
  const key = softwareAuthenticator({ random: systemRandom, counter: 1 });
  const response = await key.create(offer.webauthn, origin);
  await keep(bench, seat, offer.challenge, { response });
  return { seat, key };
}

async function keep(
  { mfa }: Bench,
  seat: Seat,
  challenge: string,
  answer: { code: unknown } | { response: unknown },
): Promise<void> {
  const done = await mfa.enrol.complete(seat.token, challenge, answer);
  if (done.outcome === 'refused') throw new Error(done.reason);
  seat.session = done.session ?? seat.session;
  seat.token = done.token ?? seat.token;
}
