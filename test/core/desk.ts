// A desk with mfa-core on it: stores in memory, a clock moved by hand, a list of all events, and people with phones.
// The phone is otpauth, which shares no code with what is tested.
import { createHash } from 'node:crypto';
import {
  type AccountId,
  createMfa,
  type EventSink,
  type FactorView,
  type Mfa,
  type MfaEvent,
  type MfaPolicy,
  type MfaStores,
  parseAccountId,
  type Random,
  type RelyingParty,
  type SealingKeys,
  Secret,
  type Session,
  type SessionToken,
  sealingKeys,
  secondsOf,
} from '@palier/mfa-core';
import { memoryStores } from '@palier/mfa-core/stores/memory';
import {
  type SoftwareAuthenticator,
  type SoftwareAuthenticatorSetting,
  softwareAuthenticator,
} from '@palier/mfa-core/testing';
import { Secret as AppSecret, TOTP } from 'otpauth';
import { createMovingClock, type MovingClock } from '../support/moving-clock.ts';

export const relyingParty: RelyingParty = {
  id: 'portail.example',
  name: 'Portail',
  origins: ['https://portail.example'],
};

export interface Desk {
  readonly mfa: Mfa;
  readonly stores: MfaStores;
  readonly clock: MovingClock;
  readonly events: readonly MfaEvent[];
  readonly sealing: SealingKeys;
}

export interface DeskSetting {
  readonly policy?: Partial<MfaPolicy>;
  readonly stores?: MfaStores;
  readonly sink?: EventSink;
  readonly sealing?: SealingKeys;
  readonly clock?: MovingClock;
  readonly origins?: RelyingParty['origins'];
}

const digests = new Secret(new Uint8Array(32).fill(7));

/** The same bytes in every run, so that no guess hits by chance on one day of the year; two desks never share any. */
function sequence(name: string): Random {
  let calls = 0;
  return (length) => {
    calls += 1;
    const blocks = Array.from({ length: Math.ceil(length / 32) }, (_, block) =>
      createHash('sha256').update(`${name} ${calls} ${block}`).digest(),
    );
    return new Uint8Array(Buffer.concat(blocks).subarray(0, length));
  };
}

let desks = 0;

export function openDesk(setting: DeskSetting = {}): Desk {
  const stores = setting.stores ?? memoryStores();
  const clock = setting.clock ?? createMovingClock();
  const events: MfaEvent[] = [];
  const sealing = setting.sealing ?? sealingKeys('k1', { k1: new Secret(new Uint8Array(32).fill(9)) });
  desks += 1;
  const note: EventSink = async (event) => void events.push(event);
  const mfa = createMfa({
    stores,
    keys: { sealing, digests },
    relyingParty:
      setting.origins === undefined ? relyingParty : { ...relyingParty, origins: setting.origins },
    clock,
    random: sequence(`desk ${desks}`),
    events: setting.sink ?? note,
    ...(setting.policy !== undefined && { policy: setting.policy }),
  });
  return { mfa, stores, clock, events, sealing };
}

export function accountOf(text: string): AccountId {
  const account = parseAccountId(text);
  if (account === undefined) throw new TypeError('not an account');
  return account;
}

/** Where a person is at the desk: always the session and the token of now. */
export interface Seat {
  readonly session: Session;
  readonly token: SessionToken;
}

export interface Phone {
  code(): string;
}

export function phoneOf(desk: Desk, uri: string): Phone {
  const secret = new URL(uri).searchParams.get('secret') ?? '';
  const app = new TOTP({ secret: AppSecret.fromBase32(secret) });
  return { code: () => app.generate({ timestamp: desk.clock.now() }) };
}

/** Fails the test unless the answer is the one expected, and narrows it. */
export function must<T extends { readonly outcome: string }, O extends T['outcome']>(
  answer: T,
  outcome: O,
): Extract<T, { readonly outcome: O }> {
  if (answer.outcome !== outcome) throw new Error(`expected ${outcome}, got ${JSON.stringify(answer)}`);
  return answer as Extract<T, { readonly outcome: O }>;
}

