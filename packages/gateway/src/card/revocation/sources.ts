// What the operator chose puts together: lists, a responder, or both. `revoked` from anybody is revoked; `good` from one
// is enough where both are asked, since each proves it by itself.
import type { Instant, Random } from '@palier/mfa-core';
import type { RevocationSetting } from '../../config/card-settings.ts';
import type { Log } from '../../log.ts';
import type { CardCertificate, CertificateChain } from '../certificate.ts';
import type { Revocation, RevocationVerdict } from '../revocation.ts';
import { keptLists, listAddress, listFiles } from './list-sources.ts';
import { type RevocationLists, revocationLists } from './lists.ts';
import { responder } from './responder.ts';
import type { RevocationList } from './revocation-list.ts';

export interface RevocationParts {
  readonly authorities: readonly CardCertificate[];
  readonly now: () => Instant;
  readonly random: Random;
  readonly log: Log;
  /** The lists known before a reload. */
  readonly before?: readonly RevocationList[] | undefined;
}

export interface RunningRevocation extends Revocation {
  /** Brings the lists now; true when one of them is newer. */
  refresh(): Promise<boolean>;
  known: RevocationLists['known'];
  newest: RevocationLists['newest'];
  /** Calls `changed` after every newer list, until `close`. */
  start(changed: () => void): void;
  close(): void;
}

const filesEvery = 60;

/** Resolves after the first bringing, whatever came of it: without lists every card is refused, and the log says why. */
export async function openRevocation(
  setting: RevocationSetting,
  parts: RevocationParts,
): Promise<RunningRevocation> {
  const lists = listsOf(setting, parts);
  const check = checkOf(setting, parts, lists);
  await lists.refresh();
  const every = setting.urls.length === 0 ? filesEvery : Math.min(setting.refresh, 24 * 3600);
  let timer: NodeJS.Timeout | undefined;
  return {
    check,
    refresh: () => lists.refresh(),
    known: () => lists.known(),
    newest: () => lists.newest(),
    start: (changed) => {
      const again = async (): Promise<void> => {
        if (await lists.refresh()) changed();
      };
      timer ??= setInterval(() => void again(), every * 1000).unref();
    },
    close: () => clearInterval(timer),
  };
}

function listsOf(
  setting: RevocationSetting,
  { authorities, now, log, before }: RevocationParts,
): RevocationLists {
  const { files, urls, timeout, keepIn, grace } = setting;
  const kept = keepIn === undefined ? undefined : keptLists(keepIn);
  return revocationLists({
    authorities,
    // What was kept comes first: an older list brought at the start is then older than one known.
    sources: [
      ...(kept === undefined ? [] : [kept.source]),
      ...files.map(listFiles),
      ...urls.map((url) => listAddress({ url, timeout })),
    ],
    before,
    keep: kept?.keep,
    grace,
    now,
    flawed: (from, flaw, detail) =>
      log({ kind: 'revocation-list', from, flaw, ...(detail !== undefined && { detail }) }),
  });
}

function checkOf(
  { files, urls, ocsp }: RevocationSetting,
  { random }: RevocationParts,
  lists: RevocationLists,
): Revocation['check'] {
  if (ocsp.use === 'never') return lists.check;
  const hasLists = files.length + urls.length > 0;
  const online = responder({ ...ocsp, responders: hasLists ? lists : undefined, random });
  return async (chain, now) =>
    both(await online.check(chain, now), hasLists ? lists : undefined, chain, now, ocsp.use);
}

async function both(
  online: RevocationVerdict,
  lists: Revocation | undefined,
  chain: CertificateChain,
  now: Instant,
  use: 'prefer' | 'require',
): Promise<RevocationVerdict> {
  if (lists === undefined || online.status === 'revoked') return online;
  const listed = await lists.check(chain, now);
  if (listed.status === 'revoked') return listed;
  if (online.status === 'good' || use === 'require') return online;
  return listed;
}
