// From ledger entries to the answer a data-protection officer owes within 72 hours: how many, and exactly who.
import type { OpenedEntry } from './read.ts';

export interface ExposureRow {
  readonly id: string;
  readonly type: string;
  readonly account: string;
  readonly route: string;
  readonly fields: readonly string[];
  readonly first: string;
  readonly last: string;
  readonly times: number;
}

export interface Exposure {
  readonly counts: {
    /** Distinct persons whose record left. */
    readonly persons: number;
    readonly releases: number;
    readonly misses: number;
    readonly accounts: readonly string[];
    readonly fields: readonly string[];
    readonly first: string | undefined;
    readonly last: string | undefined;
  };
  /** One for each person, account and route, in the order first seen. */
  readonly rows: readonly ExposureRow[];
}

/** Reads the entries once; memory grows with distinct rows, not with entries. */
export async function exposureOf(entries: AsyncIterable<OpenedEntry>): Promise<Exposure> {
  const rows = new Map<string, ExposureRow>();
  const persons = new Set<string>();
  const [accounts, fields] = [new Set<string>(), new Set<string>()];
  let [releases, misses] = [0, 0];
  let first: string | undefined;
  let last: string | undefined;
  for await (const { line, secret } of entries) {
    if (line.outcome === 'miss') {
      misses += 1;
      continue;
    }
    first = first === undefined || line.at < first ? line.at : first;
    last = last === undefined || line.at > last ? line.at : last;
    accounts.add(line.account);
    for (const field of secret.fields) fields.add(field);
    for (const { id, type } of secret.records) {
      releases += 1;
      persons.add(`${type} ${id}`);
      const key = `${type}\n${id}\n${line.account}\n${line.route}`;
      const old = rows.get(key);
      rows.set(key, old === undefined
        ? { id, type, account: line.account, route: line.route, fields: secret.fields, first: line.at, last: line.at, times: 1 }
        : { ...old, last: line.at, times: old.times + 1 });
    }
  }
  return { counts: { persons: persons.size, releases, misses, accounts: [...accounts], fields: [...fields], first, last }, rows: [...rows.values()] };
}
