// A sign-in that a browser began before anybody is known: all it needs on the way back travels in the address, sealed, and
// nothing is kept. So there is no store that strangers could fill (A260), hence no bound on how many sign-ins are begun, and
// no bound that strangers could use up before an honest professional comes (A134).
import {
  after,
  type Clock,
  type Instant,
  MfaError,
  open,
  type Random,
  type Sealed,
  type SealingKeys,
  type Seconds,
  type SessionId,
  seal,
} from '@palier/mfa-core';

/** One sign-in as it comes back. */
export interface Carried<Content> {
  /** Names it, for spending. */
  readonly id: string;
  /** The browser that began it: nobody else may bring its answer home (A227, A232). */
  readonly browser: SessionId;
  readonly until: Instant;
  readonly content: Content;
}

export interface CarriedSignIns<Content> {
  /** The text that goes out in an address. */
  begin(browser: SessionId, content: Content): string;
  /** Undefined for what was not sealed here for this purpose, came too late, or was spent. Spends nothing. */
  look(text: string): Carried<Content> | undefined;
  /** Of parallel callers of this process one gets true. */
  spend(carried: Carried<Content>): boolean;
}

export interface CarriedParts {
  readonly sealing: SealingKeys;
  readonly clock: Clock;
  readonly random: Random;
}

/** A path of this site and a few random texts; what is longer is none of ours. */
const longest = 4096;

export function carriedSignIns<Content>(
  { sealing, clock, random }: CarriedParts,
  purpose: string,
  lifetime: Seconds,
): CarriedSignIns<Content> {
  const binding = ['carried-sign-in', purpose];
  const spent = createSpent();
  return {
    begin: (browser, content) => {
      const id = Buffer.from(random(16)).toString('base64url');
      const carried: Carried<Content> = { id, browser, until: after(clock.now(), lifetime), content };
      return seal(sealing, Buffer.from(JSON.stringify(carried)), binding, random);
    },
    look: (text) => {
      const carried = opened<Content>(sealing, text, binding);
      if (carried === undefined || clock.now() >= carried.until || spent.has(carried.id)) return undefined;
      return carried;
    },
    spend: ({ id }) => spent.add(id),
  };
}

function opened<Content>(
  sealing: SealingKeys,
  text: string,
  binding: readonly string[],
): Carried<Content> | undefined {
  if (text.length > longest) return undefined;
  try {
    return JSON.parse(Buffer.from(open(sealing, text as Sealed, binding)).toString('utf8'));
  } catch (error) {
    // Anything may stand in an address.
    if (error instanceof MfaError) return undefined;
    throw error;
  }
}

interface Spent {
  has(id: string): boolean;
  add(id: string): boolean;
}

export const mostSpent = 20_000;

/**
 * What came back already. Bounded, and of this process: whoever makes it forget, or comes back at another instance, still
 * needs the cookie of the browser that began, and a second answer to the same sign-in. A provider gives a code out once
 * (RFC 6749 section 4.1.2), and a card is shown by who has it.
 */
function createSpent(): Spent {
  const ids = new Set<string>();
  return {
    has: (id) => ids.has(id),
    add: (id) => {
      if (ids.has(id)) return false;
      ids.add(id);
      const oldest = ids.size > mostSpent ? ids.values().next().value : undefined;
      if (oldest !== undefined) ids.delete(oldest);
      return true;
    },
  };
}
