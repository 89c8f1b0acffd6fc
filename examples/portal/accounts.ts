// Accounts of professionals: who they are, how their password is checked and where their mail goes.
// Passwords only, as in 2022; nothing stronger exists here. Sessions and resets have files of their own.

import { scrypt, scryptSync, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { FAMILY_NAMES, GIVEN_NAMES, nameRanks } from './people/names.ts';
import { mix } from './people/permutation.ts';

/** The trade of a professional. */
export type AccountClass =
  | 'gp'
  | 'pharmacy'
  | 'nurse'
  | 'laboratory'
  | 'hospital'
  | 'biller'
  | 'specialist'
  | 'paramedical';

/** A professional's login, without its password. */
export interface Account {
  readonly login: string;
  readonly class: AccountClass;
  readonly organisation: string;
  readonly name: string;
  readonly email: string;
  /** The professional's number as a health card has it (PS_IdNat); of the range kept for tests. */
  readonly nationalId: string;
}

/** All accounts of the portal, in memory. */
export interface Accounts {
  all(): readonly Account[];
  find(login: string): Account | undefined;
  /** Lists every account that reads its mail at this address; several may share one. */
  findByEmail(email: string): readonly Account[];
  /** Answers the account when login and password belong together; takes as long when the login is unknown. */
  checkPassword(login: string, password: string): Promise<Account | undefined>;
  changePassword(login: string, password: string): Promise<void>;
  changeEmail(login: string, email: string): 'changed' | 'malformed';
}

interface Entry {
  account: Account;
  salt: Uint8Array;
  hash: Buffer;
}

// Cheap on purpose: tests and replays sign hundreds of invented accounts in on two cores, and these
// passwords are printed in a file anyway. A portal with real ones wants N = 2^17.
const COST = { N: 1_024, r: 8, p: 1 } as const;
const HASH_BYTES = 32;
const EMAIL = /^[^\s@]{1,64}@[^\s@]{1,180}\.[^\s@.]{2,}$/;
const derive: (password: string, salt: Uint8Array) => Promise<Buffer> = (password, salt) =>
  promisify<string, Uint8Array, number, typeof COST, Buffer>(scrypt)(password, salt, HASH_BYTES, COST);

const TRADES: readonly { class: AccountClass; prefix: string; organisation: string }[] = [
  { class: 'gp', prefix: 'medecin', organisation: 'Cabinet fictif' },
  { class: 'pharmacy', prefix: 'pharmacie', organisation: 'Pharmacie fictive' },
  { class: 'nurse', prefix: 'infirmier', organisation: 'Cabinet infirmier fictif' },
  { class: 'laboratory', prefix: 'laboratoire', organisation: 'Laboratoire fictif' },
  { class: 'hospital', prefix: 'hopital', organisation: 'Centre hospitalier fictif' },
  { class: 'biller', prefix: 'facturation', organisation: 'Service de facturation fictif' },
  { class: 'specialist', prefix: 'specialiste', organisation: 'Cabinet spécialisé fictif' },
  { class: 'paramedical', prefix: 'paramedical', organisation: 'Cabinet paramédical fictif' },
];

/** Tells the first password of a synthetic account: everybody may know it. */
export function examplePassword(login: string): string {
  return `${login}-motdepasse`;
}

/** Makes `perClass` accounts of each trade (`medecin-01`, `pharmacie-01`, ...) with their example passwords. */
export function createAccounts(options: {
  readonly perClass: number;
  readonly random: (bytes: number) => Uint8Array;
}): Accounts {
  const { perClass, random } = options;
  const entries = new Map<string, Entry>();
  for (const account of syntheticAccounts(perClass)) {
    const salt = random(16);
    const hash = scryptSync(examplePassword(account.login), salt, HASH_BYTES, COST);
    entries.set(account.login, { account, salt, hash });
  }
  const nobody = { salt: random(16), hash: Buffer.alloc(HASH_BYTES) };
  return {
    all: () => [...entries.values()].map(({ account }) => account),
    find: (login) => entries.get(login)?.account,
    findByEmail(email) {
      const address = email.trim().toLowerCase();
      return this.all().filter((account) => account.email === address);
    },
    async checkPassword(login, password) {
      const entry = entries.get(login);
      const { salt, hash } = entry ?? nobody;
      const equal = timingSafeEqual(await derive(password, salt), hash);
      return equal ? entry?.account : undefined;
    },
    async changePassword(login, password) {
      const salt = random(16);
      const hash = await derive(password, salt);
      const entry = entries.get(login);
      if (entry !== undefined) entries.set(login, { ...entry, salt, hash });
    },
    changeEmail(login, email) {
      const entry = entries.get(login);
      if (entry === undefined || !EMAIL.test(email.trim())) return 'malformed';
      entry.account = { ...entry.account, email: email.trim().toLowerCase() };
      return 'changed';
    },
  };
}

function syntheticAccounts(perClass: number): readonly Account[] {
  return TRADES.flatMap((trade, rank) =>
    Array.from({ length: perClass }, (_, i) => syntheticAccount(trade, i + 1, rank * 1_000 + i)),
  );
}

function syntheticAccount(trade: (typeof TRADES)[number], number: number, draw: number): Account {
  const suffix = String(number).padStart(2, '0');
  const { family, given } = nameRanks(draw % 2 === 0 ? 2 : 1, mix(draw, 1), mix(draw, 2));
  return {
    login: `${trade.prefix}-${suffix}`,
    class: trade.class,
    organisation: `${trade.organisation} ${suffix}`,
    name: `${GIVEN_NAMES[given]} ${FAMILY_NAMES[family]}`,
    email: `${trade.prefix}-${suffix}@sante.example`,
    nationalId: nationalIdOf(draw),
  };
}

/** 8 for the register RPPS, then eleven digits of which the last is Luhn's. Numbers that begin with 997 are nobody's. */
function nationalIdOf(draw: number): string {
  const ten = `99700${String(draw).padStart(5, '0')}`;
  const sum = [...ten].reduce((total, digit, at) => {
    const value = at % 2 === 1 ? Number(digit) * 2 : Number(digit);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return `8${ten}${(10 - (sum % 10)) % 10}`;
}
