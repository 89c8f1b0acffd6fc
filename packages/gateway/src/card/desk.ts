// One request at the card listener, once TLS has shown a certificate or none: is the request one we asked for, is the
// card one that counts, is it the right person's. The answer is an address of the main origin or a page of words. It
// reads no cookie and sets none.
import type { Clock } from '@palier/mfa-core';
import type { Log } from '../log.ts';
import type { CertificateChain } from './certificate.ts';
import type { Asking, HandOver, Way } from './hand-over.ts';
import { type CardRules, judgeCard } from './judge.ts';
import { type CardProblem, toldAs } from './texts.ts';

export interface CardDeskParts {
  readonly rules: CardRules;
  readonly handOver: HandOver;
  readonly clock: Clock;
  readonly log: Log;
  /** Told of every card that opened something. */
  readonly opened: (whose: Pick<Asking, 'account' | 'session'>, chain: CertificateChain) => void;
}

/** What TLS knows of the client. */
export interface Presented {
  /** DER; undefined when there was no certificate. */
  readonly certificate: Uint8Array | undefined;
  /** What was sent along with it. */
  readonly more?: readonly Uint8Array[];
  /** Whether the platform's own verification took it too. */
  readonly authorized: boolean;
  /** Whether keys of an earlier handshake were taken up again: then nobody has shown a card now. */
  readonly resumed: boolean;
}

export type Outcome =
  | { readonly kind: 'shown'; readonly name: string; readonly way: Way }
  | { readonly kind: 'problem'; readonly problem: CardProblem; readonly resume: string };

/** Judges what was presented for the challenge in the address. Rejects when a store is broken: that is a 503. */
export async function meet(parts: CardDeskParts, text: string, presented: Presented): Promise<Outcome> {
  const asking = await parts.handOver.look(text);
  if (asking === undefined) return problem(parts, 'gone', 'challenge-gone', undefined);
  if (presented.resumed) return problem(parts, 'not-accepted', 'resumed', asking);
  // Nothing was shown, so nothing was answered: the challenge is still good for the next try.
  if (presented.certificate === undefined) return problem(parts, 'none', 'no-certificate', asking);
  const now = parts.clock.now();
  const { certificate, more = [] } = presented;
  const verdict = await judgeCard([certificate, ...more], parts.rules, now);
  if (verdict.outcome === 'refused') {
    await parts.handOver.refuse(asking);
    const { reason, because, fingerprint } = verdict;
    return problem(parts, toldAs[reason], reason, asking, { because, fingerprint });
  }
  const { chain, holder } = verdict.card;
  const { fingerprint, validTo } = chain.leaf;
  // Two verifiers must agree; ours said yes.
  if (!presented.authorized) {
    await parts.handOver.refuse(asking);
    return problem(parts, 'not-accepted', 'platform-refused', asking, { fingerprint });
  }
  const { way, person } = asking.asked;
  if (way !== 'sign-in' && holder.person !== person) {
    await parts.handOver.refuse(asking);
    return problem(parts, 'wrong-person', 'wrong-person', asking, { fingerprint });
  }
  const shown = { fingerprint, at: now, validTo, person: holder.person };
  const name = await parts.handOver.answer(
    asking,
    way === 'sign-in' ? { ...shown, displayName: holder.displayName, chain: dersOf(chain) } : shown,
  );
  if (name === undefined) return problem(parts, 'gone', 'challenge-gone', asking, { fingerprint });
  // Whose session a sign-in opens is known when it is redeemed.
  if (way !== 'sign-in') parts.opened(asking, chain);
  note(parts, 'shown', asking, { fingerprint, shared: holder.isShared });
  return { kind: 'shown', name, way };
}

function dersOf({ leaf, issuers }: CertificateChain): readonly string[] {
  return [leaf, ...issuers].map(({ der }) => Buffer.from(der).toString('base64'));
}

type Details = Readonly<Record<string, unknown>>;

function problem(
  parts: CardDeskParts,
  told: CardProblem,
  reason: string,
  asking: Asking | undefined,
  details: Details = {},
): Outcome {
  note(parts, `refused:${reason}`, asking, details);
  // A sign-in goes on at a page that may name a person: not in the address of a link.
  const resume = asking === undefined || asking.asked.way === 'sign-in' ? '' : asking.asked.resume;
  return { kind: 'problem', problem: told, resume };
}

/** A certificate's fingerprint names a card to who has the card's file, and nobody to anybody else. */
function note({ log }: CardDeskParts, outcome: string, asking: Asking | undefined, details: Details): void {
  const who = asking === undefined ? {} : { account: asking.account, session: asking.session };
  log({ kind: 'card', outcome, ...who, ...details });
}
