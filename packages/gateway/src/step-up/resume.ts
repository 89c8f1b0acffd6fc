// The way back after a step-up: an opaque, single-use challenge bound to the session, never an address in a URL
// (A234). A form post that was stopped is kept in it, sealed, and sent exactly once afterwards.
import {
  type Challenge, type ChallengeId, type ChallengeStore, challengeLifetimes, type Clock, makeChallengeId, open, parseChallengeId,
  type Random, type Sealed, seal, type SealingKeys, type Session, type StepUpRequirement, after,
} from '@palier/mfa-core';
import type { Denial } from '../gate/decision.ts';
import type { CanonicalRequest } from '../request/request.ts';

/** The longest form that is held; a longer one is refused with a word, never cut. */
export const heldFormLimit: number = 64 * 1024;

export interface HeldForm {
  readonly contentType: string;
  readonly body: Uint8Array;
}

export interface Resume {
  readonly target: string;
  readonly requirement: StepUpRequirement;
  /** Why the person was stopped, for the sentence on the page. */
  readonly because: StopReason;
  readonly form: HeldForm | undefined;
}

export type StopReason = StepUpDenial['because'];

export type StepUpDenial = Extract<Denial, { readonly kind: 'step-up' }>;

export interface ResumeBook {
  /** Keeps where to go on; answers the opaque ticket. */
  hold(session: Session, request: CanonicalRequest, denial: StepUpDenial, form: HeldForm | undefined): Promise<ChallengeId>;
  /** Looks without spending; undefined when gone, expired or of another session. */
  peek(text: string, session: Session): Promise<Resume | undefined>;
  /** Spends the ticket: of concurrent callers exactly one gets it. */
  take(text: string, session: Session): Promise<Resume | undefined>;
}

export function createResumeBook(challenges: ChallengeStore, keys: SealingKeys, clock: Clock, random: Random): ResumeBook {
  const typed = (challenge: Challenge<'resume'> | undefined): Resume | undefined => challenge && unpack(challenge, keys);
  return {
    hold: async (session, request, denial, form) => {
      const id = makeChallengeId(random);
      const sealed = form === undefined ? {} : { form: seal(keys, pack(form), purposeOf(session, id), random) };
      const expiresAt = after(clock.now(), challengeLifetimes.resume);
      await challenges.put({ id, purpose: 'resume', session: session.id, account: session.account, expiresAt, payload: { target: seal(keys, new TextEncoder().encode(request.target), [...purposeOf(session, id), 'target'], random), requirement: denial.requirement, because: denial.because, ...sealed } });
      return id;
    },
    peek: async (text, session) => {
      const id = parseChallengeId(text);
      return id === undefined ? undefined : typed(await challenges.peek(id, 'resume', session.id, clock.now()));
    },
    take: async (text, session) => {
      const id = parseChallengeId(text);
      return id === undefined ? undefined : typed(await challenges.take(id, 'resume', session.id, clock.now()));
    },
  };
}

/** What the seal is bound to: this session's held form and no other. */
function purposeOf(session: { readonly id: string }, id: ChallengeId): readonly string[] {
  return ['resume', session.id, id];
}

function pack(form: HeldForm): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ contentType: form.contentType, body: Buffer.from(form.body).toString('base64') }));
}

function unpack(challenge: Challenge<'resume'>, keys: SealingKeys): Resume {
  const { requirement, form } = challenge.payload;
  // An address can name a person, so it is sealed like the form.
  const sealed = challenge.payload.target as Sealed;
  const target = new TextDecoder().decode(open(keys, sealed, [...purposeOf({ id: challenge.session }, challenge.id), 'target']));
  const because = challenge.payload.because as StopReason;
  if (form === undefined) return { target, requirement, because, form: undefined };
  const plain: unknown = JSON.parse(new TextDecoder().decode(open(keys, form, purposeOf({ id: challenge.session }, challenge.id))));
  const { contentType, body } = plain as { readonly contentType: string; readonly body: string };
  return { target, requirement, because, form: { contentType, body: new Uint8Array(Buffer.from(body, 'base64')) } };
}
