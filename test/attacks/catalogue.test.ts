// The catalogue and its tests agree: every id is held somewhere, what is named is there, and the count is printed.

import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { cases, controls, elsewhere, groups, withoutTest } from './catalogue.ts';

const root = new URL('../../', import.meta.url);
const all = Object.values(groups).flat();
const played = new Set(cases.map(({ id }) => id));
const text = (path: string): string =>
  existsSync(new URL(path, root)) ? readFileSync(new URL(path, root), 'utf8') : '';

describe('the catalogue', () => {
  it('has every id once, and each is held by a case, by another test, or has a reason', () => {
    expect(new Set(all).size).toBe(all.length);
    const held = (id: string): boolean => played.has(id) || id in elsewhere || id in withoutTest;
    expect(all.filter((id) => !held(id))).toEqual([]);
  });

  it('knows no id that is not in its groups', () => {
    const named = [
      ...played,
      ...Object.keys(elsewhere),
      ...Object.keys(withoutTest),
      ...Object.keys(controls),
    ];
    expect(named.filter((id) => !all.includes(id))).toEqual([]);
  });

  it('names tests that are there and that name the id', () => {
    const missing = Object.entries(elsewhere).flatMap(([id, files]) =>
      files.filter((file) => !new RegExp(`\\b${id}\\b`).test(text(file))).map((file) => `${id} ${file}`),
    );
    expect(missing).toEqual([]);
  });

  it('gives reasons only where there is no test, and says them', () => {
    const idle = Object.keys(withoutTest).filter((id) => played.has(id) || id in elsewhere);
    expect(idle).toEqual([]);
    expect(Object.values(withoutTest).filter((reason) => reason.length < 30)).toEqual([]);
  });

  it('has a control for every id, among the cases or named', () => {
    const harmful = new Set(cases.filter(({ harmless }) => harmless === undefined).map(({ id }) => id));
    expect([...played].filter((id) => !harmful.has(id) && !(id in controls))).toEqual([]);
    const files = Object.values(controls).filter((control) => control.endsWith('.ts'));
    expect(files.filter((file) => !/control/i.test(text(file)))).toEqual([]);
  });

  it('would notice an id that nobody holds', () => {
    expect(
      [...all, 'A999'].filter((id) => !played.has(id) && !(id in elsewhere) && !(id in withoutTest)),
    ).toEqual(['A999']);
  });

  it('plays as many cases as are printed here', () => {
    const harmful = cases.filter(({ harmless }) => harmless === undefined).length;
    console.info(
      `attacks: ${all.length} ids, ${cases.length} cases, ${harmful} of them with a control behind a naive forwarder`,
    );
    expect(cases.length).toBeGreaterThan(450);
    expect(new Set(cases.map(({ id, title }) => `${id} ${title}`)).size).toBe(cases.length);
  });
});
