// The end certificates of the test PKI: persons as cards carry them (`CN`, surname and given name in one RDN), staff,
// organisations, servers, and one of each fault. All persons and structures are invented; the RPPS numbers are of the
// range kept for tests (8 997...) and their check digits are right.
import { type AuthorityName, policyOids } from './authorities.ts';

export interface LeafSpec {
  readonly issuer: AuthorityName;
  /** As `openssl -subj` reads it: `/` between RDNs, `+` inside one, `\/` for a slash. */
  readonly name: string;
  readonly policy?: string | undefined;
  readonly keyUsage?: string;
  /** Undefined: clientAuth. Empty: no such extension. */
  readonly extendedKeyUsage?: string;
  readonly alternativeName?: string;
  readonly key?: KeyName;
  /** A certificate request (PEM) of a key that is elsewhere, on a token: nothing here has it. */
  readonly request?: string;
  readonly hash?: 'sha256' | 'sha1';
  readonly days?: { readonly from: number; readonly to: number };
  /** A line of the extension file, for what the rest cannot say. */
  readonly extension?: string;
  /** Where the certificate says its responder and its list are; the defaults answer nowhere. */
  readonly ocsp?: string;
  readonly crl?: string;
}

export type KeyName = 'card' | 'card-two' | 'server' | 'organisation' | 'elliptic' | 'weak';

