// What the use cases are made of: stores, keys, policy, and time and randomness as arguments. Not here: any deciding.
import type { EventSink, MfaEvent, NamedFactor } from './events.ts';
import type { Factor, TotpFactor } from './factor.ts';
import type { AccountId, SessionId } from './ids.ts';
import type { MfaPolicy } from './policy.ts';
import type { Random } from './random.ts';
import type { SealingKeys } from './sealing.ts';
import type { Secret } from './secret.ts';
import type { MfaStores } from './stores.ts';
import type { Clock } from './time.ts';
import type { RelyingParty } from './webauthn/relying-party.ts';

/** The two keys to keep. Short or missing ones are an MfaError ERR_MFA_KEYS at start. */
export interface MfaKeys {
  /** For TOTP secrets at rest. */
  readonly sealing: SealingKeys;
  /** For the digests of recovery codes and tickets; 32 bytes or more. */
  readonly digests: Secret;
}

export interface Parts {
  readonly stores: MfaStores;
  readonly keys: MfaKeys;
  readonly relyingParty: RelyingParty;
  readonly policy: MfaPolicy;
  readonly events: EventSink;
  readonly clock: Clock;
  readonly random: Random;
  /** A factor of nobody, judged where none may be: the work is the same and the verdict is thrown away. */
  readonly dummy: TotpFactor;
}

type EventBody<E> = E extends MfaEvent ? Omit<E, 'at' | 'account' | 'session'> : never;

/** Hands an event to the sink and waits for it: what the sink did not take does not happen. */
export function emit(
  parts: Parts,
  whose: { readonly account: AccountId; readonly session?: SessionId },
  body: EventBody<MfaEvent>,
): Promise<void> {
  const session = whose.session === undefined ? {} : { session: whose.session };
  return parts.events({ at: parts.clock.now(), account: whose.account, ...session, ...body } as MfaEvent);
}

/** A factor as events name it. */
export function named(factor: Factor): NamedFactor {
  return { id: factor.id, kind: factor.kind, name: factor.name };
}

/** Whose act it is, for events. */
export function whoseOf(session: { readonly id: SessionId; readonly account: AccountId }): {
  account: AccountId;
  session: SessionId;
} {
  return { account: session.account, session: session.id };
}
