// Whose certificate it is: the one text that stands for the person, and whether it is one person at all. A certificate of
// a structure or a machine is never a person, whatever it calls itself; one that several people use is nobody's unless
// the operator names it.
import { createHash } from 'node:crypto';
import type { CardCertificate, CertificateChain } from './certificate.ts';
import { attributeOids, onlyValue } from './distinguished-name.ts';
import { type NationalId, parsePsIdNat } from './ps-id-nat.ts';

/** Where in the certificate the person is named. */
export type PersonName =
  | 'ps-id-nat'
  | 'rpps'
  | 'common-name'
  | 'serial-number'
  | 'upn'
  | 'email'
  | 'issuer-and-serial';

export interface HolderRules {
  readonly account: PersonName;
  /** Names of shared or pseudonymous certificates that are let in all the same, exactly as in the certificate. */
  readonly shared: readonly string[];
  /**
   * The operator has said which authorities issue to persons. Then a name elsewhere than in PS_IdNat needs no surname
   * beside it; a PS_IdNat always does.
   */
  readonly issuersAreOfPersons: boolean;
}

export interface Holder {
  /** What is compared with the account, or with the field of the portal's answer. */
  readonly person: string;
  readonly isShared: boolean;
  /** For the person's own eyes; never in a log. */
  readonly displayName: string | undefined;
  /** The profession in clear, where the certificate says one. */
  readonly title: string | undefined;
}

export type HolderVerdict =
  | { readonly outcome: 'person'; readonly holder: Holder }
  | { readonly outcome: 'refused'; readonly reason: HolderRefusal };

export type HolderRefusal = 'no-name' | 'not-a-person' | 'shared';

const refused = (reason: HolderRefusal): HolderVerdict => ({ outcome: 'refused', reason });

export function holderOf({ leaf }: CertificateChain, rules: HolderRules): HolderVerdict {
  const names = namesOf(leaf);
  const person = personOf(leaf, rules.account);
  if (names === undefined || person === undefined) return refused('no-name');
  const { text, national } = person;
  if (isNational(rules.account) && national === undefined) return refused('not-a-person');
  const { surname, givenName, pseudonym, title } = names;
  const isNamed = surname !== undefined && givenName !== undefined;
  if (isNamed && pseudonym === undefined)
    return {
      outcome: 'person',
      holder: { person: text, isShared: false, displayName: `${givenName} ${surname}`, title },
    };
  const unnamed = { person: text, displayName: undefined, title };
  // Only staff of a structure have cards under a pseudonym; anybody else without a name is a machine or a structure.
  if (pseudonym !== undefined && national?.kind !== 'professional')
    return rules.shared.includes(text)
      ? { outcome: 'person', holder: { ...unnamed, isShared: true } }
      : refused('shared');
  const isOfPersons = rules.issuersAreOfPersons && !isNational(rules.account) && pseudonym === undefined;
  return isOfPersons
    ? { outcome: 'person', holder: { ...unnamed, isShared: false } }
    : refused('not-a-person');
}

function isNational(account: PersonName): boolean {
  return account === 'ps-id-nat' || account === 'rpps';
}

interface Names {
  readonly surname: string | undefined;
  readonly givenName: string | undefined;
  readonly pseudonym: string | undefined;
  readonly title: string | undefined;
}

/** Undefined when one of them is there twice or in characters that are a matter of opinion. */
function namesOf({ holder }: CardCertificate): Names | undefined {
  const { surname, givenName, pseudonym, title } = attributeOids;
  const read = [surname, givenName, pseudonym, title].map((oid) => onlyValue(holder, oid));
  if (read.includes('unreadable')) return undefined;
  const [one, two, three, four] = read.map((found) => (typeof found === 'string' ? undefined : found.value));
  return { surname: one, givenName: two, pseudonym: three, title: four };
}

interface Named {
  readonly text: string;
  readonly national: NationalId | undefined;
}

function personOf(leaf: CardCertificate, account: PersonName): Named | undefined {
  if (account === 'issuer-and-serial') {
    const issuer = createHash('sha256').update(leaf.issuer.der).digest('hex');
    return { text: `${issuer}:${leaf.serial}`, national: undefined };
  }
  if (account === 'upn' || account === 'email') {
    const [only, ...more] = leaf.alternativeNames.filter(({ kind }) => kind === account);
    return only === undefined || more.length > 0 ? undefined : { text: only.value, national: undefined };
  }
  const oid = account === 'serial-number' ? attributeOids.serialNumber : attributeOids.commonName;
  const found = onlyValue(leaf.holder, oid);
  if (typeof found === 'string') return undefined;
  if (!isNational(account)) return { text: found.value, national: undefined };
  const national = parsePsIdNat(found.value);
  if (account === 'ps-id-nat') return { text: found.value, national };
  const isRpps = national?.kind === 'professional' && national.register === 'rpps';
  return { text: isRpps ? national.number : found.value, national: isRpps ? national : undefined };
}
