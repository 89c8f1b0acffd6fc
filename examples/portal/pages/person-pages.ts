// The pages that show insured persons: one record, one person's rights, a list of search results.

import { formatNir, longDate, texts } from '../locales/texts.ts';
import type { Person } from '../population.ts';
import { field, postForm } from './form.ts';
import { type Html, html } from './html.ts';
import { alert, layout, type Reader } from './layout.ts';

/** Prints identity and rights. */
export function personPage(reader: Reader, person: Person): Html {
  const t = texts(reader.language);
  const link = html`<p><a href="/patients/${person.nir}/droits">${t.seeRights}</a></p>`;
  return layout(reader, t.person, html`${identity(reader, person)}${rights(reader, person)}${link}`);
}

/** Prints the rights, with just enough identity to know whose they are. */
export function rightsPage(reader: Reader, person: Person): Html {
  const t = texts(reader.language);
  const whose = html`<p><strong>${person.family} ${person.given}</strong>, ${formatNir(person.nir)}</p>`;
  const link = html`<p><a href="/patients/${person.nir}">${t.seePerson}</a></p>`;
  return layout(reader, t.rights, html`${whose}${rights(reader, person)}${link}`);
}

/** Prints one page of a search by name. */
export function listPage(
  reader: Reader,
  { name, persons, next }: { name: string; persons: readonly Person[]; next: string | undefined },
): Html {
  const t = texts(reader.language);
  const found = persons.length === 0 ? html`<p role="status">${t.noResults}</p>` : table(reader, persons);
  const more = next !== undefined && html`<p><a rel="next" href="${next}">${t.nextPage}</a></p>`;
  return layout(reader, t.results, html`${searchForms(reader, { name })}${found}${more}`);
}

/** Prints the search forms with what is wrong with a search, if anything is. */
export function searchPage(reader: Reader, title: string, problem?: string): Html {
  return layout(reader, title, html`${alert(problem)}${searchForms(reader, {})}`);
}

function searchForms(reader: Reader, { name = '' }: { name?: string }): Html {
  const t = texts(reader.language);
  return html`<div class="columns"><section><h2>${t.lookUp}</h2>
${postForm('/recherche-patient', t.search, [field({ name: 'nir', label: t.nir, hint: t.nirHint })])}</section>
<section role="search"><h2>${t.searchByName}</h2><form action="/patients">
${field({ name: 'nom', label: t.name, hint: t.nameHint, type: 'search', value: name })}<button>${t.search}</button>
</form></section></div>`;
}

function identity(reader: Reader, person: Person): Html {
  const t = texts(reader.language);
  return html`<section><h2>${t.identity}</h2><dl>
${row(t.family, person.family)}${row(t.given, person.given)}${row(t.nir, formatNir(person.nir))}
${row(t.birthDate, longDate(reader.language, person.birthDate))}${row(t.sex, person.sex === 'M' ? t.male : t.female)}
</dl></section>`;
}

function rights(reader: Reader, { doctor, c2s, ald }: Person): Html {
  const t = texts(reader.language);
  return html`<section><h2>${t.rights}</h2><dl>
${row(t.doctor, doctor ?? t.noDoctor)}${row(t.c2s, c2s ? t.yes : t.no)}${row(t.ald, ald ? t.yes : t.no)}
</dl></section>`;
}

function table(reader: Reader, persons: readonly Person[]): Html {
  const t = texts(reader.language);
  const headings = [t.family, t.given, t.birthDate, t.nir].map(
    (heading) => html`<th scope="col">${heading}</th>`,
  );
  return html`<div class="scroll"><table><caption>${t.results}</caption><thead><tr>${headings}</tr></thead><tbody>
${persons.map((person) => listRow(reader, person))}</tbody></table></div>`;
}

function listRow(reader: Reader, person: Person): Html {
  return html`<tr data-nir="${person.nir}"><th scope="row"><a href="/patients/${person.nir}">${person.family}</a></th>
<td>${person.given}</td><td>${longDate(reader.language, person.birthDate)}</td><td class="number">${formatNir(person.nir)}</td></tr>
`;
}

function row(term: string, value: string): Html {
  return html`<div><dt>${term}</dt><dd>${value}</dd></div>`;
}
