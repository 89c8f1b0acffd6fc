// Looking persons up: every spelling of a number, every door to the same record, lists and batches.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nirKey } from '../people/nir.ts';
import type { Person } from '../population.ts';
import { form, jsonPost, type StartedPortal, startPortal } from '../starting.ts';

let portal: StartedPortal;
let cookie: string;
let person: Person;
let corsican: Person;
beforeAll(async () => {
  portal = await startPortal();
  cookie = await portal.signIn();
  person = portal.persons.personByIndex(0);
  const all = Array.from({ length: 2_000 }, (_, index) => portal.persons.personByIndex(index));
  corsican = all.find(({ nir }) => nir.slice(5, 7) === '2B') ?? person;
});
afterAll(() => portal.close());

const asJson = async (target: string, options: RequestInit = {}): Promise<unknown> =>
  (await portal.ask(target, { ...options, cookie })).json();
const asText = async (target: string, options: RequestInit = {}): Promise<string> =>
  (await portal.ask(target, { ...options, cookie })).text();
const nobody = (): string => {
  for (let order = 1; order < 1_000; order += 1) {
    const nir = `1990199999${String(order).padStart(3, '0')}` as Person['nir'];
    if (portal.persons.personByNir(nir) === undefined) return nir;
  }
  return '';
};

describe('one person', () => {
  it('is shown with identity and rights, in French first', async () => {
    const html = await asText(`/patients/${person.nir}`);
    expect(html).toContain('<html lang="fr">');
    expect(html).toContain('Nom</dt>');
    for (const shown of [person.given, person.key]) expect(html).toContain(shown);
    expect(await asText(`/patients/${person.nir}`, { headers: { 'accept-language': 'en' } })).toContain(
      'lang="en"',
    );
  });

  it('is the same person through every door', async () => {
    const expected = {
      nir: person.nir,
      cle: person.key,
      nom: person.family,
      prenom: person.given,
      dateNaissance: person.birthDate,
      sexe: person.sex,
      medecinTraitant: person.doctor ?? null,
      c2s: person.c2s,
      ald: person.ald,
    };
    expect(await asJson(`/api/patients/${person.nir}`)).toEqual(expected);
    expect(await asJson('/api/recherche', jsonPost({ nir: person.nir }))).toEqual(expected);
    const page = await asText(`/patients/${person.nir}`);
    expect(await asText('/recherche-patient', form({ nir: person.nir }))).toBe(page);
  });

  it('has rights as a page, or as JSON for those who ask for it', async () => {
    const target = `/patients/${person.nir}/droits`;
    expect(await asText(target)).toContain('Droits</h1>');
    const { nir, c2s, ald } = person;
    const expected = { nir, medecinTraitant: person.doctor ?? null, c2s, ald };
    expect(await asJson(target, { headers: { accept: 'application/json' } })).toEqual(expected);
  });

  it('is found under every spelling of the number', async () => {
    expect(corsican.nir).toContain('2B');
    const { nir } = corsican;
    const lower = nir.toLowerCase();
    for (const spelling of [nir, lower, `${lower}${nirKey(nir)}`, ` ${nir.slice(0, 5)} ${nir.slice(5)} `]) {
      expect(await asJson(`/api/patients/${encodeURIComponent(spelling)}`)).toMatchObject({ nir });
      expect(await asJson('/api/recherche', jsonPost({ nir: spelling }))).toMatchObject({ nir });
    }
  });

  it('is 404 when unknown and 400 when the number is none, on pages and in JSON', async () => {
    const wrongKey = `${person.nir}${person.key === '01' ? '02' : '01'}`;
    for (const [text, status, error] of [
      [nobody(), 404, 'unknown-nir'],
      [wrongKey, 400, 'malformed-nir'],
      ['abc', 400, 'malformed-nir'],
    ] as const) {
      const api = await portal.ask(`/api/patients/${text}`, { cookie });
      const page = await portal.ask(`/patients/${text}`, { cookie });
      const posted = await portal.ask('/recherche-patient', { ...form({ nir: text }), cookie });
      expect([api.status, page.status, posted.status]).toEqual([status, status, status]);
      expect(await api.json()).toEqual({ error });
      expect(await page.text()).toContain('role="alert"');
    }
  });

  it('is shown to nobody who is not signed in', async () => {
    const targets = [`/patients/${person.nir}`, `/patients/${person.nir}/droits`, '/patients?nom=a'];
    for (const target of targets) expect((await portal.ask(target)).status).toBe(303);
    for (const target of [`/api/patients/${person.nir}`, '/api/patients?nom=a']) {
      expect((await portal.ask(target)).status).toBe(401);
    }
    expect((await portal.ask('/api/recherche', jsonPost({ nir: person.nir }))).status).toBe(401);
    expect((await portal.ask('/recherche-patient', form({ nir: person.nir }))).status).toBe(303);
  });
});

