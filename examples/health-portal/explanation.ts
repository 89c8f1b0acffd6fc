// What the example prints when it is ready: where to click, what to type, what to see.

import type { HealthPortal } from './start.ts';

/** The text for a terminal. */
export function explanation({ gateway, provider, health, accounts, numbers }: HealthPortal): string {
  const people = accounts.map(
    ({ login, password, person, ticket }) =>
      `   ${login.padEnd(13)} password ${password.padEnd(24)} card of ${person.padEnd(24)} ticket ${ticket}`,
  );
  return `
Palier is in front of a health portal whose sensitive acts ask for a card.

1. Open ${gateway}/ and sign in with a password:
${people.join('\n')}
2. Look this person up: ${numbers[0] ?? ''}
   The password is not enough. Choose Pro Santé Connect, or enrol a passkey with the ticket.
3. At the provider (${provider}) a click stands for the card and its PIN. Come back to where you were stopped.
   Try the phone app: it is the same person, and no card. Try the other person's card: it is refused.
4. Declare a sick leave (Arrêt de travail): only a card opens it, shown within 15 minutes.
   With your card you can also bind your first passkey: ${gateway}/.palier/enrol

The provider is a stand-in on this machine; docs/pro-sante-connect.md says what of the real one we could not verify.
Health: ${health}/ready    Stop with Ctrl+C.
`;
}
