// What the ledger says the attackers saw, against what their sockets received.

import type { Loot } from './loot.ts';
import type { Site } from './site.ts';

/** Shares of the looted and of the named persons. */
export interface LedgerCheck {
  /** Share of the looted persons that the report names; undefined when nobody was looted. */
  readonly recall: number | undefined;
  /** Share of the named persons that were looted; undefined when nobody is named. */
  readonly precision: number | undefined;
}

/** Compares whom a report names with whom the sockets received. */
export function compared(named: ReadonlySet<string>, looted: ReadonlySet<string>): LedgerCheck {
  const both = [...named].filter((id) => looted.has(id)).length;
  return {
    recall: looted.size === 0 ? undefined : both / looted.size,
    precision: named.size === 0 ? undefined : both / named.size,
  };
}

/** Ends the gateway, opens its ledger, and compares what was released to an address with the loot. */
export async function checkLedger(site: Site, loot: Loot, address: string): Promise<LedgerCheck> {
  const named = new Set<string>();
  const reports = await site.exposure(({ id, releases }) => {
    if (releases.some(({ peer }) => peer === address)) named.add(id);
  });
  if (reports.some(({ ledger, unopenedCount }) => ledger.faultCount + unopenedCount > 0))
    throw new Error('the ledger of a run is not whole');
  if (reports.some(({ counts }) => counts.releases === 0 && loot.persons.size > 0 && reports.length > 1))
    throw new Error('a gateway of the run released nothing: the attackers did not spread');
  return compared(named, loot.persons);
}
