// The factors of an account, as verbs: the person's list and changes, the operator's acts, and the list a browser needs
// to hide passkeys that were removed.
import { type AddedLately, addedLately } from './added-lately.ts';
import type { Refused } from './attempts.ts';
import type { Factor } from './factor.ts';
import { type CodesAnswer, type Removed, remove, rename, replaceRecoveryCodes } from './factor-changes.ts';
import { type FactorView, viewOf } from './factor-view.ts';
import type { AccountId, FactorId } from './ids.ts';
import { type OfferedChanges, offeredChanges } from './offered-changes.ts';
import {
  disableByOperator,
  type ImportedTotp,
  importTotp,
  removeByOperator,
  resetByOperator,
} from './operator-changes.ts';
import type { Parts } from './parts.ts';
import type { Session } from './session.ts';
import type { Sessions } from './session-lifecycle.ts';

/** Input of `PublicKeyCredential.signalAllAcceptedCredentials` (WebAuthn L3 section 5.1.10). */
export interface AcceptedCredentials {
  readonly rpId: string;
  readonly userId: string;
  readonly allAcceptedCredentialIds: readonly string[];
}

/** The factors of an account: the person’s list and changes, and the operator’s acts, which ask for no proof. */
export interface Factors {
  /** Oldest first, without any secret. */
  list(account: AccountId): Promise<readonly FactorView[]>;
  /** Those added within the last seven days, newest first; not the account's first enrolment. */
  addedLately(account: AccountId): Promise<readonly AddedLately[]>;
  /** What the browser is told so that it stops offering removed passkeys; undefined when the account holds none. */
  accepted(account: AccountId): Promise<AcceptedCredentials | undefined>;
  /**
   * What a page may offer: by what the session has just shown, or where it has shown nothing that counts, by what any
   * gesture with a factor held might do.
   */
  changes(account: AccountId, session?: Session): Promise<ReadonlyMap<FactorId, OfferedChanges>>;
  /**
   * The three changes below need a proof of the strongest tier held, shown within `changeMaxAge`. A code renames what it was
   * shown with and what hangs from that: what its codes bound, and theirs (`not-by-code` for the rest).
   */
  rename(session: Session, id: FactorId, name: unknown): Promise<{ readonly outcome: 'renamed' } | Refused>;
  /**
   * Refused for the last factor that proves something, and to a key or a ticket that would leave the account to what a code
   * bound less than seven days ago (`last-factor`). A code removes what hangs from what it was shown with, and nothing else
   * (`not-by-code`). Ends the other sessions, as every change does (of what a code bound: session-reach.ts), and this one if it
   * rests on it.
   */
  remove(session: Session, id: FactorId): Promise<Removed | Refused>;
  replaceRecoveryCodes(session: Session): Promise<CodesAnswer>;
  removeByOperator(account: AccountId, id: FactorId): Promise<'removed' | 'absent'>;
  /** Removes everything, revokes open tickets, ends all sessions; answers how many factors there were. */
  resetByOperator(account: AccountId): Promise<number>;
  /** Answers how many factors were disabled. As with a removal, recovery codes that a code made may go with them. */
  disableByOperator(account: AccountId, kinds?: readonly Factor['kind'][]): Promise<number>;
  /** Binds a secret that already lives in an app, when accounts move here from another system. */
  importTotp(account: AccountId, imported: ImportedTotp): Promise<FactorView>;
}

export function createFactors(parts: Parts, sessions: Sessions): Factors {
  return {
    list: async (account) => (await parts.stores.factors.list(account)).map(viewOf),
    addedLately: async (account) => addedLately(await parts.stores.factors.list(account), parts.clock.now()),
    accepted: (account) => accepted(parts, account),
    changes: (account, session) => offeredChanges(parts, account, session),
    rename: (session, id, name) => rename(parts, session, id, name),
    remove: (session, id) => remove(parts, session, id),
    replaceRecoveryCodes: (session) => replaceRecoveryCodes(parts, session),
    removeByOperator: (account, id) => removeByOperator(parts, sessions, account, id),
    resetByOperator: (account) => resetByOperator(parts, sessions, account),
    disableByOperator: (account, kinds) => disableByOperator(parts, sessions, account, kinds),
    importTotp: (account, imported) => importTotp(parts, account, imported),
  };
}

async function accepted(parts: Parts, account: AccountId): Promise<AcceptedCredentials | undefined> {
  const keys = (await parts.stores.factors.list(account)).filter((factor) => factor.kind === 'webauthn');
  const userId = keys[0]?.userHandle;
  if (userId === undefined) return undefined;
  // A key disabled for good is to be bound anew, so the old one need not be offered; one that waits is still the person's.
  const accepted = keys.filter(({ disabledAt }) => disabledAt === undefined);
  return {
    rpId: parts.relyingParty.id,
    userId,
    allAcceptedCredentialIds: accepted.map(({ credentialId }) => credentialId),
  };
}
