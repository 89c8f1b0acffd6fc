// Finds entries by account and time without any key: how much an account saw and when, not whom. It trusts the lines as
// they stand; whether they stand as they were written is verify.ts.
import { type Instant, instantOf } from '@palier/mfa-core';
import type { ClearEntry } from './line.ts';
import { listSegments, type Progress, readSegment } from './read.ts';

/** Which entries: `from` is in, `to` is out; undefined accounts are all of them. */
export interface Span {
  readonly accounts: ReadonlySet<string> | undefined;
  readonly from: Instant;
  readonly to: Instant;
}

/** The span of who gave none. */
export const wholeTime: Pick<Span, 'from' | 'to'> = {
  from: instantOf(0),
  to: instantOf(Date.UTC(9999, 11, 31)),
};

/** Whether an entry is asked for. */
export function spanTest({ accounts, from, to }: Span): (entry: ClearEntry) => boolean {
  return (entry) => {
    const at = Date.parse(entry.at);
    return at >= from && at < to && (accounts === undefined || accounts.has(entry.account));
  };
}

/** One account's part, in the order of the first entry. */
export interface AccountActivity {
  readonly account: string;
  /** Records released, repeats included: at least as many as there are persons. */
  readonly releases: number;
  readonly misses: number;
  readonly first: string;
  readonly last: string;
  readonly routes: readonly string[];
}

/** Sums up what each account did in the span; memory grows with accounts, not with entries. */
export async function searchLedger(
  directory: string,
  span: Span,
  onProgress?: (progress: Progress) => void,
): Promise<readonly AccountActivity[]> {
  const files = await listSegments(directory);
  const wanted = spanTest(span);
  const found = new Map<string, AccountActivity>();
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  let done = 0;
  for (const { path, bytes } of files) {
    for await (const lines of readSegment(path)) {
      for (const { line } of lines)
        if (line?.kind === 'group')
          for (const entry of line.line.entries) if (wanted(entry)) add(found, entry);
    }
    done += bytes;
    onProgress?.({ done, total });
  }
  return [...found.values()];
}

function add(found: Map<string, AccountActivity>, { account, at, route, outcome, count }: ClearEntry): void {
  const old = found.get(account) ?? { account, releases: 0, misses: 0, first: at, last: at, routes: [] };
  found.set(account, {
    account,
    releases: old.releases + (outcome === 'miss' ? 0 : count),
    misses: old.misses + (outcome === 'miss' ? count : 0),
    first: at < old.first ? at : old.first,
    last: at > old.last ? at : old.last,
    routes: old.routes.includes(route) ? old.routes : [...old.routes, route],
  });
}
