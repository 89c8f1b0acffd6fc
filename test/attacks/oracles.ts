// What must hold after every case, whatever it tried (attacks.md section 1). A violation is a sentence; none is the only
// good answer. O6, O7 and O12 are about codes and have their own tests.

import type { JWTPayload } from 'jose';
import { isGuarded, readings } from '../support/lenient-portals.ts';
import type { Recorded } from '../support/recorder-upstream.ts';
import type { Actor } from './case.ts';
import type { Line } from './stand.ts';

/** One answer as it came. */
export interface Reply {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

/** Everything that is known of a case when it is over. */
export interface Trace {
  readonly actor: Actor;
  readonly login: string;
  /** Bytes of each connection. */
  readonly sent: readonly string[];
  readonly replies: readonly (readonly Reply[])[];
  readonly atPortal: readonly Recorded[];
  /** Whom the assertion of each request at the portal speaks of. */
  readonly spokenOf: readonly (JWTPayload | undefined)[];
  /** Bytes at the portal that belong to no whole request. */
  readonly leftovers: readonly string[];
  readonly lines: readonly Line[];
  /** Persons the ledger names. */
  readonly counted: ReadonlySet<string>;
  /** What an honest client got right after. */
  readonly honest: Reply | undefined;
  readonly honestTarget: string;
  readonly secrets: readonly string[];
  readonly host: string;
  /** Rejections and exceptions nobody caught. */
  readonly uncaught: readonly unknown[];
}

type Oracle = (trace: Trace) => readonly string[];

const oracles: Readonly<Record<string, Oracle>> = {
  // Nothing of a person at the portal for who may not see persons, in any reading.
  O1: ({ actor, atPortal }) =>
    actor === 'high'
      ? []
      : inEveryReading(atPortal, (understood) =>
          isGuarded(understood) ? `opens ${understood.path}` : undefined,
        ),
  // The bytes that were sent are the bytes that arrive: method and target as the client wrote them.
  O2: ({ sent, atPortal }) =>
    atPortal
      .filter(
        ({ method, target }) =>
          !sent.some((bytes) => singleSpaced(bytes).includes(`${method} ${target} HTTP/1.`)),
      )
      .map(({ method, target }) => `the portal got ${method} ${target}, which nobody sent`),
  // One word on who it is, ours, and true; and no other header that could be taken for it or for who asks.
  O3: ({ actor, login, atPortal, spokenOf, host }) =>
    atPortal.flatMap((request, index) => identityFlaws(request, spokenOf[index], actor, login, host)),
  // One decision, one request, one answer; no bytes between requests; nobody gets another's answer.
  O4: ({ sent, replies, atPortal, leftovers, lines, honest, honestTarget }) => {
    // What was sent and then withheld is logged as withheld.
    const forwarded = lines.filter(({ outcome }) =>
      /^(forward|upgraded|unavailable)/.test(String(outcome)),
    ).length;
    const broken = lines.filter(({ kind }) => kind === 'broken').length;
    return [
      atPortal.length > forwarded + broken
        ? `${atPortal.length} at the portal for ${forwarded} decisions`
        : '',
      ...leftovers.map((bytes) => `bytes of no request at the portal: ${JSON.stringify(bytes.slice(0, 80))}`),
      ...replies.flatMap((list, index) => strangersIn(list, sent[index] ?? '')),
      honest?.status === 200 && honest.body.includes(JSON.stringify(honestTarget))
        ? ''
        : `an honest client got ${honest?.status ?? 'nothing'} ${honest?.body.slice(0, 80) ?? ''}`,
    ];
  },
  // Who could be seen was counted, in any reading: named in the ledger, or charged as a miss where the portal had nobody.
  O5: ({ actor, atPortal, counted, lines }) => {
    const misses = lines.filter(({ status }) => status === 404 || status === 410);
    const charged = misses.reduce((sum, { records }) => sum + Number(records), 0);
    return actor !== 'high'
      ? []
      : inEveryReading(atPortal, ({ persons }) =>
          persons.filter((person) => !counted.has(person)).length > charged
            ? 'shows a person nobody counted'
            : undefined,
        );
  },
  // A switch of protocols is asked for where it was declared, by somebody, on our own page, once and whole.
  upgrade: ({ actor, atPortal, host }) =>
    atPortal
      .filter(({ headers }) => headers.some(([name]) => folded(name) === 'upgrade'))
      .filter(({ method, target, headers }) => {
        const values = (wanted: string): string =>
          headers
            .filter(([name]) => folded(name) === wanted)
            .map(([, value]) => value)
            .join();
        const sound =
          method === 'GET' &&
          target === '/live' &&
          actor !== 'anon' &&
          values('upgrade').toLowerCase() === 'websocket' &&
          values('connection').toLowerCase() === 'upgrade' &&
          values('sec-websocket-version') === '13' &&
          /^[A-Za-z0-9+/]{22}==$/.test(values('sec-websocket-key')) &&
          values('origin') === `http://${host}`;
        return !sound;
      })
      .map(({ method, target }) => `an unsound handshake by ${method} ${target} at the portal`),
  // Nothing thrown that nobody caught.
  O9: ({ uncaught }) => uncaught.map((error) => `uncaught: ${String(error)}`),
  // One line, one value; no secret and no person in it.
  O10: ({ lines, secrets }) =>
    lines.flatMap((line) => {
      const text = JSON.stringify(line);
      return [
        text.includes('\n') ? 'a line of two lines' : '',
        ...secrets
          .filter((secret) => text.includes(secret))
          .map(() => `a secret in a ${String(line['kind'])} line`),
        /\d{13}|eyJ[\w-]+\./.test(text) ? `a person or a token in a ${String(line['kind'])} line` : '',
      ];
    }),
  // Nothing behind a session may be kept.
  O11: ({ replies, sent }) =>
    replies.flatMap((list, index) =>
      mayBeKept(sent[index] ?? '')
        ? []
        : list
            .filter(({ status, head }) => status >= 200 && !/\r\ncache-control: no-store/i.test(head))
            .map(({ status }) => `an answer ${status} that may be kept`),
    ),
};

/** Every violation, with the oracle's name before it. */
export function violations(trace: Trace): readonly string[] {
  return Object.entries(oracles).flatMap(([name, oracle]) =>
    oracle(trace)
      .filter((flaw) => flaw !== '')
      .map((flaw) => `${name}: ${flaw}`),
  );
}

function inEveryReading(
  requests: readonly Recorded[],
  flaw: (understood: ReturnType<NonNullable<(typeof readings)[string]>>) => string | undefined,
): readonly string[] {
  return Object.entries(readings).flatMap(([mode, read]) =>
    requests.flatMap((request) => {
      const found = flaw(read(request));
      return found === undefined ? [] : [`a portal that reads as ${mode} ${found}`];
    }),
  );
}

/** What a header may be called by a portal that folds names. */
const folded = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '-');

