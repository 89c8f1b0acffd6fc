// Looking insured persons up: by number and by name, as pages and as JSON. Every signed-in account may see
// every person, as often as it likes; that is the portal of 2022.

import { type Answer, json, page } from '../http/answer.ts';
import { type Route, signedIn } from '../http/routes.ts';
import type { Visit } from '../http/visit.ts';
import { texts } from '../locales/texts.ts';
import { listPage, personPage, rightsPage, searchPage } from '../pages/person-pages.ts';
import { parseNir } from '../people/nir.ts';
import type { Person, Population } from '../population.ts';

const PAGE_SIZE = 50;

/** Lists the routes of looking persons up. */
export function patientRoutes(persons: Population): readonly Route[] {
  return [
    signedIn('GET /', (visit) => page(200, searchPage(visit, texts(visit.language).home))),
    signedIn('GET /patients', (visit) => showList(persons, visit)),
    signedIn('GET /patients/{nir}', (visit) =>
      show(persons, visit, visit.param('nir'), (person) => page(200, personPage(visit, person))),
    ),
    signedIn('GET /patients/{nir}/droits', (visit) => showRights(persons, visit)),
    signedIn('POST /recherche-patient', async (visit) => {
      const text = (await visit.form()).get('nir') ?? '';
      return show(persons, visit, text, (person) => page(200, personPage(visit, person)));
    }),
    signedIn('GET /api/patients', (visit) => listAsJson(persons, visit)),
    signedIn('GET /api/patients/{nir}', (visit) =>
      show(persons, visit, visit.param('nir'), (person) => json(200, personAsJson(person))),
    ),
    signedIn('POST /api/recherche', async (visit) => search(persons, visit, await visit.json())),
  ];
}

function show(persons: Population, visit: Visit, text: string, found: (person: Person) => Answer): Answer {
  const nir = parseNir(text);
  const person = nir === undefined ? undefined : persons.personByNir(nir);
  if (person !== undefined) return found(person);
  const unknown = nir !== undefined;
  if (visit.format === 'json')
    return json(unknown ? 404 : 400, { error: unknown ? 'unknown-nir' : 'malformed-nir' });
  const t = texts(visit.language);
  return page(unknown ? 404 : 400, searchPage(visit, t.person, unknown ? t.nirUnknown : t.nirMalformed));
}

function showRights(persons: Population, visit: Visit): Answer {
  return show(persons, visit, visit.param('nir'), (person) => {
    if (visit.format === 'html') return page(200, rightsPage(visit, person));
    const { nir, medecinTraitant, c2s, ald } = personAsJson(person);
    return json(200, { nir, medecinTraitant, c2s, ald });
  });
}

function showList(persons: Population, visit: Visit): Answer {
  const t = texts(visit.language);
  const wish = readListWish(visit);
  if (wish === undefined) return page(400, searchPage(visit, t.results, t.nameMissing));
  const found = listed(persons, wish, '/patients');
  return page(200, listPage(visit, { name: wish.name, ...found }));
}

function listAsJson(persons: Population, visit: Visit): Answer {
  const wish = readListWish(visit);
  if (wish === undefined) return json(400, { error: 'malformed-search' });
  const found = listed(persons, wish, '/api/patients');
  const patients = found.persons.map(({ nir, family, given, birthDate }) => ({
    nir,
    nom: family,
    prenom: given,
    dateNaissance: birthDate,
  }));
  return json(200, { patients, next: found.next ?? null });
}

function readListWish({ query }: Visit): { name: string; number: number } | undefined {
  const name = (query.get('nom') ?? '').trim();
  const number = Number(query.get('page') ?? '1');
  return name !== '' && Number.isInteger(number) && number >= 1 ? { name, number } : undefined;
}

// One more than a page is asked for: whether it is there says whether there is a next page.
function listed(
  persons: Population,
  { name, number }: { name: string; number: number },
  path: string,
): { persons: readonly Person[]; next: string | undefined } {
  const found = persons.searchByName(name, PAGE_SIZE + 1, (number - 1) * PAGE_SIZE);
  const query = new URLSearchParams({ nom: name, page: String(number + 1) });
  return {
    persons: found.slice(0, PAGE_SIZE),
    next: found.length > PAGE_SIZE ? `${path}?${query}` : undefined,
  };
}

function search(persons: Population, visit: Visit, body: unknown): Answer {
  if (typeof body !== 'object' || body === null) return json(400, { error: 'malformed-search' });
  if ('nir' in body && typeof body.nir === 'string') {
    return show(persons, visit, body.nir, (person) => json(200, personAsJson(person)));
  }
  if ('nirs' in body && Array.isArray(body.nirs) && body.nirs.every((text) => typeof text === 'string')) {
    return searchMany(persons, body.nirs);
  }
  return json(400, { error: 'malformed-search' });
}

function searchMany(persons: Population, spellings: readonly string[]): Answer {
  const patients: PersonJson[] = [];
  const unknown: string[] = [];
  for (const text of spellings) {
    const nir = parseNir(text);
    const person = nir && persons.personByNir(nir);
    if (person === undefined) unknown.push(text);
    else patients.push(personAsJson(person));
  }
  return json(200, { patients, unknown });
}

interface PersonJson {
  readonly nir: string;
  readonly cle: string;
  readonly nom: string;
  readonly prenom: string;
  readonly dateNaissance: string;
  readonly sexe: 'M' | 'F';
  readonly medecinTraitant: string | null;
  readonly c2s: boolean;
  readonly ald: boolean;
}

function personAsJson({ nir, key, family, given, birthDate, sex, doctor, c2s, ald }: Person): PersonJson {
  return {
    nir,
    cle: key,
    nom: family,
    prenom: given,
    dateNaissance: birthDate,
    sexe: sex,
    medecinTraitant: doctor ?? null,
    c2s,
    ald,
  };
}
