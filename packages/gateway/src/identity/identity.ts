// Who the portal says this is. Sources differ (the portal's own session, a token, a certificate); what they yield does not.
import type { AccountId } from '@palier/mfa-core';
import type { CanonicalRequest } from '../request/request.ts';

export type Identity =
  | { readonly kind: 'anonymous' }
  | {
      readonly kind: 'account';
      readonly account: AccountId;
      /** Class of account for the budgets: `gp`, `pharmacy`...; `default` when the portal does not say. */
      readonly class: string;
      /** The structure the account belongs to, for caps shared by its accounts. */
      readonly organisation: string | undefined;
      readonly groups: readonly string[];
      /** The name the person reads on our pages. */
      readonly displayName: string;
      /** The person's number in a register as the source tells it, to compare a card with. */
      readonly person?: string | undefined;
      /** Where the portal says the account reads mail; for notices, never for identity. */
      readonly address?: string | undefined;
      /** Which source said so, as the configuration names it. */
      readonly source: string;
    };

/** Asks one source. Rejects when the source is broken: that is a 503, never `anonymous`. */
export type IdentitySource = (request: CanonicalRequest) => Promise<Identity>;
