// Signing in with a card alone: a request bound to one browser, an account named by the certificate, a session of ours that
// is always a new one, and a proof of card class in it. Who the person is afterwards is sealed in a cookie bound to that
// session (oidc/identity-cookie.ts), and worth nothing once it ended.
import { createHash } from 'node:crypto';
import {
  type AccountId,
  type Mfa,
  parseAccountId,
  parseSessionId,
  type Random,
  type SealingKeys,
  type Session,
  type SessionId,
  type SessionToken,
} from '@palier/mfa-core';
import type { IdentitySource } from '../identity/identity.ts';
import { recall, sealIdentity, sessionOf } from '../oidc/identity-cookie.ts';
import { type CardCertificate, type CertificateChain, readCertificate } from './certificate.ts';
import type { HandOver, Shown } from './hand-over.ts';

/** The source of such an identity, as logs and the assertion name it. */
export const cardSource = 'client-certificate';

export interface Arriving {
  readonly browser: string;
  readonly shown: string;
  readonly agent: string;
  /** The session token this browser holds: that session ends. */
  readonly before: string | undefined;
}

export interface CardArrival {
  readonly token: SessionToken;
  /** For `identityCookie`. */
  readonly who: string;
  readonly onward: string;
}

export interface CardSignIn {
  /** The text for the listener's address. `browser` is what the cookie of this browser holds. */
  begin(browser: string, onward: string): string;
  /** Undefined for anything that this browser did not ask for, or that names no account. */
  finish(arriving: Arriving): Promise<CardArrival | undefined>;
}

export interface CardSignInParts {
  readonly handOver: HandOver;
  readonly mfa: Mfa;
  readonly sealing: SealingKeys;
  readonly random: Random;
  /** Class of account of whoever signs in so. */
  readonly accountClass: string;
  /** Told whose session the card opened. */
  readonly opened: (session: Session, chain: CertificateChain) => void;
}

export function createCardSignIn(parts: CardSignInParts): CardSignIn {
  return {
    begin: (browser, onward) => parts.handOver.askUnknown(browserId(browser), onward),
    finish: async ({ browser, shown, agent, before }) => {
      const found = await parts.handOver.redeem({ id: browserId(browser) }, shown);
      const account = parseAccountId(found?.person ?? '');
      if (found?.way !== 'sign-in' || account === undefined) return undefined;
      return open(parts, { agent, before, found, account });
    },
  };
}

/** Stands for a browser without a session; the cookie itself is not kept. */
function browserId(browser: string): SessionId {
  const digest = createHash('sha256').update('card sign-in').update(browser).digest('base64url').slice(0, 32);
  return parseSessionId(`sid_${digest}`) as SessionId;
}

interface Opening extends Pick<Arriving, 'agent' | 'before'> {
  readonly found: Shown;
  readonly account: AccountId;
}

/** A new session, always: whoever planted a token in this browser has nothing of it (A199). */
async function open(
  parts: CardSignInParts,
  { agent, before, found, account }: Opening,
): Promise<CardArrival | undefined> {
  const { mfa, sealing, random, accountClass } = parts;
  const old = before === undefined ? undefined : await mfa.sessions.load(before);
  if (old !== undefined) await mfa.sessions.end(old, old.account === account ? 'person' : 'other-account');
  const { session, token } = await mfa.sessions.open(account, agent);
  const proved = await mfa.card.prove(token, `certificate:${found.fingerprint}`, found.at);
  const who = sealIdentity({ keys: sealing, random }, session.id, {
    kind: 'account',
    account,
    class: accountClass,
    organisation: undefined,
    groups: [],
    displayName: found.displayName ?? account,
    person: account,
    source: cardSource,
  });
  if (proved.outcome === 'refused' || who === undefined) return undefined;
  const chain = chainOf(found.chain ?? []);
  if (chain !== undefined) parts.opened(proved.session, chain);
  return { token: proved.token, who, onward: found.resume };
}

/** The certificates that opened it, to be watched for revocation under the session's own name. */
function chainOf(ders: readonly string[]): CertificateChain | undefined {
  const read = ders.map((der) => readCertificate(new Uint8Array(Buffer.from(der, 'base64'))));
  const [leaf, first, ...rest] = read.filter((one): one is CardCertificate => one !== undefined);
  return leaf === undefined || first === undefined ? undefined : { leaf, issuers: [first, ...rest] };
}

/** Somebody while the session that the card opened stands, whatever ended it and wherever. */
export function cardIdentity(mfa: Mfa, sealing: SealingKeys): IdentitySource {
  return async (request) => {
    const recalled = recall(sealing, cardSource, request);
    const session = recalled && (await sessionOf(mfa, recalled));
    return recalled === undefined || session === undefined ? { kind: 'anonymous' } : recalled.identity;
  };
}
