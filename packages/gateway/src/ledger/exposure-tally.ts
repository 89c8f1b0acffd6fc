// The figures of the authority's form (GDPR article 33(3)(a)): categories and numbers of persons and of records. Exact
// where the form asks for approximate ones.
import type { ExposedPerson } from './exposed-persons.ts';
import type { ClearEntry } from './line.ts';

export interface ExposureCounts {
  /** Distinct persons, by distinct identifier. */
  readonly persons: number;
  readonly personsByType: Readonly<Record<string, number>>;
  /** Records that left, repeats included. */
  readonly releases: number;
  /** Look-ups that found nobody: no record left. */
  readonly misses: number;
  /** What kinds of data the records show, as the routes declare them. */
  readonly fields: readonly string[];
  readonly accounts: readonly AccountExposure[];
  readonly routes: readonly string[];
  /** Of the releases, those that were let through although a bound was met (observe mode and the like). */
  readonly exempted: number;
  readonly first: string | undefined;
  readonly last: string | undefined;
}

export interface AccountExposure {
  readonly account: string;
  /** Distinct persons seen by this account; one seen by two accounts counts for each. */
  readonly persons: number;
  readonly releases: number;
  readonly sessions: number;
  readonly first: string;
  readonly last: string;
}

export interface Tally {
  add(person: ExposedPerson): void;
  miss(entry: ClearEntry): void;
  counts(): ExposureCounts;
}

interface Growing {
  persons: number;
  releases: number;
  readonly sessions: Set<string>;
  first: string;
  last: string;
}

export function createTally(): Tally {
  const types = new Map<string, number>();
  const accounts = new Map<string, Growing>();
  const [fields, routes] = [new Set<string>(), new Set<string>()];
  let [releases, misses, exempted] = [0, 0, 0];
  return {
    add: (person) => {
      types.set(person.type, (types.get(person.type) ?? 0) + 1);
      for (const account of new Set(person.releases.map((release) => release.account)))
        accountOf(accounts, account, person).persons += 1;
      for (const release of person.releases) {
        releases += release.times;
        if (release.exemption !== undefined) exempted += release.times;
        routes.add(release.route);
        for (const field of release.fields) fields.add(field);
        const of = accountOf(accounts, release.account, release);
        of.releases += release.times;
        if (release.session !== undefined) of.sessions.add(release.session);
        if (release.first < of.first) of.first = release.first;
        if (release.last > of.last) of.last = release.last;
      }
    },
    miss: ({ count }) => {
      misses += count;
    },
    counts: () => {
      const rows = [...accounts].map(([account, { sessions, ...row }]) => ({
        account,
        ...row,
        sessions: sessions.size,
      }));
      const firsts = rows.map(({ first }) => first).sort();
      const lasts = rows.map(({ last }) => last).sort();
      return {
        persons: [...types.values()].reduce((sum, count) => sum + count, 0),
        personsByType: Object.fromEntries(types),
        releases,
        misses,
        exempted,
        fields: [...fields].sort(),
        routes: [...routes].sort(),
        accounts: rows.sort((a, b) => b.persons - a.persons),
        first: firsts[0],
        last: lasts.at(-1),
      };
    },
  };
}

function accountOf(
  accounts: Map<string, Growing>,
  account: string,
  { first, last }: { readonly first: string; readonly last: string },
): Growing {
  const known = accounts.get(account) ?? {
    persons: 0,
    releases: 0,
    sessions: new Set<string>(),
    first,
    last,
  };
  accounts.set(account, known);
  return known;
}
