// The one page of the stand-in: who are you, and with what. In the state's provider a card and its PIN, or an app on a
// phone, answer that; here a click does, and the page says so.

import type { ProviderPerson } from './persons.ts';

/** What can be shown, and the amr values it would give. The real provider's values are not known to us. */
export const means: Readonly<Record<string, { readonly label: string; readonly amr: readonly string[] }>> = {
  card: { label: 'Carte et code', amr: ['sc', 'pin', 'mfa', 'hwk'] },
  app: { label: 'Application mobile', amr: ['swk', 'mfa'] },
};

/** The form that stands where a card reader would be. */
export function choicePage(action: string, persons: readonly ProviderPerson[]): string {
  const choices = persons.flatMap((person) =>
    Object.entries(means).map(
      ([name, { label }]) =>
        `<p><button name="choice" value="${person.id}/${name}">${label}\u00a0: ${person.given} ${person.family} (${person.account})</button></p>`,
    ),
  );
  return `<!doctype html>
<html lang="fr"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Fournisseur d’identité d’essai</title>
<style>body{font:1.1rem/1.5 system-ui,sans-serif;max-width:36rem;margin:2rem auto;padding:0 1rem}button{font:inherit;padding:.6rem 1rem;width:100%;text-align:left}</style>
<h1>Fournisseur d’identité d’essai</h1>
<p>Il tient lieu de Pro Santé Connect sur cette machine. Ici un clic remplace la carte et son code.</p>
<form method="post" action="${action}">${choices.join('\n')}
<p><button name="choice" value="cancel">Annuler</button></p></form>
</html>`;
}
