// What stands behind the page of break-glass: the rules as configured, the store, and a line in the log. The reason is in
// the review list and nowhere else: people write names into such fields.
import type { Clock, Proof, Random } from '@palier/mfa-core';
import { isCard } from '../budget/charge.ts';
import {
  type BrokenGlass,
  breakGlass,
  type GlassAnswer,
  type GlassRules,
  type GlassStore,
  glassDefaults,
} from '../budget/exemption.ts';
import type { Budgets } from '../config/budget-settings.ts';
import type { Person } from './person.ts';

/** What the pages ask of the rest: one act, with the person's own words. */
export interface GlassDesk {
  readonly rules: GlassRules;
  break(person: Person, reason: string): Promise<GlassAnswer>;
}

export interface GlassParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly store: GlassStore;
  /** Told of every glass that broke. */
  readonly broken: (glass: BrokenGlass) => void;
}

export function createGlassDesk(
  { times, per, lasts, records }: Budgets['breakGlass'],
  { clock, random, store, broken }: GlassParts,
): GlassDesk {
  const rules: GlassRules = {
    ...glassDefaults,
    quota: times,
    windowMilliseconds: per * 1000,
    lastsMilliseconds: lasts * 1000,
    records,
  };
  return {
    rules,
    break: async ({ session }, reason) => {
      const id = `gls_${Buffer.from(random(12)).toString('base64url')}`;
      const { account } = session;
      const asked = { id, account, proof: newestCard(session.proofs), reason, now: clock.now() };
      const answer = await breakGlass(store, asked, rules);
      if (answer.outcome === 'broken') broken(answer.glass);
      return answer;
    },
  };
}

function newestCard(proofs: readonly Proof[]): Proof | undefined {
  return proofs.filter(isCard).sort((a, b) => b.at - a.at)[0];
}