describe('a batch', () => {
  it('gives who was found and what was not, in order', async () => {
    const known = [0, 1, 2].map((index) => portal.persons.nirOf(index));
    const unknown = nobody();
    const answer = await asJson('/api/recherche', jsonPost({ nirs: [...known, unknown, 'abc'] }));
    expect(answer).toMatchObject({ patients: known.map((nir) => ({ nir })), unknown: [unknown, 'abc'] });
  });

  it('refuses a body that is no search', async () => {
    for (const body of [null, 3, [], {}, { nir: 3 }, { nirs: 'x' }, { nirs: [1] }]) {
      const answer = await portal.ask('/api/recherche', { ...jsonPost(body), cookie });
      expect(answer.status).toBe(400);
    }
  });

  it('has no limit on how many are asked for', async () => {
    const nirs = Array.from({ length: 20_000 }, (_, index) => portal.persons.nirOf(index));
    const answer = await asJson('/api/recherche', jsonPost({ nirs }));
    expect(answer).toHaveProperty('patients.length', 20_000);
  });
});

describe('a search by name', () => {
  interface List {
    readonly patients: readonly { readonly nir: string; readonly nom: string }[];
    readonly next: string | null;
  }
  const list = async (target: string): Promise<List> => {
    const answer = await portal.ask(target, { cookie });
    return answer.json() as Promise<List>;
  };

  it('gives everybody once, fifty to a page, by following next', async () => {
    const seen: string[] = [];
    let next: string | null = '/api/patients?nom=mar';
    while (next !== null) {
      const answer: List = await list(next);
      expect(answer.patients.length).toBe(answer.next === null ? answer.patients.length : 50);
      expect(answer.patients.every(({ nom }) => nom.startsWith('MAR'))).toBe(true);
      seen.push(...answer.patients.map(({ nir }) => nir));
      next = answer.next;
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toEqual(portal.persons.searchByName('MAR', 20_000).map(({ nir }) => nir));
  });

  it('shows the same persons on the page, one row each', async () => {
    const { patients } = await list('/api/patients?nom=ver&page=2');
    const html = await asText('/patients?nom=ver&page=2');
    const rows = [...html.matchAll(/<tr data-nir="(\w{13})">/g)].map((match) => match[1]);
    expect(rows).toEqual(patients.map(({ nir }) => nir));
    expect(html).toContain('href="/patients?nom=ver&amp;page=3"');
  });

  it('says so when nobody is found, and when no name was given', async () => {
    expect(await list('/api/patients?nom=zzz')).toEqual({ patients: [], next: null });
    for (const query of ['', '?nom=', '?nom=a&page=0', '?nom=a&page=x']) {
      expect((await portal.ask(`/api/patients${query}`, { cookie })).status).toBe(400);
      expect((await portal.ask(`/patients${query}`, { cookie })).status).toBe(400);
    }
  });

  it('prints what was typed as text, never as markup', async () => {
    const html = await asText(`/patients?nom=${encodeURIComponent('"><script>alert(1)</script>')}`);
    expect(html).not.toContain('<script>alert');
    expect(html).toContain('&quot;&gt;&lt;script&gt;');
  });
});
