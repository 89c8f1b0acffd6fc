// The authorities of the test PKI: three ranges as the sector's own has them (persons, staff, organisations), each a
// root and an intermediate, and those nobody should trust. The names, numbers and policy identifiers are invented:
// 2.999 is the arc kept for examples.

export type AuthorityName =
  | 'root-persons'
  | 'persons'
  | 'root-staff'
  | 'staff'
  | 'root-organisations'
  | 'organisations'
  | 'root-other'
  | 'other-persons'
  | 'expired-persons'
  | 'beyond-pathlen';

export interface AuthoritySpec {
  readonly commonName: string;
  /** Undefined: it signs itself. */
  readonly issuer: AuthorityName | undefined;
  readonly pathlen: number | undefined;
  /** Days from now; `expired` lies in the past as a whole. */
  readonly days: { readonly from: number; readonly to: number };
}

const years = { from: -400, to: 3650 };

/** Parents come before what they sign. */
export const authorities: Readonly<Record<AuthorityName, AuthoritySpec>> = {
  'root-persons': { commonName: 'AC RACINE ESSAI FORT', issuer: undefined, pathlen: undefined, days: years },
  persons: { commonName: 'AC ESSAI FORT PERSONNES', issuer: 'root-persons', pathlen: 0, days: years },
  'root-staff': {
    commonName: 'AC RACINE ESSAI STANDARD',
    issuer: undefined,
    pathlen: undefined,
    days: years,
  },
  staff: { commonName: 'AC ESSAI STANDARD PERSONNES', issuer: 'root-staff', pathlen: 0, days: years },
  'root-organisations': {
    commonName: 'AC RACINE ESSAI ELEMENTAIRE',
    issuer: undefined,
    pathlen: undefined,
    days: years,
  },
  organisations: {
    commonName: 'AC ESSAI ELEMENTAIRE ORGANISATIONS',
    issuer: 'root-organisations',
    pathlen: 0,
    days: years,
  },
  /** Calls itself what the trusted ones are called, with keys of its own. */
  'root-other': { commonName: 'AC RACINE ESSAI FORT', issuer: undefined, pathlen: undefined, days: years },
  'other-persons': { commonName: 'AC ESSAI FORT PERSONNES', issuer: 'root-other', pathlen: 0, days: years },
  'expired-persons': {
    commonName: 'AC ESSAI FORT PERSONNES ANCIENNE',
    issuer: 'root-persons',
    pathlen: 0,
    days: { from: -400, to: -10 },
  },
  /** Made by an intermediate that may make none. */
  'beyond-pathlen': {
    commonName: 'AC ESSAI FORT PERSONNES BIS',
    issuer: 'persons',
    pathlen: undefined,
    days: years,
  },
};

/** Policies the leaves carry, and one nobody is told to accept. */
export const policyOids = {
  personAuthentication: '2.999.1.1',
  personSignature: '2.999.1.2',
  staffAuthentication: '2.999.2.1',
  organisation: '2.999.3.1',
  other: '2.999.9.9',
} as const;

/** Two OU, as the sector's authorities have them. */
export function distinguishedName(authority: AuthoritySpec): string {
  return `/C=FR/O=AGENCE-ESSAI/OU=0002 000000000/OU=IGC-ESSAI/CN=${authority.commonName}`;
}
