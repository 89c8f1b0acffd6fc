// Revocation by lists: the newest sound list of every authority, brought in the background from files and addresses. A
// request never waits for one. What is missing or too old is not known, and what is not known closes (A220).
import { hash } from 'node:crypto';
import type { Instant, Seconds } from '@palier/mfa-core';
import type { CardCertificate, CertificateChain } from '../certificate.ts';
import type { Revocation, RevocationVerdict } from '../revocation.ts';
import { type ListFlaw, type RevocationList, readList } from './revocation-list.ts';

/** Brings lists as bytes, each with a name for the log. Rejects per item, never as a whole. */
export type ListSource = () => Promise<readonly BroughtList[]>;

export type BroughtList =
  | { readonly from: string; readonly bytes: Uint8Array }
  | { readonly from: string; readonly failed: string };

export interface ListsSetting {
  /** Anchors and intermediates: only their lists count. */
  readonly authorities: readonly CardCertificate[];
  readonly sources: readonly ListSource[];
  /** What the composition before knew: a reload forgets no list, or an older one would free a revoked card (A220). */
  readonly before?: readonly RevocationList[] | undefined;
  /** Told of every list that has become the newest of its authority. */
  readonly keep?: ((list: RevocationList, bytes: Uint8Array) => Promise<void>) | undefined;
  /** How long past its own end a list is still relied upon: a day's delay of the publisher must not close the portal. */
  readonly grace: Seconds;
  readonly now: () => Instant;
  /** Told of every list that could not be used. */
  readonly flawed: (
    from: string,
    flaw: ListFlaw | 'older-than-known' | 'not-brought',
    detail?: string,
  ) => void;
}

export interface RevocationLists extends Revocation {
  /** Brings everything once; resolves to whether a list is newer than before. */
  refresh(): Promise<boolean>;
  /** The newest of each authority, for the one that takes over at a reload. */
  newest(): readonly RevocationList[];
  /** One line for each authority that a list is known of, for the operator. */
  known(): readonly { readonly authority: string; readonly to: Instant; readonly revoked: number }[];
}

/** A clock may differ from the publisher's by this much (milliseconds). */
const skew = 5 * 60_000;

export function revocationLists(setting: ListsSetting): RevocationLists {
  const trusted = new Set(setting.authorities.map(({ fingerprint }) => fingerprint));
  const lists = new Map(
    (setting.before ?? [])
      .filter(({ authority }) => trusted.has(authority))
      .map((list) => [list.authority, list]),
  );
  // What was brought last from each place: the same bytes again are not gone through again.
  const digests = new Map<string, string>();
  return {
    check: async (chain, now) => checked(lists, chain, now, setting.grace),
    refresh: async () => {
      const brought = (await Promise.all(setting.sources.map((source) => source()))).flat();
      let changed = false;
      for (const one of brought.filter((each) => isNews(digests, each)))
        changed = (await take(lists, one, setting)) || changed;
      return changed;
    },
    newest: () => [...lists.values()],
    known: () =>
      [...lists.values()].map(({ authority, to, revoked }) => ({ authority, to, revoked: revoked.size })),
  };
}

function isNews(digests: Map<string, string>, brought: BroughtList): boolean {
  if ('failed' in brought) return true;
  const digest = hash('sha256', brought.bytes, 'base64');
  if (digests.get(brought.from) === digest) return false;
  digests.set(brought.from, digest);
  return true;
}

/** Keeps a list that is newer than the known one. An older one, replayed, would free a revoked card (A220). */
async function take(
  lists: Map<string, RevocationList>,
  brought: BroughtList,
  { authorities, flawed, keep }: ListsSetting,
): Promise<boolean> {
  if ('failed' in brought) {
    flawed(brought.from, 'not-brought', brought.failed);
    return false;
  }
  const list = await readList(brought.bytes, authorities);
  if (typeof list === 'string') {
    flawed(brought.from, list);
    return false;
  }
  const before = lists.get(list.authority);
  if (before !== undefined && !isNewer(list, before)) {
    if (isNewer(before, list)) flawed(brought.from, 'older-than-known');
    return false;
  }
  lists.set(list.authority, list);
  await keep?.(list, brought.bytes);
  return true;
}

/** Times have seconds: of two lists of one second the later names more. */
function isNewer(list: RevocationList, before: RevocationList): boolean {
  return list.from > before.from || (list.from === before.from && list.revoked.size > before.revoked.size);
}

/** Every certificate below the anchor is asked for in the list of the one above it. */
function checked(
  lists: ReadonlyMap<string, RevocationList>,
  { leaf, issuers }: CertificateChain,
  now: Instant,
  grace: Seconds,
): RevocationVerdict {
  let until = Number.POSITIVE_INFINITY;
  for (const [place, issuer] of issuers.entries()) {
    const certificate = place === 0 ? leaf : issuers[place - 1];
    const list = lists.get(issuer.fingerprint);
    if (certificate === undefined || list === undefined)
      return { status: 'unknown', because: 'no list of an authority' };
    if (now < list.from - skew) return { status: 'unknown', because: 'a list of the future' };
    const end = list.to + grace * 1000;
    if (now > end) return { status: 'unknown', because: 'a list is too old' };
    const since = list.revoked.get(certificate.serial);
    if (since !== undefined)
      return { status: 'revoked', fingerprint: certificate.fingerprint, since: since as Instant };
    until = Math.min(until, end);
  }
  return { status: 'good', until: until as Instant };
}
