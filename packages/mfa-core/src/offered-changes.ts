// What a page offers to change: what the gesture just made may, or where none was made, what any gesture with a factor of
// the account might. The changes themselves ask again (factor-changes.ts); this only spares people a refusal.
import { changeRight, strongestTier } from './change-right.ts';
import type { Factor } from './factor.ts';
import type { AccountId, FactorId } from './ids.ts';
import type { Parts } from './parts.ts';
import { type Actor, actorOf, earnedBy, judgeRemoval, mayRename, type RemovalVerdict } from './removal.ts';
import type { Session } from './session.ts';
import type { Instant } from './time.ts';

/** What can be changed on a factor, or why not: `not-by-code` takes what it hangs from, a key, a card, a ticket or the operator. */
export interface OfferedChanges {
  readonly rename: 'allowed' | 'not-by-code';
  readonly remove: RemovalVerdict;
}

export async function offeredChanges(
  parts: Parts,
  account: AccountId,
  session: Session | undefined,
): Promise<ReadonlyMap<FactorId, OfferedChanges>> {
  const held = await parts.stores.factors.list(account);
  const now = parts.clock.now();
  const acting = session === undefined ? undefined : await actorNow(parts, session, now);
  const actors = acting === undefined ? possibleActors(held, now) : [acting];
  return new Map(
    held.map((factor) => [
      factor.id,
      {
        rename: actors.some((actor) => mayRename(actor, factor)) ? 'allowed' : 'not-by-code',
        remove: best(actors.map((actor) => judgeRemoval(actor, factor, held, now))),
      },
    ]),
  );
}

async function actorNow(parts: Parts, session: Session, now: Instant): Promise<Actor | undefined> {
  const right = await changeRight(parts, session);
  return right.outcome === 'no' ? undefined : actorOf(right, now);
}

/** A change asks for the strongest tier held. */
function possibleActors(held: readonly Factor[], now: Instant): readonly Actor[] {
  const tier = strongestTier(held, now);
  if (tier === undefined) return [];
  return held
    .filter((factor) => strongestTier([factor], now) === tier)
    .map((shown) => ({ shown, earned: earnedBy(shown, tier, now) }));
}

function best(verdicts: readonly RemovalVerdict[]): RemovalVerdict {
  if (verdicts.includes('allowed')) return 'allowed';
  return verdicts.includes('last-factor') ? 'last-factor' : 'not-by-code';
}
