// The ways past a budget as the door asks for them: a glass that was broken, and a person who is at the desk. The rules
// are exemption.ts; here they meet the stores, the configuration and a request.
import type { AccountId, Instant } from '@palier/mfa-core';
import type { Budgets } from '../config/budget-settings.ts';
import type { CanonicalRequest } from '../request/request.ts';
import { type BrokenGlass, type GlassStore, presentRecord } from './exemption.ts';
import type { RecordKeys } from './record-keys.ts';
import type { CountedRecord } from './record-rule.ts';

export interface Exemptions {
  /** The break-glass under way, if any; asked only where a look-up would be refused. */
  glass(account: AccountId, now: Instant): Promise<BrokenGlass | undefined>;
  /** The one person a trusted reader says is here; undefined for no, old, foreign or false statements. */
  present(
    request: Pick<CanonicalRequest, 'headers'>,
    account: AccountId,
    now: Instant,
  ): CountedRecord | undefined;
}

/** Nothing is exempt. */
export const noExemptions: Exemptions = { glass: async () => undefined, present: () => undefined };

export function createExemptions(
  glass: GlassStore,
  setting: Budgets['patientPresent'],
  keys: RecordKeys,
): Exemptions {
  return {
    glass: (account, now) => glass.current(account, now),
    present: ({ headers }, account, now) => {
      const header = setting && headers.get(setting.header);
      if (setting === undefined || header === undefined) return undefined;
      return presentRecord(
        { header, account, now },
        {
          secret: setting.secret,
          milliseconds: setting.lasts * 1000,
          record: (text) => keys.record(setting.as, text),
        },
      );
    },
  };
}
