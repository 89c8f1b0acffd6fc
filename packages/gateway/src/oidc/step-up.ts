// A card proved at a provider, for a session that any source opened. The answer becomes a proof only when the ceremony was
// begun by this very session, the person is the session's person, and the ID token is worth a card by the operator's rules.
import {
  type Clock,
  type Mfa,
  type Seconds,
  type Session,
  type SessionToken,
  secondsOf,
} from '@palier/mfa-core';
import { askedFor, cardWorth, type Worth } from './assurance.ts';
import { type Begun, type Ceremonies, stateIn } from './ceremony.ts';
import type { SamePerson } from './person.ts';
import type { Claims, Provider } from './provider.ts';
import type { SignedIn } from './signed-in.ts';

/** A provider that proves cards, as the pages use it. */
export interface CardProvider {
  readonly name: string;
  readonly label: string;
  /** Where the person goes now. Rejects with a ProviderError when the provider is down. */
  begin(session: Session, resume: string): Promise<URL>;
  /** Whether what came back belongs to a ceremony of this session; spends nothing. */
  isOf(session: Session, query: string): Promise<boolean>;
  /** Judges what came back, as it stands in the address. */
  finish(session: Session, token: SessionToken, query: string): Promise<CardOutcome>;
}

export type CardOutcome =
  | {
      readonly outcome: 'proved';
      readonly session: Session;
      readonly token: SessionToken;
      readonly resume: string;
    }
  | { readonly outcome: 'refused'; readonly because: CardRefusal; readonly resume: string };

/** What the person is told; the log has the reason. */
export type CardRefusal = 'gone' | 'declined' | 'invalid' | 'other-person' | 'not-a-card' | 'too-old';

export interface CardParts {
  readonly provider: Provider;
  readonly same: SamePerson;
  readonly ceremonies: Ceremonies;
  readonly signedIn: Pick<SignedIn, 'keepGesture' | 'lastGesture'>;
  readonly mfa: Mfa;
  readonly clock: Clock;
  readonly log: (line: Readonly<Record<string, unknown>>) => void;
}

/** For a step-up that nothing asked for: the person came by herself. */
const withoutRequest: Seconds = secondsOf(12 * 3600);

export function createCardProvider(parts: CardParts): CardProvider {
  const { name, label } = parts.provider.setting;
  return {
    name,
    label,
    begin: (session, resume) => begin(parts, session, resume),
    isOf: (session, query) => parts.ceremonies.isOpen(session.id, stateIn(query)),
    finish: (session, token, query) => finish(parts, session, token, query),
  };
}

async function maxAgeFor({ mfa }: CardParts, session: Session, resume: string): Promise<Seconds> {
  return (await mfa.resume.peek(session, resume))?.requirement.maxAge ?? withoutRequest;
}

async function begin(parts: CardParts, session: Session, resume: string): Promise<URL> {
  const { provider, ceremonies } = parts;
  const asked = askedFor(provider.setting.card, await maxAgeFor(parts, session, resume));
  const begun = await ceremonies.begin(session, provider.setting.name, resume);
  return provider.address({ ...begun, ...asked, essential: true });
}

async function finish(
  parts: CardParts,
  session: Session,
  token: SessionToken,
  query: string,
): Promise<CardOutcome> {
  const { provider, ceremonies } = parts;
  const { name } = provider.setting;
  const begun = await ceremonies.finish(session.id, name, stateIn(query));
  const told = (because: CardRefusal, reason: string): CardOutcome => {
    note(parts, session, because, reason);
    return { outcome: 'refused', because, resume: begun?.onward ?? '' };
  };
  if (begun === undefined) return told('gone', 'no-such-ceremony');
  const answer = await provider.redeem(query, begun);
  if (answer.outcome === 'declined') return told('declined', answer.error);
  if (answer.outcome === 'invalid') return told('invalid', answer.reason);
  if (!parts.same(session.account, answer.claims)) return told('other-person', 'person');
  const worth = await worthOf(parts, session, begun, answer.idToken);
  if (worth.outcome === 'nothing') return told(isOld(worth) ? 'too-old' : 'not-a-card', worth.reason);
  await parts.signedIn.keepGesture(provider.setting.issuer, session, worth.at);
  return prove(parts, token, begun, worth, told);
}

function isOld({ reason }: Worth & { readonly outcome: 'nothing' }): boolean {
  return reason === 'too-old' || reason === 'auth-time-missing' || reason === 'future';
}

/**
 * One authentication at the provider is one gesture: shown a second time it proves nothing new. It is remembered beside the
 * proof, too: the proof goes after a silence, and the provider would say the same of a desk where nobody sits (A221, A226).
 */
async function worthOf(parts: CardParts, session: Session, begun: Begun, claims: Claims): Promise<Worth> {
  const { provider, clock, signedIn } = parts;
  const worth = cardWorth(provider.setting.card, claims, {
    begunAt: begun.begunAt,
    now: clock.now(),
    maxAge: await maxAgeFor(parts, session, begun.onward),
    tolerance: provider.setting.tolerance,
  });
  const proof = session.proofs.find(({ kind }) => kind === 'card')?.at ?? 0;
  const gesture = (await signedIn.lastGesture(provider.setting.issuer, session)) ?? 0;
  return worth.outcome === 'card' && worth.at <= Math.max(proof, gesture)
    ? { outcome: 'nothing', reason: 'too-old' }
    : worth;
}

async function prove(
  { mfa, provider }: CardParts,
  token: SessionToken,
  { onward }: Begun,
  { at }: Worth & { readonly outcome: 'card' },
  told: (because: CardRefusal, reason: string) => CardOutcome,
): Promise<CardOutcome> {
  const proved = await mfa.card.prove(token, `oidc:${provider.setting.issuer}`, at);
  if (proved.outcome === 'refused') return told('gone', proved.reason);
  return { outcome: 'proved', session: proved.session, token: proved.token, resume: onward };
}

/** What happened, without a value of the answer. */
function note({ log, provider }: CardParts, session: Session, because: CardRefusal, reason: string): void {
  log({
    kind: 'oidc',
    use: 'step-up',
    provider: provider.setting.name,
    outcome: `refused:${because}`,
    reason,
    account: session.account,
    session: session.id,
  });
}
