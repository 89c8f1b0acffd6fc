// Where a page goes on after the step-up: an opaque ticket in the address, the target in the store, good once, for this
// session only (R17, A200, A234). An address can name a person and a form can hold anything, so both are sealed.
import type { Shortfall } from './assurance.ts';
import { type Challenge, challengeLifetimes } from './challenge.ts';
import type { Sealed } from './factor.ts';
import { type ChallengeId, makeChallengeId, parseChallengeId } from './ids.ts';
import type { Parts } from './parts.ts';
import { open, seal } from './sealing.ts';
import type { Session } from './session.ts';
import { after, type Instant, instantOf } from './time.ts';

/** Why somebody was stopped, for the sentence on the page; a gateway has reasons of its own beside ours. */
export interface Stop {
  readonly requirement: Shortfall['requirement'];
  readonly because: string;
  /** From when what was shown is enough again, where time helps too. */
  readonly again?: Instant | undefined;
}

/** The body of a form post that was stopped, to be sent once afterwards. */
export interface HeldForm {
  readonly contentType: string;
  readonly body: Uint8Array;
}

/** Where a page goes on, and what was asked there. */
export interface ResumePoint extends Stop {
  readonly target: string;
  readonly form: HeldForm | undefined;
  /** When the person was stopped: a proof given since is what was asked for. */
  readonly heldAt: Instant;
}

/** Ways back to where somebody was stopped: opaque, of one session, once, for 15 minutes. */
export interface Resume {
  /** Keeps a path of this site, and a form if one was stopped. Anything but one `/` at the start, or longer than 4096, is a TypeError. */
  hold(session: Session, target: string, stop: Stop, form?: HeldForm): Promise<ChallengeId>;
  /** Looks without spending: what the page says it is for. */
  peek(session: Session, id: unknown): Promise<ResumePoint | undefined>;
  /** Spends it: of parallel callers exactly one gets the target. */
  take(session: Session, id: unknown): Promise<ResumePoint | undefined>;
}

export function createResume(parts: Parts): Resume {
  const { challenges } = parts.stores;
  const found = async (
    verb: 'peek' | 'take',
    session: Session,
    text: unknown,
  ): Promise<ResumePoint | undefined> => {
    const id = parseChallengeId(text);
    const held = id && (await challenges[verb](id, 'resume', session.id, parts.clock.now()));
    return held && pointOf(parts, held);
  };
  return {
    hold: (session, target, stop, form) => hold(parts, session, { target, stop, form }),
    peek: (session, id) => found('peek', session, id),
    take: (session, id) => found('take', session, id),
  };
}

/** A path of this site: `//host` and `/\\host` are addresses of another one to a browser. */
export function isWayBack(target: string): boolean {
  return /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]{0,4095}$/.test(target);
}

interface Holding {
  readonly target: string;
  readonly stop: Stop;
  readonly form: HeldForm | undefined;
}

async function hold(parts: Parts, session: Session, { target, stop, form }: Holding): Promise<ChallengeId> {
  if (!isWayBack(target)) throw new TypeError('a way back is a path of this site');
  const id = makeChallengeId(parts.random);
  const sealed = (name: Part, text: string): Sealed =>
    seal(parts.keys.sealing, new TextEncoder().encode(text), bindingOf(session.id, id, name), parts.random);
  const payload = {
    requirement: stop.requirement,
    because: stop.because,
    ...(stop.again !== undefined && { again: stop.again }),
    target: sealed('target', target),
    ...(form !== undefined && { form: sealed('form', packed(form)) }),
  };
  const expiresAt = after(parts.clock.now(), challengeLifetimes.resume);
  const bound = { session: session.id, account: session.account, expiresAt };
  await parts.stores.challenges.put({ id, purpose: 'resume', ...bound, payload });
  return id;
}

function pointOf(parts: Parts, { id, session, payload, expiresAt }: Challenge<'resume'>): ResumePoint {
  const opened = (name: Part, sealed: Sealed): string =>
    new TextDecoder().decode(open(parts.keys.sealing, sealed, bindingOf(session, id, name)));
  const { requirement, because, again, target, form } = payload;
  const held = form === undefined ? undefined : unpacked(opened('form', form));
  const heldAt = instantOf(expiresAt - challengeLifetimes.resume * 1000);
  return { requirement, because, again, target: opened('target', target), form: held, heldAt };
}

type Part = 'target' | 'form';

/** What a seal is bound to: this session, this ticket, this part of it. */
function bindingOf(session: string, id: ChallengeId, name: Part): readonly string[] {
  return ['resume', session, id, name];
}

function packed({ contentType, body }: HeldForm): string {
  return JSON.stringify({ contentType, body: Buffer.from(body).toString('base64') });
}

function unpacked(text: string): HeldForm {
  const { contentType, body } = JSON.parse(text) as { readonly contentType: string; readonly body: string };
  return { contentType, body: new Uint8Array(Buffer.from(body, 'base64')) };
}
