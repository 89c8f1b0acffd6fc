// Keeping a factor so that the log hears of what happens and of nothing else: not of one that came too late, and never
// afterwards of one that works already. So it takes its place first, proving nothing; then the log is told; then it counts.
// What a crash leaves in between is unfinished: it holds nobody up, and whoever may change anything may remove it.
import { never, type TotpFactor, type WebAuthnFactor } from './factor.ts';
import { currentSession } from './live-sessions.ts';
import type { Parts } from './parts.ts';
import type { Room } from './room.ts';
import type { Session } from './session.ts';

/** A confirmed factor on its way into an account. */
interface Keeping {
  readonly factor: TotpFactor | WebAuthnFactor;
  /** Absent where nothing is counted: for what the operator adds. */
  readonly room?: Room;
  /** In which it was confirmed; absent where the operator adds it. */
  readonly session?: Session;
  /** The event: where it is refused nothing is kept. */
  readonly told: () => Promise<void>;
}

/**
 * `gone`: somebody removed the factor before it counted. `session-gone`: the session ended before the factor had its place.
 * Who takes everything away ends the sessions first, so that a factor which is being bound is found, or finds its session
 * gone: a thief who binds without a pause would otherwise outlive it. Of many at once that all found the last place free, the
 * store lets one have it.
 */
export async function keepFactor(
  parts: Parts,
  { factor, room, session, told }: Keeping,
): Promise<'added' | 'duplicate' | 'full' | 'gone' | 'session-gone'> {
  const { stores } = parts;
  const { account, id, activeFrom } = factor;
  const placed = await stores.factors.add({ ...factor, activeFrom: never }, room);
  if (placed !== 'added') return placed;
  const takeBack = (): Promise<unknown> => stores.factors.remove(account, id);
  try {
    if (session !== undefined && (await currentSession(parts, session)) === undefined) {
      await takeBack();
      return 'session-gone';
    }
    await told();
  } catch (error) {
    await takeBack().catch(() => undefined);
    throw error;
  }
  return (await stores.upkeep.activate(account, id, activeFrom)) === 'active' ? 'added' : 'gone';
}
