// Gathers, for each person, everything that was released of them. Holds one share of the persons at a time, so that the
// memory of a report does not grow with the leak.
import type { ClearEntry } from './line.ts';
import type { SealedPart } from './sealing.ts';

/** One person whose record left the gateway. */
export interface ExposedPerson {
  /** `nir`, `rpps`... as the routes declare it. */
  readonly type: string;
  /** The canonical identifier: it names the person to the operator. */
  readonly id: string;
  readonly first: string;
  readonly last: string;
  /** One for each account, session, factor, address, route and set of fields. */
  readonly releases: readonly Release[];
}

export interface Release {
  readonly account: string;
  readonly route: string;
  readonly fields: readonly string[];
  readonly session: string | undefined;
  readonly factor: string | undefined;
  readonly proofKind: string | undefined;
  readonly exemption: string | undefined;
  /** The address it went to: tells a thief from the owner of the session he stole. */
  readonly peer: string;
  readonly first: string;
  readonly last: string;
  readonly times: number;
}

export interface Persons {
  add(entry: ClearEntry, part: SealedPart): void;
  /** In the order first met. */
  all(): Iterable<ExposedPerson>;
}

type Growing<T> = { -readonly [Key in keyof T]: T[Key] };
type GrowingPerson = Growing<Omit<ExposedPerson, 'releases'>> & { readonly releases: Growing<Release>[] };

/** Takes the persons of share `share` of `shares`; the others are another pass's. */
export function createPersons(share: number, shares: number): Persons {
  const persons = new Map<string, GrowingPerson>();
  const same = createPool();
  return {
    add: (entry, part) => {
      const release = releaseOf(entry, part, same);
      for (const { id, type } of part.records) {
        const key = `${type} ${id}`;
        if (shares > 1 && spread(key) % shares !== share) continue;
        const person = persons.get(key);
        if (person === undefined)
          persons.set(key, {
            type: same(type),
            id,
            first: entry.at,
            last: entry.at,
            releases: [{ ...release }],
          });
        else extend(person, release);
      }
    },
    all: () => persons.values(),
  };
}

function releaseOf(entry: ClearEntry, part: SealedPart, same: (text: string) => string): Release {
  const maybe = (text: string | undefined): string | undefined =>
    text === undefined ? undefined : same(text);
  return {
    account: same(entry.account),
    route: same(entry.route),
    fields: part.fields.map(same),
    session: maybe(part.session),
    factor: maybe(part.factor),
    proofKind: maybe(part.proofKind),
    exemption: maybe(part.exemption),
    peer: same(part.peer),
    first: entry.at,
    last: entry.at,
    times: 1,
  };
}

function extend(person: GrowingPerson, release: Release): void {
  widen(person, release);
  const known = person.releases.find((one) => isSame(one, release));
  if (known === undefined) return void person.releases.push({ ...release });
  widen(known, release);
  known.times += 1;
}

function widen(span: Growing<Pick<Release, 'first' | 'last'>>, { first, last }: Release): void {
  if (first < span.first) span.first = first;
  if (last > span.last) span.last = last;
}

function isSame(a: Release, b: Release): boolean {
  const who =
    a.account === b.account &&
    a.session === b.session &&
    a.factor === b.factor &&
    a.proofKind === b.proofKind;
  return (
    who &&
    a.route === b.route &&
    a.exemption === b.exemption &&
    a.peer === b.peer &&
    a.fields.length === b.fields.length &&
    a.fields.every((field, index) => field === b.fields[index])
  );
}

/** Texts repeat over half a million entries; one copy of each is kept. */
function createPool(): (text: string) => string {
  const pool = new Map<string, string>();
  return (text) => {
    const known = pool.get(text);
    if (known === undefined) pool.set(text, text);
    return known ?? text;
  };
}

/** FNV-1a: spreads persons over the passes; nothing secret rests on it. */
function spread(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1)
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  return value >>> 0;
}
