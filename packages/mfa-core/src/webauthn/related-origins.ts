// The file that lets one relying party serve several portal hosts: /.well-known/webauthn on the host named by the RP
// id, served as application/json (WebAuthn L3 section 5.11.1). It widens nothing here: origins are still compared.
import type { RelyingParty } from './relying-party.ts';

/** The text of the file. Browsers read at least five registrable domains of it, so the most used come first. */
export function relatedOrigins({ origins }: RelyingParty): string {
  return JSON.stringify({ origins });
}
