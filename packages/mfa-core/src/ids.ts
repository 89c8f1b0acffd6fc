// Typed identifiers. Each kind carries a text prefix that is checked when it is parsed, so that a challenge id put in
// the session cookie is refused by its first four characters (attack A202), at compile time and on the wire.
import { hash } from 'node:crypto';
import type { Random } from './random.ts';

declare const brand: unique symbol;
type Brand<Name extends string> = string & { readonly [brand]: Name };

/** The professional's login as the portal names it; opaque to us, compared byte for byte. */
export type AccountId = Brand<'account'>;
/** Names a session in stores, logs and the ledger. It is no credential: the browser holds a SessionToken. */
export type SessionId = Brand<'session'>;
/** What the browser holds. It changes at each elevation; stores know only its digest. */
export type SessionToken = Brand<'session-token'>;
/** SHA-256 of a SessionToken, base64url: a thief of the database cannot open a session with it. */
export type TokenDigest = Brand<'token-digest'>;
/** `fac_` and 192 random bits, base64url. */
export type FactorId = Brand<'factor'>;
/** `chl_` and 192 random bits, base64url: names a ceremony, and a right, and a way back. */
export type ChallengeId = Brand<'challenge'>;
/** Names one proof, and so the presence it bought. */
export type ProofId = Brand<'proof'>;
/** A one-time right to enrol the first factor, typed by a person: `tkt-` and 20 letters or digits (100 bits). */
export type TicketCode = Brand<'ticket-code'>;
/** Names a ticket in lists and events without giving it away. */
export type TicketId = Brand<'ticket'>;

const opaque = /^[A-Za-z0-9_-]{32}$/;
const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');

function kind<T extends string>(
  prefix: string,
): { make: (random: Random) => T; parse: (text: unknown) => T | undefined } {
  return {
    make: (random) => (prefix + base64url(random(24))) as T,
    parse: (text) =>
      typeof text === 'string' && text.startsWith(prefix) && opaque.test(text.slice(prefix.length))
        ? (text as T)
        : undefined,
  };
}

const sessions = kind<SessionId>('sid_');
const tokens = kind<SessionToken>('ses_');
const factors = kind<FactorId>('fac_');
const challenges = kind<ChallengeId>('chl_');
const proofs = kind<ProofId>('prf_');
const tickets = kind<TicketId>('tid_');

/** A new id of 192 random bits, base64url behind its prefix; so are the other makers here. */
export const makeSessionId: (random: Random) => SessionId = sessions.make;
/** Reads an id as it came in; undefined for anything that is not `sid_` and 32 characters of base64url. */
export const parseSessionId: (text: unknown) => SessionId | undefined = sessions.parse;
/** A new credential: `ses_` and 192 random bits. */
export const makeSessionToken: (random: Random) => SessionToken = tokens.make;
/** Reads a token as it came in; undefined for anything else, another kind of id included. */
export const parseSessionToken: (text: unknown) => SessionToken | undefined = tokens.parse;
/** A new factor id. */
export const makeFactorId: (random: Random) => FactorId = factors.make;
/** Reads a factor id as it came in; undefined for anything else. */
export const parseFactorId: (text: unknown) => FactorId | undefined = factors.parse;
/** A new challenge id. */
export const makeChallengeId: (random: Random) => ChallengeId = challenges.make;
/** Reads a challenge id as it came in; undefined for anything else. */
export const parseChallengeId: (text: unknown) => ChallengeId | undefined = challenges.parse;
/** A new proof id. */
export const makeProofId: (random: Random) => ProofId = proofs.make;
/** A new ticket id; not the code. */
export const makeTicketId: (random: Random) => TicketId = tickets.make;
/** Reads a ticket id as it came in; undefined for anything else. */
export const parseTicketId: (text: unknown) => TicketId | undefined = tickets.parse;

/**
 * Accepts an account name of 1 to 200 visible characters in Unicode normal form C, as the portal gave it.
 * Nothing is folded: `Admin` and `admin` are two accounts, and a name that is not already normal is refused rather
 * than repaired (A196).
 */
export function parseAccountId(text: unknown): AccountId | undefined {
  if (typeof text !== 'string' || text.length === 0 || text.length > 200) return undefined;
  const sound = text === text.normalize('NFC') && text === text.trim();
  return sound && !/[\p{C}\p{Zl}\p{Zp}]/u.test(text) ? (text as AccountId) : undefined;
}

/** The digest under which a store keeps a session. */
export function digestToken(token: SessionToken): TokenDigest {
  return hash('sha256', token, 'base64url') as TokenDigest;
}

/** Crockford's alphabet: no I, L, O or U to misread on paper. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** Letters of `random`, five bits each; 256 is a multiple of 32, so none is likelier than another. */
export function makeLetters(random: Random, length: number): string {
  return Array.from(random(length), (byte) => alphabet[byte % 32]).join('');
}

/** Makes a ticket code: 100 bits, in groups of five as it is printed. */
export function makeTicketCode(random: Random): TicketCode {
  return `tkt-${(makeLetters(random, 20).match(/.{5}/g) ?? []).join('-')}` as TicketCode;
}

/** Reads a ticket as people type it: spaces, missing dashes, lower case, O for 0 and I or L for 1 are forgiven. */
export function parseTicketCode(text: unknown): TicketCode | undefined {
  if (typeof text !== 'string' || text.length > 80) return undefined;
  // One ticket in 32,768 begins with these letters itself, and may be typed without them.
  const bare = text
    .replace(/[\s-]/g, '')
    .toUpperCase()
    .replace(/^TKT(?=.{20})/, '');
  const letters = bare.replaceAll('O', '0').replace(/[IL]/g, '1');
  if (!/^[0-9A-HJKMNP-TV-Z]{20}$/.test(letters)) return undefined;
  return `tkt-${(letters.match(/.{5}/g) ?? []).join('-')}` as TicketCode;
}