export function signIn(desk: Desk, account: AccountId, agent = 'Firefox 140, Windows'): Promise<Seat> {
  return desk.mfa.sessions.open(account, agent);
}

export async function ticketRight(desk: Desk, seat: Seat): Promise<string> {
  const { code } = await desk.mfa.tickets.issue(seat.session.account, 'desk', secondsOf(3600));
  return must(await desk.mfa.enrol.redeemTicket(seat.session, code), 'granted').right;
}

export interface WithPhone extends Seat {
  readonly phone: Phone;
  readonly factor: FactorView;
  readonly recoveryCodes: readonly string[];
}

/** Signs in and binds an app with a fresh ticket; the session has stepped up by it. */
export async function withPhone(desk: Desk, account: AccountId): Promise<WithPhone> {
  return bindPhone(desk, await signIn(desk, account), undefined);
}

/** Binds an app by the right given, or by a fresh ticket. */
export async function bindPhone(desk: Desk, seat: Seat, given: string | undefined): Promise<WithPhone> {
  const right = given ?? (await ticketRight(desk, seat));
  const begun = must(await desk.mfa.enrol.begin(seat.session, right, { kind: 'totp' }), 'begun');
  const phone = phoneOf(desk, begun.totp?.uri ?? '');
  const done = must(
    await desk.mfa.enrol.complete(seat.token, begun.challenge, { code: phone.code() }, 'phone'),
    'enrolled',
  );
  const session = done.session ?? seat.session;
  return {
    session,
    token: done.token ?? seat.token,
    phone,
    factor: done.factor,
    recoveryCodes: done.recoveryCodes ?? [],
  };
}

/** The reason the log got for the last refusal. */
export function lastReason(desk: Desk): string | undefined {
  const refusal = desk.events.filter((event) => event.type === 'refused').at(-1);
  return refusal?.type === 'refused' ? refusal.reason : undefined;
}

/** Runs one act `count` times at once. */
export function atOnce<T>(count: number, act: (index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => act(index)));
}

export interface WithKey extends Seat {
  readonly key: SoftwareAuthenticator;
  readonly factor: FactorView;
  readonly recoveryCodes: readonly string[];
}

export const origin: string = relyingParty.origins[0];

let keys = 0;

/** A security key of its own; each answer counts one up. */
export function aKey(setting: Partial<SoftwareAuthenticatorSetting> = {}): SoftwareAuthenticator {
  keys += 1;
  return softwareAuthenticator({ random: sequence(`key ${keys}`), counter: 1, ...setting });
}

/** Binds a key by the right given, or by a fresh ticket. */
export async function bindKey(
  desk: Desk,
  seat: Seat,
  given?: string,
  key: SoftwareAuthenticator = aKey(),
): Promise<WithKey> {
  const right = given ?? (await ticketRight(desk, seat));
  const begun = must(await desk.mfa.enrol.begin(seat.session, right, { kind: 'webauthn' }), 'begun');
  if (begun.webauthn === undefined) throw new Error('no options');
  const response = await key.create(begun.webauthn, origin);
  const done = must(
    await desk.mfa.enrol.complete(seat.token, begun.challenge, { response }, 'key'),
    'enrolled',
  );
  const now = { session: done.session ?? seat.session, token: done.token ?? seat.token };
  return { ...now, key, factor: done.factor, recoveryCodes: done.recoveryCodes ?? [] };
}

/** What the key answers to a fresh offer of the session. */
export async function assertion(
  desk: Desk,
  session: Session,
  key: SoftwareAuthenticator,
  action?: string,
): Promise<{ readonly kind: 'webauthn'; readonly challenge: string; readonly response: unknown }> {
  const begun = await desk.mfa.stepUp.begin(session, action === undefined ? {} : { action });
  if (begun.webauthn === undefined) throw new Error('no options');
  return { kind: 'webauthn', challenge: begun.challenge, response: await key.get(begun.webauthn, origin) };
}
