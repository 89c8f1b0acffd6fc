// The persons the stand-in knows, with claims shaped like the state's provider gives them. All are invented: their RPPS are
// of the range kept for tests (8 997...), and the structure does not exist.

/** A professional and the account of the example portal that is hers. */
export interface ProviderPerson {
  /** PS_IdNat: the provider's name for the person. */
  readonly id: string;
  readonly given: string;
  readonly family: string;
  /** Code of the profession (TRE_G15) as SubjectRole carries it. */
  readonly role: string;
  readonly account: string;
}

export const providerPersons: readonly ProviderPerson[] = [
  { id: '899700218896', given: 'ROBERT', family: 'ESSAI-MEDECIN', role: '10', account: 'medecin-01' },
  { id: '899700075122', given: 'CAROLE', family: 'ESSAI-PHARMACIEN', role: '21', account: 'pharmacie-01' },
];

/** What userinfo says of a person. */
export function claimsOf({ id, given, family, role }: ProviderPerson): Readonly<Record<string, unknown>> {
  return {
    preferred_username: id,
    SubjectNameID: id,
    given_name: given,
    family_name: family,
    SubjectRole: [`${role}^1.2.250.1.213.1.1.5.5`],
    SubjectOrganization: 'CABINET FICTIF',
    SubjectOrganizationID: 'R00000',
    Secteur_Activite: 'SA07^1.2.250.1.71.4.2.4',
    otherIds: [{ identifiant: id, origine: 'RPPS', qualite: 1 }],
    SubjectRefPro: { exercices: [{ codeProfession: role, activities: [] }] },
  };
}
