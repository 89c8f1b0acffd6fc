// Sends mutated requests through a stand, many at a time, and lets the oracles judge each batch. The seed makes the
// requests; what the sockets make of their timing is the machine's.

import { type Recorded, valuesOf } from '../support/recorder-upstream.ts';
import { type Actor, form, json, post } from './case.ts';
import { cases } from './catalogue.ts';
import { mutated, randomFrom } from './mutate.ts';
import { violations } from './oracles.ts';
import { exchanged, filledIn } from './run.ts';
import { isWhoAmI, type Line, type Stand } from './stand.ts';

export interface Fuzzed {
  readonly requests: number;
  readonly atPortal: number;
  /** Violations, each with the seed and number of its batch. */
  readonly violations: readonly string[];
}

const batchSize = 240;
/** The portal of the recorder keeps every byte of a connection; a stand is left before that becomes slow. */
const perStand = 4800;
const actors: readonly Actor[] = ['anon', 'low', 'high'];

/** Plays `count` mutations, or as many as fit into `milliseconds`. */
export async function fuzz(
  start: () => Promise<Stand>,
  seed: number,
  count: number,
  milliseconds: number,
): Promise<Fuzzed> {
  const random = randomFrom(seed);
  const until = performance.now() + milliseconds;
  const total = { requests: 0, atPortal: 0, violations: [] as string[] };
  while (total.requests < count && performance.now() < until) {
    const stand = await start();
    const corpus = corpusFor(stand);
    for (
      let done = 0;
      done < perStand && total.requests < count && performance.now() < until;
      done += batchSize
    ) {
      const size = Math.min(batchSize, count - total.requests);
      const sent = Array.from({ length: size }, () =>
        mutated(corpus[Math.floor(random() * corpus.length)] ?? '', random, corpus),
      );
      const batch = await played(stand, sent);
      total.requests += size;
      total.atPortal += batch.atPortal;
      total.violations.push(
        ...batch.violations.map((flaw) => `seed ${seed}, request ${total.requests}: ${flaw}`),
      );
    }
    await stand.close();
  }
  return total;
}

/** The requests of the catalogue and sound ones, as each actor. */
function corpusFor(stand: Stand): readonly string[] {
  const sound = ['/notes/1', '/patients/{nir}', '/lookup?nir={nir}', '/public/x'].map(
    (target) =>
      `GET ${target} HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\nAccept: */*\r\nUser-Agent: honest\r\n\r\n`,
  );
  sound.push(
    post('/lookup', form, 'nir={nir}'),
    post('/api/lookup', json, '{"nir":"{nir}"}'),
    post('/notes/1', json, '{}'),
  );
  // As many sound ones as of the catalogue: what is refused at once teaches least.
  const texts = [
    ...cases.flatMap(({ send }) => send),
    ...Array.from({ length: 60 }, () => sound).flat(),
  ].filter(({ length }) => length < 3000);
  return actors.flatMap((actor) => texts.map((text) => filledIn(text, stand, actor)));
}

async function played(
  stand: Stand,
  sent: readonly string[],
): Promise<{ readonly atPortal: number; readonly violations: readonly string[] }> {
  const since = stand.moment();
  const [firstLine, firstRequest] = [stand.log.length, stand.portal.requests.length];
  const replies = await Promise.all(
    sent.map((bytes) => exchanged(stand.port, bytes, undefined, 120).catch(() => [])),
  );
  const honestTarget = `/public/honest-${since}-${firstRequest}`;
  const [honest] = await exchanged(
    stand.port,
    `GET ${honestTarget} HTTP/1.1\r\nHost: ${stand.host}\r\nConnection: close\r\n\r\n`,
  );
  const sinceThen = (): readonly Recorded[] =>
    stand.portal.requests
      .slice(firstRequest)
      .filter((request) => !isWhoAmI(request) && request.target !== honestTarget);
  // A client that left is noticed, and its exchange told, within a second.
  for (let waits = 0; waits < 40 && sinceThen().length > decidedIn(stand.log.slice(firstLine)); waits += 1)
    await new Promise((resolve) => setTimeout(resolve, 50));
  const [lines, atPortal] = [stand.log.slice(firstLine), sinceThen()];
  const counted = await stand.counted(since);
  const shared = {
    lines,
    counted,
    honest,
    honestTarget,
    secrets: stand.secrets,
    host: stand.host,
    leftovers: [],
    uncaught: [],
  };
  const flaws: string[] = [];
  const byWho = Map.groupBy(atPortal, (request) => loginIn(stand, valuesOf(request, 'cookie').join('; ')));
  for (const [login, theirs] of [...byWho, ['', []] as const]) {
    const actor: Actor = login === '' ? 'anon' : login === stand.loginOf('high') ? 'high' : 'low';
    const spokenOf = await Promise.all(
      theirs.map((request) => stand.verified(valuesOf(request, 'palier-assertion')[0] ?? '')),
    );
    flaws.push(
      ...violations({
        ...shared,
        actor,
        login,
        sent,
        replies: actor === 'anon' ? replies : [],
        atPortal: theirs,
        spokenOf,
      }),
    );
  }
  const decided = decidedIn(lines);
  if (atPortal.length > decided) flaws.push(`O4: ${atPortal.length} at the portal for ${decided} decisions`);
  return { atPortal: atPortal.length, violations: [...new Set(flaws)] };
}

/** Decisions that sent something, or broke while they did. */
function decidedIn(lines: readonly Line[]): number {
  return lines.filter(
    ({ kind, outcome }) => kind === 'broken' || /^(forward|upgraded|unavailable)/.test(String(outcome)),
  ).length;
}

/** Whose cookie of the portal's a request at the portal carries; empty for nobody's. */
function loginIn(stand: Stand, cookie: string): string {
  // Blanks around the `=` are nothing to the gateway and to most portals.
  const pairs = cookie.split(';').map((pair) => pair.trim().replace(/[ \t]*=[ \t]*/, '='));
  const found = pairs.flatMap((pair) =>
    pair.startsWith(stand.portalCookie) ? [pair.slice(stand.portalCookie.length)] : [],
  );
  return found.length === 1 ? (found[0] ?? '') : '';
}
