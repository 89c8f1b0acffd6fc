// What a client-certificate source is made into: the desk behind the card listener, and what the pages of the main origin
// need to send somebody there and to redeem what comes back.

import {
  after,
  type Clock,
  type EventSink,
  type Instant,
  type Mfa,
  type Random,
  type SealingKeys,
} from '@palier/mfa-core';
import { keepNewest } from '../bounded-map.ts';
import type { ClientCertificateSetting } from '../config/card-settings.ts';
import type { Config } from '../config/config.ts';
import type { Log } from '../log.ts';
import type { LiveExchanges } from '../proxy/live.ts';
import type { Person } from '../step-up/person.ts';
import type { OpenStores } from '../stores/open-stores.ts';
import type { CardDeskParts } from './desk.ts';
import { createHandOver, type HandOver, type Shown, type Way } from './hand-over.ts';
import type { CardRules } from './judge.ts';
import type { RevocationList } from './revocation/revocation-list.ts';
import { openRevocation } from './revocation/sources.ts';
import { type CardWatch, createCardWatch } from './revocation/watch.ts';
import type { Revocation } from './revocation.ts';
import { type CardSignIn, cardSource, createCardSignIn } from './sign-in.ts';
import { readTrust, type Trust, type TrustFiles } from './trust.ts';

/** What the pages can do with cards. */
export interface CardPages {
  /** The listener's origin: forms of ours lead there. */
  readonly origin: string;
  /** Where to send the browser; undefined when nobody says which card is this person's. */
  readonly ask: (person: Person, way: Way, resume: string) => Promise<string | undefined>;
  /** Undefined where a card signs nobody in. */
  readonly signIn: CardSignIn | undefined;
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
  readonly live: LiveExchanges;
  readonly sealing: SealingKeys;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

export interface Cards {
  readonly setting: ClientCertificateSetting;
  readonly desk: CardDeskParts;
  readonly pages: CardPages;
  /** Cards that opened something; undefined where nobody knows what was revoked. */
  readonly watch: CardWatch | undefined;
  /** The newest lists of revoked cards. */
  readonly lists: () => readonly RevocationList[];
  /** Ends the bringing of lists; what was opened stays. */
  readonly close: () => void;
}

/** Reads the files of trust and brings the lists; goes on with the lists of `before` and watches what it watched, asking about it at once; throws a TrustError when a file is unsound. Undefined where no source reads cards. */
export async function createCards(
  parts: CardParts,
  before?: Pick<Cards, 'watch' | 'lists'>,
): Promise<Cards | undefined> {
  const setting = parts.config.identity.find((one) => one.kind === 'client-certificate');
  if (setting === undefined) return undefined;
  const { stores, sealing, clock, random, log } = parts;
  const handOver = createHandOver({ challenges: stores.mfa.challenges, sealing, clock, random });
  const trust = readTrust(trustFiles(setting));
  const { revocation, opened, watch, lists, close } = await revocationOf(setting, trust, parts, before);
  const rules = rulesOf(setting, trust, revocation);
  const desk = { rules, handOver, clock, log, opened };
  const signIn = setting.signsIn
    ? createCardSignIn({
        ...parts,
        handOver,
        accountClass: setting.class,
        opened: ({ id, account }, chain) => opened({ session: id, account }, chain),
      })
    : undefined;
  return { setting, desk, pages: { ...pagesOf(setting, handOver, parts), signIn }, watch, lists, close };
}

/** As the operator asked for with `dangerouslyWithoutRevocation`. */
const withoutRevocation: Revocation = { check: async () => ({ status: 'good' }) };

const watchMilliseconds = 60_000;

interface KnownRevocation extends Pick<CardDeskParts, 'opened'>, Pick<Cards, 'watch' | 'lists' | 'close'> {
  readonly revocation: Revocation;
}

/** Who knows what was revoked, and what happens to sessions that a card opened before it was. */
async function revocationOf(
  setting: ClientCertificateSetting,
  { anchors, intermediates }: Trust,
  { config, mfa, live, clock, random, log }: CardParts,
  before: Pick<Cards, 'watch' | 'lists'> | undefined,
): Promise<KnownRevocation> {
  if (setting.revocation === undefined)
    return {
      revocation: withoutRevocation,
      opened: () => undefined,
      watch: undefined,
      lists: () => before?.lists() ?? [],
      close: () => undefined,
    };
  const authorities = [...anchors, ...intermediates];
  const revocation = await openRevocation(setting.revocation, {
    authorities,
    now: clock.now,
    random,
    log,
    before: before?.lists(),
  });
  const watch = createCardWatch(revocation, async ({ account, session, chain }) => {
    const stands = (await mfa.sessions.list(account)).find(({ id }) => id === session);
    if (stands !== undefined) await mfa.sessions.end(stands, 'card-revoked');
    live.cut({ session });
    log({ kind: 'card', outcome: 'ended:revoked', account, session, fingerprint: chain.leaf.fingerprint });
  });
  const again = (): void => void watch.again(clock.now());
  const timer = setInterval(again, watchMilliseconds).unref();
  revocation.start(again);
  for (const card of before?.watch?.cards() ?? []) watch.note(card);
  if (before !== undefined) again();
  return {
    revocation,
    watch,
    lists: () => revocation.newest(),
    opened: ({ account, session }, chain) =>
      watch.note({ account, session, chain, until: after(clock.now(), config.sessions.lifetime) }),
    close: () => {
      clearInterval(timer);
      revocation.close();
    },
  };
}

function trustFiles({ ca, intermediates, issuers }: ClientCertificateSetting): TrustFiles {
  return { anchors: ca, intermediates, issuers };
}

function rulesOf(setting: ClientCertificateSetting, trust: Trust, revocation: Revocation): CardRules {
  const { issuers, account, shared } = setting;
  return {
    trust,
    use: setting,
    holder: { account, shared, issuersAreOfPersons: issuers !== undefined },
    revocation,
  };
}

function pagesOf(
  setting: ClientCertificateSetting,
  handOver: HandOver,
  parts: CardParts,
): Omit<CardPages, 'signIn'> {
  const reminded = new Map<string, Instant>();
  const whoseCard = ({ identity }: Person): string | undefined =>
    // Whoever a card signed in is the person on it.
    setting.matches === 'account' || identity.source === cardSource ? identity.account : identity.person;
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
  keepNewest(reminded, fingerprint, now, 10_000);
  return true;
}

async function remind({ events, clock }: CardParts, { session }: Person, shown: Shown): Promise<void> {
  const { account, id } = session;
  await events({ type: 'card-ends-soon', at: clock.now(), account, session: id, until: shown.validTo });
}