/** The digit that makes a number pass Luhn's test (ISO/IEC 7812-1 annex B). */
function luhnDigit(number: string): string {
  const sum = [...number].reverse().reduce((total, digit, at) => {
    const value = at % 2 === 0 ? Number(digit) * 2 : Number(digit);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return `${(10 - (sum % 10)) % 10}`;
}

/** PS_IdNat of the n-th test person: 8 and an RPPS. */
export function testPerson(n: number): string {
  const ten = `99700${`${n}`.padStart(5, '0')}`;
  return `8${ten}${luhnDigit(ten)}`;
}

export const doctorId: string = testPerson(21889);
export const pharmacistId: string = testPerson(7512);
/** Legacy numbering: 0 and an ADELI. */
export const masseurId = '000B7010446';
export const namedStaffId = '500000000029751/CPAT0001';
export const pseudonymousStaffId = '300000018/000000018';

const doctor = `/C=FR/title=Médecin/CN=${doctorId}+SN=MEDECINESSAI0021889+GN=ROBERT`;
const pharmacist = `/C=FR/title=Pharmacien/SN=PHARMACIENESSAI0007512+CN=${pharmacistId}+GN=CAROLE`;
const person = { issuer: 'persons', name: doctor, policy: policyOids.personAuthentication } as const;

export type LeafName =
  | 'doctor'
  | 'doctor-next'
  | 'doctor-elliptic'
  | 'doctor-ending'
  | 'doctor-revoked'
  | 'doctor-signature'
  | 'pharmacist'
  | 'masseur'
  | 'staff-named'
  | 'staff-pseudonymous'
  | 'organisation'
  | 'organisation-named-as-person'
  | 'server'
  | 'machine-client'
  | 'ocsp-responder'
  | 'expired'
  | 'not-yet-valid'
  | 'weak-key'
  | 'weak-hash'
  | 'wrong-extended-usage'
  | 'no-extended-usage'
  | 'wrong-usage'
  | 'no-policy'
  | 'other-policy'
  | 'unknown-critical'
  | 'other-root'
  | 'issuer-expired'
  | 'beyond-pathlen';

export const leaves: Readonly<Record<LeafName, LeafSpec>> = {
  doctor: {
    ...person,
    alternativeName: `otherName:1.3.6.1.4.1.311.20.2.3;UTF8:${doctorId}@carte.essai.test,email:robert@carte.essai.test`,
  },
  /** The same person's next card. */
  'doctor-next': { ...person, key: 'card-two' },
  'doctor-elliptic': { ...person, key: 'elliptic' },
  /** Ends within the time a reminder is due. */
  'doctor-ending': { ...person, days: { from: -300, to: 12 } },
  'doctor-revoked': person,
  'doctor-signature': {
    ...person,
    policy: policyOids.personSignature,
    keyUsage: 'critical,nonRepudiation',
    extendedKeyUsage: 'emailProtection',
  },
  pharmacist: { ...person, name: pharmacist, key: 'card-two' },
  masseur: {
    ...person,
    name: `/C=FR/O=ESSAI/OU=Masseur-Kinésithérapeute/CN=${masseurId}+SN=MASSEURESSAI1044+GN=HONORE`,
  },
  'staff-named': {
    issuer: 'staff',
    name: `/C=FR/O=ESSAI/L=Ailleurs (99)/OU=300000000029751/CN=500000000029751\\/CPAT0001+SN=AGENTESSAI0001+GN=PATRICE`,
    policy: policyOids.staffAuthentication,
  },
  'staff-pseudonymous': {
    issuer: 'staff',
    name: '/C=FR/ST=Ailleurs (99)/O=ETABLISSEMENT ESSAI/OU=100000018/title=Carte de service/pseudonym=EMPLOYE000000018/CN=300000018\\/000000018',
    policy: policyOids.staffAuthentication,
  },
  organisation: {
    issuer: 'organisations',
    name: '/C=FR/ST=Ailleurs (99)/O=LABORATOIRE ESSAI/OU=300000000012345/CN=Serveur de messagerie',
    policy: policyOids.organisation,
    key: 'organisation',
  },
  /** An organisation that took a person's number for a name: its authority names no persons. */
  'organisation-named-as-person': {
    issuer: 'organisations',
    name: `/C=FR/ST=Ailleurs (99)/O=LABORATOIRE ESSAI/OU=300000000012345/CN=${doctorId}`,
    policy: policyOids.organisation,
    key: 'organisation',
  },
  server: {
    issuer: 'organisations',
    name: '/C=FR/O=PORTAIL ESSAI/CN=localhost',
    extendedKeyUsage: 'serverAuth',
    alternativeName:
      'DNS:localhost,DNS:cartes.localhost,DNS:portail.essai.test,DNS:cartes.essai.test,IP:127.0.0.1',
    key: 'server',
  },
  /** For mutual TLS with a provider, and for a front that shows who it is. */
  'machine-client': {
    issuer: 'organisations',
    name: '/C=FR/O=PORTAIL ESSAI/OU=300000000054321/CN=Passerelle',
    policy: policyOids.organisation,
    key: 'server',
  },
  /** What a delegated OCSP responder shows. */
  'ocsp-responder': {
    issuer: 'persons',
    name: '/C=FR/O=AGENCE-ESSAI/CN=Repondeur FORT PERSONNES',
    extendedKeyUsage: 'OCSPSigning',
    extension: 'noCheck=ignored',
    key: 'organisation',
  },
  expired: { ...person, days: { from: -300, to: -1 } },
  'not-yet-valid': { ...person, days: { from: 2, to: 300 } },
  'weak-key': { ...person, key: 'weak' },
  'weak-hash': { ...person, hash: 'sha1' },
  'wrong-extended-usage': { ...person, extendedKeyUsage: 'serverAuth' },
  'no-extended-usage': { ...person, extendedKeyUsage: '' },
  'wrong-usage': { ...person, keyUsage: 'critical,keyEncipherment' },
  'no-policy': { ...person, policy: undefined },
  'other-policy': { ...person, policy: policyOids.other },
  'unknown-critical': { ...person, extension: '2.999.77=critical,ASN1:UTF8String:essai' },
  /** The doctor's name under authorities with the right names and the wrong keys. */
  'other-root': { ...person, issuer: 'other-persons' },
  'issuer-expired': { ...person, issuer: 'expired-persons' },
  'beyond-pathlen': { ...person, issuer: 'beyond-pathlen' },
};
