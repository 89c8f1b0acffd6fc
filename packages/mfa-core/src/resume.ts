// Where a page goes on after the step-up: an opaque ticket in the address, the target in the store, good once, for this
// session only (R17, A200, A234).
import type { Shortfall } from './assurance.ts';
import { challengeLifetimes } from './challenge.ts';
import { type ChallengeId, makeChallengeId, parseChallengeId } from './ids.ts';
import type { Parts } from './parts.ts';
import type { Session } from './session.ts';
import { after } from './time.ts';

export interface Resume {
  /** Keeps a path of this site. Anything but one `/` at the start, or longer than 4096, is a TypeError. */
  hold(session: Session, target: string, shortfall: Shortfall): Promise<ChallengeId>;
  /** Looks without spending: what the page says it is for. */
  peek(session: Session, id: unknown): Promise<ResumePoint | undefined>;
  /** Spends it: of parallel callers exactly one gets the target. */
  take(session: Session, id: unknown): Promise<ResumePoint | undefined>;
}

export interface ResumePoint {
  readonly target: string;
  readonly requirement: Shortfall['requirement'];
}

export function createResume(parts: Parts): Resume {
  const { challenges } = parts.stores;
  const found = async (
    verb: 'peek' | 'take',
    session: Session,
    text: unknown,
  ): Promise<ResumePoint | undefined> => {
    const id = typeof text === 'string' ? parseChallengeId(text) : undefined;
    if (id === undefined) return undefined;
    const held = await challenges[verb](id, 'resume', session.id, parts.clock.now());
    return held && { target: held.payload.target, requirement: held.payload.requirement };
  };
  return {
    hold: (session, target, shortfall) => hold(parts, session, target, shortfall),
    peek: (session, id) => found('peek', session, id),
    take: (session, id) => found('take', session, id),
  };
}

/** A path of this site: `//host` and `/\\host` are addresses of another one to a browser. */
export function isWayBack(target: string): boolean {
  return /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]{0,4095}$/.test(target);
}

async function hold(
  parts: Parts,
  session: Session,
  target: string,
  { requirement, reason }: Shortfall,
): Promise<ChallengeId> {
  if (!isWayBack(target)) throw new TypeError('a way back is a path of this site');
  const id = makeChallengeId(parts.random);
  const expiresAt = after(parts.clock.now(), challengeLifetimes.resume);
  const payload = { target, requirement, because: reason };
  await parts.stores.challenges.put({
    id,
    purpose: 'resume',
    session: session.id,
    account: session.account,
    expiresAt,
    payload,
  });
  return id;
}
