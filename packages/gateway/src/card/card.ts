// What a client-certificate source is made into: the desk behind the card listener, and what the pages of the main origin
// need to send somebody there and to redeem what comes back.
import type { Clock, EventSink, Instant, Mfa, Random, SealingKeys } from '@palier/mfa-core';
import type { ClientCertificateSetting } from '../config/card-settings.ts';
import type { Config } from '../config/config.ts';
import type { Log } from '../log.ts';
import type { Person } from '../step-up/person.ts';
import type { OpenStores } from '../stores/open.ts';
import type { CardDeskParts } from './desk.ts';
import { createHandOver, type HandOver, type Shown, type Way } from './hand-over.ts';
import type { CardRules } from './judge.ts';
import type { Revocation } from './revocation.ts';
import { readTrust } from './trust.ts';

/** What the pages can do with cards. */
export interface CardPages {
  /** The listener's origin: forms of ours lead there. */
  readonly origin: string;
  /** Where to send the browser; undefined when nobody says which card is this person's. */
  readonly ask: (person: Person, way: Way, resume: string) => Promise<string | undefined>;
  /** Spends what came back and proves it in the session; undefined for anything that is not its own. */
  readonly redeem: (person: Person, shown: string) => Promise<Redeemed | undefined>;
}

export interface Redeemed {
  readonly person: Person;
  readonly way: Way;
  readonly resume: string;
  /** When the certificate ends, if that is soon. */
  readonly ends: Instant | undefined;
}

export interface CardParts {
  readonly config: Config;
  readonly mfa: Mfa;
  readonly events: EventSink;
  readonly stores: OpenStores;
  readonly sealing: SealingKeys;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

export interface Cards {
  readonly setting: ClientCertificateSetting;
  readonly desk: CardDeskParts;
  readonly pages: CardPages;
}

/** Reads the files of trust; throws a TrustError when one is unsound. Undefined where no source reads cards. */
export function createCards(parts: CardParts): Cards | undefined {
  const setting = parts.config.identity.find((one) => one.kind === 'client-certificate');
  if (setting === undefined) return undefined;
  const { stores, sealing, clock, random, log } = parts;
  const handOver = createHandOver({ challenges: stores.mfa.challenges, sealing, clock, random });
  const rules = rulesOf(setting, withoutRevocation);
  return { setting, desk: { rules, handOver, clock, log }, pages: pagesOf(setting, handOver, parts) };
}

/** As the operator asked for with `dangerouslyWithoutRevocation`. */
const withoutRevocation: Revocation = { check: async () => ({ status: 'good' }) };

export function rulesOf(setting: ClientCertificateSetting, revocation: Revocation): CardRules {
  const { ca, intermediates, issuers, account, shared } = setting;
  return {
    trust: readTrust({ anchors: ca, intermediates, issuers }),
    use: setting,
    holder: { account, shared, issuersAreOfPersons: issuers !== undefined },
    revocation,
  };
}

function pagesOf(setting: ClientCertificateSetting, handOver: HandOver, parts: CardParts): CardPages {
  const reminded = new Map<string, Instant>();
  const whoseCard = ({ identity }: Person): string | undefined =>
    setting.matches === 'account' ? identity.account : identity.person;
  return {
    origin: setting.origin.origin,
    ask: async (person, way, resume) => {
      const wanted = whoseCard(person);
      if (wanted === undefined) return undefined;
      const ask = await handOver.ask(person.session, { person: wanted, way, resume });
      return `${setting.origin.origin}/.palier/card?${new URLSearchParams({ ask })}`;
    },
    redeem: async (person, text) => {
      const shown = await handOver.redeem(person.session, text);
      // The portal may say by now that somebody else is behind this account.
      if (shown === undefined || shown.person !== whoseCard(person)) return undefined;
      const proved = await parts.mfa.card.prove(person.token, `certificate:${shown.fingerprint}`, shown.at);
      if (proved.outcome === 'refused') return undefined;
      const { session, token } = proved;
      const endsSoon = shown.validTo - parts.clock.now() <= setting.remind * 1000;
      if (endsSoon && isFirstToday(reminded, shown, parts.clock.now())) await remind(parts, person, shown);
      const ends = endsSoon ? shown.validTo : undefined;
      return { person: { ...person, session, token }, way: shown.way, resume: shown.resume, ends };
    },
  };
}

const day = 86_400_000;

/** Once a day for each certificate, as far as this process remembers: a reminder at each use would be read by nobody. */
function isFirstToday(reminded: Map<string, Instant>, { fingerprint }: Shown, now: Instant): boolean {
  const before = reminded.get(fingerprint);
  if (before !== undefined && now - before < day) return false;
  reminded.delete(fingerprint);
  reminded.set(fingerprint, now);
  const oldest = reminded.size > 10_000 ? reminded.keys().next().value : undefined;
  if (oldest !== undefined) reminded.delete(oldest);
  return true;
}

async function remind({ events, clock }: CardParts, { session }: Person, shown: Shown): Promise<void> {
  const { account, id } = session;
  await events({ type: 'card-ends-soon', at: clock.now(), account, session: id, until: shown.validTo });
}