const ours = ['palier-assertion', 'x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host', 'host'];
const never =
  /^(x-(stepup|auth|user|identity|remote|ssl|client|original|rewrite|real|host|http|forwarded-(uri|path|prefix|server|port|client|user|email|groups|preferred))|forwarded|remote-|ssl-|client-cert|x-method|te$|trailer$|proxy-|keep-alive$)/;

function identityFlaws(
  { headers, target }: Recorded,
  spokenOf: JWTPayload | undefined,
  actor: Actor,
  login: string,
  host: string,
): readonly string[] {
  const names = headers.map(([name]) => folded(name));
  const values = (name: string): readonly string[] =>
    headers.filter(([one]) => folded(one) === name).map(([, value]) => value);
  const assertions = values('palier-assertion');
  // Open pages are for everybody: nobody is asked who it is.
  const wanted = actor === 'anon' || /^\/(public\/|login|logout)/.test(target) ? 0 : 1;
  return [
    assertions.length === wanted ? '' : `${assertions.length} assertions at the portal`,
    wanted === 1 && spokenOf === undefined ? 'no assertion that verifies' : '',
    spokenOf !== undefined && spokenOf.sub !== login ? 'an assertion about somebody else' : '',
    ...ours.filter((name) => values(name).length > 1).map((name) => `${name} twice`),
    ...values('x-forwarded-host')
      .filter((value) => value !== host)
      .map(() => 'another X-Forwarded-Host'),
    ...values('x-forwarded-for')
      .filter((value) => value !== '127.0.0.1')
      .map(() => 'another X-Forwarded-For'),
    values('host').join() === host ? '' : `the portal is called ${values('host').join()}`,
    ...names.filter((name) => never.test(name)).map((name) => `${name} of the client's at the portal`),
    ...(values('cookie').join().toLowerCase().includes('__host-palier')
      ? ["the gateway's cookie at the portal"]
      : []),
  ];
}

/** Open pages may be kept as the portal says; where several requests share a connection, one of them is enough. */
function mayBeKept(sent: string): boolean {
  const lines = sent.match(/[A-Z]+ +\S* +HTTP\/1/g) ?? [sent];
  const isOpen = (line: string): boolean => /^[A-Z]+ +\/(public\/|login |logout )/.test(line);
  return lines.some(isOpen);
}

/** Several spaces in a request line are one to node; the line that goes out is the gateway's own. */
function singleSpaced(bytes: string): string {
  return bytes.replace(/ {2,}/g, ' ');
}

/** Answers of the echo that name a target this connection never asked for, or in another order. */
function strangersIn(replies: readonly Reply[], sent: string): readonly string[] {
  let from = 0;
  return replies.flatMap(({ body }) => {
    const target = /^\{"method":"\w+","target":"([^"]*)"/.exec(body)?.[1];
    if (target === undefined) return [];
    const at = singleSpaced(sent).indexOf(` ${target} HTTP/1.`, from);
    from = at + 1;
    return at === -1 ? [`an answer about ${target}, which this connection did not ask for`] : [];
  });
}
