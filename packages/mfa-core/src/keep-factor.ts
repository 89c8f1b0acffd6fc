// Keeping a factor so that the log hears of what happens and of nothing else: not of one that came too late, and never
// afterwards of one that works already. So it takes its place first, proving nothing; then the log is told; then it counts.
import type { TotpFactor, WebAuthnFactor } from './factor.ts';
import type { Parts } from './parts.ts';
import type { Room } from './room.ts';
import { instantOf } from './time.ts';

/** The last instant a date can name. A crash at the wrong moment leaves a factor that waits until then, and can be removed. */
const never = instantOf(8.64e15);

/**
 * `told` is the event: where it is refused nothing is kept. `gone`: somebody removed the factor before it counted. Of many at
 * once that all found the last place free, the store lets one have it.
 */
export async function keepFactor(
  { stores }: Parts,
  factor: TotpFactor | WebAuthnFactor,
  room: Room,
  told: () => Promise<void>,
): Promise<'added' | 'duplicate' | 'full' | 'gone'> {
  const { account, id, activeFrom } = factor;
  const placed = await stores.factors.add({ ...factor, activeFrom: never }, room);
  if (placed !== 'added') return placed;
  try {
    await told();
  } catch (error) {
    await stores.factors.remove(account, id).catch(() => undefined);
    throw error;
  }
  return (await stores.upkeep.activate(account, id, activeFrom)) === 'active' ? 'added' : 'gone';
}
