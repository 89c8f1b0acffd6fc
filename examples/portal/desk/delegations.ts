// Who may act for whom: a professional names the logins of those who work for them. Kept in memory. Whoever is added here
// sees what the account sees, so adding one is worth as much to a thief as the password.

/** Delegates by account. */
export interface Delegations {
  add(login: string, delegate: string): 'added' | 'too-many';
  remove(login: string, delegate: string): void;
  /** The delegates of an account, oldest first. */
  of(login: string): readonly string[];
}

const MOST = 20;

/** Creates an empty register. */
export function createDelegations(): Delegations {
  const delegates = new Map<string, ReadonlySet<string>>();
  const of = (login: string): ReadonlySet<string> => delegates.get(login) ?? new Set();
  return {
    add(login, delegate) {
      if (of(login).size >= MOST) return 'too-many';
      delegates.set(login, new Set([...of(login), delegate]));
      return 'added';
    },
    remove(login, delegate) {
      delegates.set(login, new Set([...of(login)].filter((one) => one !== delegate)));
    },
    of: (login) => [...of(login)],
  };
}
