// What the example prints when it is ready: where to click, what to type, what to see.

import type { HealthPortal } from './start.ts';

/** The text for a terminal. */
export function explanation(ready: HealthPortal): string {
  const { gateway, provider, health, accounts, numbers, cards } = ready;
  const people = accounts.map(
    ({ login, password, person, ticket }) =>
      `   ${login.padEnd(13)} password ${password.padEnd(24)} card of ${person.padEnd(24)} ticket ${ticket}`,
  );
  return `
Palier is in front of a health portal whose sensitive acts ask for a card.

1. Open ${gateway}/ and sign in with a password:
${people.join('\n')}
2. Look this person up: ${numbers[0] ?? ''}
   The password is not enough. Choose Pro Santé Connect, show a card, or enrol a passkey with the ticket.
3. At the provider (${provider}) a click stands for the card and its PIN. Come back to where you were stopped.
   Try the phone app: it is the same person, and no card. Try the other person's card: it is refused.
4. Declare a sick leave (Arrêt de travail): only a card opens it, shown within 15 minutes.
   With your card you can also bind your first passkey: ${gateway}/.palier/enrol

A card by its certificate: press "Use my card"; the browser goes to ${cards.origin}.
   Import one of these files first (Firefox: Settings, Certificates, Your certificates, Import; Chromium: Settings,
   Security, Manage certificates). The listener's own certificate is the example's: accept it, or import ${cards.ca}
${cardLines(ready).join('\n')}
   Without an import: copy the address that begins with ${cards.origin}/.palier/card?ask= and run
${curlOf(ready)}
   with the address in place of ADDRESS. Open what it prints in the browser that is signed in: nobody else's opens it.

The provider is a stand-in on this machine; docs/pro-sante-connect.md and docs/cards.md say what of the real ones we
could not verify.
Health: ${health}/ready    Stop with Ctrl+C.
`;
}

function cardLines({ accounts }: HealthPortal): readonly string[] {
  return accounts.flatMap(({ login, cards }) => {
    if (cards === undefined) return [];
    const line = ({ bundle, password }: typeof cards.card, whose: string): string =>
      `   ${whose.padEnd(27)} ${bundle}   password ${password}`;
    const lost = cards.lost === undefined ? [] : [line(cards.lost, `${login}, reported lost`)];
    return [line(cards.card, `card of ${login}`), ...lost];
  });
}

/** The command that does what a browser does with the card of the first account. */
function curlOf({ accounts, cards }: HealthPortal): string {
  const card = accounts[0]?.cards?.card;
  return card === undefined
    ? ''
    : `   curl -s -o /dev/null -w '%{redirect_url}\\n' --cacert ${cards.ca} --cert ${card.certificate} --key ${card.key} 'ADDRESS'`;
}
