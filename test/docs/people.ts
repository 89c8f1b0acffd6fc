// People for the programs of the pages: with an app or a key already bound. Copied beside each page; readers do not see it.
import {
  type AccountId,
  type EnrolOffer,
  type Mfa,
  parseAccountId,
  parseKeyUri,
  type Session,
  secondsOf,
} from '@palier/mfa-core';
import {
  fakeRandom,
  type SoftwareAuthenticator,
  softwareAuthenticator,
  totpCode,
} from '@palier/mfa-core/testing';

export interface Person {
  readonly account: AccountId;
  session: Session;
  token: string;
  recoveryCodes: readonly string[];
}

export const clockOf: { now(): number } = { now: () => Date.now() };

export function accountOf(name: string): AccountId {
  const account = parseAccountId(name);
  if (account === undefined) throw new TypeError('not an account');
  return account;
}

export async function person(mfa: Mfa, name: string): Promise<Person> {
  const account = accountOf(name);
  return { account, recoveryCodes: [], ...(await mfa.sessions.open(account, 'Firefox 140, Windows')) };
}

export async function ticketRight(mfa: Mfa, { account, session }: Person): Promise<string> {
  const { code } = await mfa.tickets.issue(account, 'desk', secondsOf(600));
  const granted = await mfa.enrol.redeemTicket(session, code);
  if (granted.outcome === 'refused') throw new Error(granted.reason);
  return granted.right;
}

async function begun(
  mfa: Mfa,
  who: Person,
  kind: 'totp' | 'webauthn',
): Promise<Extract<EnrolOffer, { outcome: 'begun' }>> {
  const offer = await mfa.enrol.begin(who.session, await ticketRight(mfa, who), { kind });
  if (offer.outcome === 'refused') throw new Error(offer.reason);
  return offer;
}

/** Binds an app; answers what the app shows. */
export async function bindApp(mfa: Mfa, who: Person): Promise<() => string> {
  const offer = await begun(mfa, who, 'totp');
  const read = parseKeyUri(offer.totp?.uri);
  if (read.outcome === 'refused') throw new Error(read.reason);
  const { secret } = read.secrets[0];
  const code = (): string => totpCode(secret, clockOf.now() as never);
  keep(who, await mfa.enrol.complete(who.token, offer.challenge, { code: code() }, 'phone'));
  return code;
}

/** Binds a key. */
export async function bindKey(mfa: Mfa, who: Person): Promise<SoftwareAuthenticator> {
  const offer = await begun(mfa, who, 'webauthn');
  const key = softwareAuthenticator({ random: fakeRandom(who.account), counter: 1 });
  if (offer.webauthn === undefined) throw new Error('no options');
  const response = await key.create(offer.webauthn, mfa.relyingParty.origins[0]);
  keep(who, await mfa.enrol.complete(who.token, offer.challenge, { response }, 'key'));
  return key;
}

function keep(who: Person, done: Awaited<ReturnType<Mfa['enrol']['complete']>>): void {
  if (done.outcome === 'refused') throw new Error(done.reason);
  who.session = done.session ?? who.session;
  who.token = done.token ?? who.token;
  who.recoveryCodes = done.recoveryCodes ?? who.recoveryCodes;
}
