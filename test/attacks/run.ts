// Plays a case: fills in its bytes, sends them over real sockets, gathers everything that can be known afterwards and lets
// the oracles judge. The same for the gateway and for the naive forwarder.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { personOf } from '../support/ledger-folder.ts';
import { openRaw, type RawClient } from '../support/raw-client.ts';
import { echo } from '../support/recorder-upstream.ts';
import { type AttackCase, form, get, json, post } from './case.ts';
import { startNaiveStand } from './naive-stand.ts';
import { type Reply, type Trace, violations } from './oracles.ts';
import { type GatewayStand, isWhoAmI, type Stand, startStand } from './stand.ts';

const uncaught: unknown[] = [];

/** One person, and another. */
const [nir, nir2] = [personOf(1), personOf(2)];

let honest = 0;

/** Everything that happens when the case is played here. */
export async function play(stand: Stand, played: AttackCase): Promise<Trace> {
  const actor = played.actor ?? 'low';
  const since = stand.moment();
  const [firstLine, firstConnection] = [stand.log.length, stand.portal.bytes.length];
  stand.portal.clear();
  stand.answer(played.portal ?? echo);
  const before = uncaught.length;
  const sent = played.send.map((bytes) => filledIn(bytes, stand, actor));
  const replies: (readonly Reply[])[] = [];
  for (const bytes of sent) replies.push(await exchanged(stand.port, bytes, played.cut));
  await settled(stand, firstLine, played.settle ?? 0);
  const lines = stand.log.slice(firstLine);
  const atPortal = stand.portal.requests.filter((request) => !isWhoAmI(request));
  const leftovers = leftoversOf(stand, firstConnection);
  stand.answer(echo);
  honest += 1;
  const honestTarget = `/public/honest-${honest}`;
  const [answer] = await exchanged(
    stand.port,
    `GET ${honestTarget} HTTP/1.1\r\nHost: ${stand.host}\r\nConnection: close\r\n\r\n`,
  );
  const assertionOf = (index: number): string =>
    atPortal[index]?.headers.find(([name]) => name.toLowerCase() === 'palier-assertion')?.[1] ?? '';
  return {
    actor,
    login: stand.loginOf(actor),
    sent,
    replies,
    atPortal,
    spokenOf: await Promise.all(atPortal.map((_, index) => stand.verified(assertionOf(index)))),
    leftovers,
    lines,
    counted: atPortal.length === 0 ? new Set() : await stand.counted(since),
    honest: answer,
    honestTarget,
    secrets: stand.secrets,
    host: stand.host,
    uncaught: uncaught.slice(before),
  };
}

/** Waits until every request at the portal has its line in the log, for a moment at most. */
async function settled({ portal, log }: Stand, firstLine: number, least: number): Promise<void> {
  const from = performance.now();
  const isTold = (): boolean =>
    portal.requests.filter((request) => !isWhoAmI(request)).length <=
    log.slice(firstLine).filter(({ kind, outcome }) => kind === 'broken' || outcome === 'forward').length;
  do await new Promise((resolve) => setTimeout(resolve, 5));
  while (performance.now() - from < least || (!isTold() && performance.now() - from < 300));
}

/** The bytes of a case with its words filled in. */
export function filledIn(bytes: string, stand: Stand, actor: NonNullable<AttackCase['actor']>): string {
  const text = bytes
    .replaceAll('{host}', stand.host)
    .replaceAll('{port}', String(stand.port))
    .replaceAll('{cookie}', stand.cookieOf(actor))
    .replaceAll('{nir2}', nir2)
    .replaceAll('{nir}', nir);
  return text.replaceAll('{length}', String(text.length - text.indexOf('\r\n\r\n') - 4));
}

/** What came on each connection that is no whole request. */
function leftoversOf({ portal }: Stand, first: number): readonly string[] {
  const whole = Map.groupBy(portal.requests, ({ connection }) => connection);
  return portal.bytes.slice(first).flatMap((bytes, index) => {
    const read = (whole.get(first + index + 1) ?? []).reduce((sum, { raw }) => sum + raw.length, 0);
    return bytes.length > read ? [bytes.toString('latin1', read)] : [];
  });
}

const quietAfterReply = 25;
const quietBeforeReply = 700;

/** Sends and listens until the other side closes or has said what it had to say. */
export async function exchanged(
  port: number,
  bytes: string,
  cut?: AttackCase['cut'],
  patience: number = quietBeforeReply,
): Promise<readonly Reply[]> {
  const client = await openRaw(port);
  if (cut === undefined) client.send(bytes);
  else await client.sendCut(bytes, cut === 'each' ? undefined : cut);
  await silence(client, methodsIn(bytes), patience);
  const replies = repliesIn(client.received(), methodsIn(bytes));
  client.socket.destroy();
  return replies;
}

async function silence(client: RawClient, methods: readonly string[], patience: number): Promise<void> {
  let length = -1;
  for (let quiet = 0; !client.socket.destroyed && !client.socket.readableEnded; quiet += 5) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    const received = client.received();
    if (received.length !== length) quiet = 0;
    length = received.length;
    const enough = repliesIn(received, methods).some(({ status }) => status >= 200);
    if (quiet >= (enough ? quietAfterReply : patience)) return;
  }
}

