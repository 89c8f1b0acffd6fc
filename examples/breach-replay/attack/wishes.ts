// What thieves ask for: numbers from a list one after the other, pages of names, whatever a route will give.

import type { Draws } from '../traffic/random.ts';
import type { Wish } from './thief.ts';

/** One person after the other, by number. */
export function oneByOne(next: () => string): () => Wish {
  return () => ({ target: `/api/patients/${next()}` });
}

const BATCH = 5;

/** Every route that shows persons, in turn: one, one's rights, a search, a batch of numbers, a list by name. */
export function everyRoute(next: () => string, nameOf: (number: string) => string): () => Wish {
  const search = (body: object): Wish => ({
    target: '/api/recherche',
    method: 'POST',
    body: JSON.stringify(body),
  });
  const ways: readonly (() => Wish)[] = [
    () => ({ target: `/api/patients/${next()}` }),
    () => ({ target: `/patients/${next()}/droits` }),
    () => search({ nir: next() }),
    () => search({ nirs: Array.from({ length: BATCH }, next) }),
    () => ({ target: `/api/patients?${new URLSearchParams({ nom: nameOf(next()) })}` }),
  ];
  let turn = 0;
  return () => ways[turn++ % ways.length]?.() ?? { target: '/' };
}

/** A list in which a share are persons the account has been shown before: what is new to it comes more slowly. */
export function mixedWith(
  known: ReadonlySet<string>,
  share: number,
  { next, draws }: { readonly next: () => string; readonly draws: Draws },
): () => Wish {
  let list: readonly string[] | undefined;
  return () => {
    // Asked for late: before the attack nobody has been shown anybody.
    list ??= [...known];
    const number = draws.uniform() < share ? list[draws.below(list.length)] : undefined;
    return { target: `/api/patients/${number ?? next()}` };
  };
}

/** Page after page of everybody whose name begins with a letter. */
export function pagesOf(letter: string): () => Wish {
  let page = 0;
  return () => {
    page += 1;
    return { target: `/api/patients?${new URLSearchParams({ nom: letter, page: String(page) })}` };
  };
}