function methodsIn(bytes: string): readonly string[] {
  return [...bytes.matchAll(/(?:^|\n)([A-Z]+) \S+ HTTP\/1/g)].map(([, method = '']) => method);
}

/** Whole answers, each under its own framing. */
function repliesIn(received: string, methods: readonly string[]): readonly Reply[] {
  const replies: Reply[] = [];
  let turn = 0;
  for (let rest = received; ; ) {
    const end = rest.indexOf('\r\n\r\n');
    const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(rest)?.[1] ?? 0);
    if (end === -1 || status === 0) return replies;
    const head = rest.slice(0, end);
    const bodiless = status < 200 || status === 204 || status === 304 || methods[turn] === 'HEAD';
    const chunked = /\r\ntransfer-encoding: chunked/i.test(head);
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0);
    const behind = rest.slice(end + 4);
    const taken = bodiless ? 0 : chunked ? behind.indexOf('0\r\n\r\n') + 5 : length;
    replies.push({ status, head, body: behind.slice(0, taken) });
    if (status >= 200) turn += 1;
    rest = behind.slice(taken);
  }
}

/** Whether the answers are what the case expects, in words when not. */
export function disappointment(
  { expect: wanted = 'refused', atPortal = 0 }: AttackCase,
  trace: Trace,
): string {
  const statuses = trace.replies.flatMap((list) =>
    list.length === 0 ? [0] : list.map(({ status }) => status).filter((status) => status >= 200),
  );
  if (trace.atPortal.length !== atPortal)
    return `${trace.atPortal.length} requests at the portal, not ${atPortal}`;
  if (wanted === 'allowed') return statuses.every((status) => status === 200) ? '' : `answered ${statuses}`;
  const refusals = [400, 401, 403, 404, 405, 408, 411, 413, 414, 415, 417, 421, 425, 426, 429, 431, 502, 503];
  const fits =
    wanted === 'refused'
      ? statuses.every((status) => status === 0 || refusals.includes(status))
      : statuses.length === wanted.length &&
        wanted.every((one, index) => (Array.isArray(one) ? one : [one]).includes(statuses[index]));
  return fits ? '' : `answered ${statuses}`;
}

/** What an honest client sends: whatever the oracles say about these they would say about anything. */
const innocent: readonly AttackCase[] = [
  { id: '', title: 'a public page', send: [get('/public/x')] },
  { id: '', title: 'a note', send: [post('/notes/1', json, '{"text":"x"}')] },
  { id: '', title: 'a person, seen by who may', actor: 'high', send: [get('/patients/{nir}')] },
  { id: '', title: 'a person named in a form', actor: 'high', send: [post('/lookup', form, 'nir={nir}')] },
  {
    id: '',
    title: 'a person named in JSON',
    actor: 'high',
    send: [post('/api/lookup', json, '{"nir":"{nir}"}')],
  },
];

/** Declares the tests of one group: every case in front of the gateway, and its control behind the naive forwarder. */
export function playGroup(name: string, cases: readonly AttackCase[]): void {
  let stand: GatewayStand;
  let naive: Stand;
  const remember = (error: unknown): void => void uncaught.push(error);
  beforeAll(async () => {
    process.on('unhandledRejection', remember).on('uncaughtExceptionMonitor', remember);
    [stand, naive] = await Promise.all([startStand(), startNaiveStand()]);
  });
  afterAll(async () => {
    process.off('unhandledRejection', remember).off('uncaughtExceptionMonitor', remember);
    await Promise.all([stand?.close(), naive?.close()]);
  });

  describe(`${name}: the gateway holds every oracle when it meets`, () => {
    it.each(cases.map((one) => [one.id, one.title, one] as const))('%s %s', async (_id, _title, one) => {
      const trace = await play(stand, one);
      expect([disappointment(one, trace), ...violations(trace)]).toEqual(['']);
    });
  });

  describe(`${name}: and lets through, with every oracle content,`, () => {
    it.each(innocent.map((one) => [one.title, one] as const))('%s', async (_title, one) => {
      const trace = await play(stand, { ...one, expect: 'allowed', atPortal: 1 });
      expect([
        disappointment({ ...one, expect: 'allowed', atPortal: 1 }, trace),
        ...violations(trace),
      ]).toEqual(['']);
    });
  });

  const harmful = cases.filter(({ harmless }) => harmless === undefined);
  describe(`${name}: control, an oracle breaks behind a forwarder that passes on`, () => {
    it.each(harmful.map((one) => [one.id, one.title, one] as const))('%s %s', async (_id, _title, one) => {
      // It lets everything be kept, so that shows only where it is the point.
      const broken = violations(await play(naive, one)).filter(
        (flaw) => one.keeps === true || !flaw.startsWith('O11'),
      );
      expect(broken).not.toEqual([]);
    });

    it.each(innocent.map((one) => [one.title, one] as const))(
      'and none breaks there for %s',
      async (_title, one) => {
        const broken = violations(await play(naive, one)).filter((flaw) => !flaw.startsWith('O11'));
        expect(broken).toEqual([]);
      },
    );
  });
}
