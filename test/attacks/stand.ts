// Where cases are played: a real gateway with real sockets in front of a recorder that plays the portal, with accounts
// in every state. `naive-stand.ts` is the same without a gateway worth the name.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Config, createGateway, exposureReport, type Gateway, parseConfig } from '@palier/gateway';
import { type Instant, instantOf, parseAccountId, secondsOf } from '@palier/mfa-core';
import { createLocalJWKSet, type JWTPayload, jwtVerify } from 'jose';
import { prepareState } from '../../examples/demo/state.ts';
import { freePort } from '../../examples/portal/free-port.ts';
import { createMovingClock, type MovingClock } from '../support/moving-clock.ts';
import { seat } from '../support/professional.ts';
import {
  type Answerer,
  echo,
  type Recorded,
  type Recorder,
  startRecorder,
} from '../support/recorder-upstream.ts';
import type { Actor } from './case.ts';

/** A line of the decision log. */
export type Line = Readonly<Record<string, unknown>>;

export interface Stand {
  readonly host: string;
  readonly port: number;
  readonly portal: Recorder;
  readonly log: readonly Line[];
  /** What `{cookie}` stands for. */
  cookieOf(actor: Actor): string;
  loginOf(actor: Actor): string;
  /** What stands before the login in the cookie by which the portal knows somebody. */
  readonly portalCookie: string;
  /** Words that must never be logged. */
  readonly secrets: readonly string[];
  /** A new moment: what is counted from here on is a case's own. */
  moment(): Instant;
  /** Persons the ledger names since then. */
  counted(since: Instant): Promise<ReadonlySet<string>>;
  /** Whom an assertion speaks of; undefined when it does not verify. */
  verified(assertion: string): Promise<JWTPayload | undefined>;
  /** How the portal answers from here on, who-am-I apart. */
  answer(with_: Answerer): void;
  close(): Promise<void>;
}

/** The real thing, for tests that need more than bytes. */
export interface GatewayStand extends Stand {
  readonly gateway: Gateway;
  readonly config: Config;
  readonly clock: MovingClock;
  readonly origin: URL;
  ticketFor(login: string): Promise<string>;
}

const routes = `
  - { match: GET /public/**, require: open }
  - { match: "GET,POST /login", require: open }
  - { match: POST /logout, require: open }
  - { match: GET /, require: signed-in }
  - { match: "GET,POST,PUT,DELETE /notes/{id}", require: signed-in }
  - { match: GET /search, require: signed-in }
  - { match: GET /live, require: signed-in, upgrade: websocket }
  - { match: GET /events, require: signed-in }
  - { match: "GET /foo/{place}/bar", require: signed-in }
  - { match: GET /bound, require: signed-in, bind: request }
  - { match: GET /patients, require: { accept: second-factor, maxAge: 12h }, query: [name], records: { from: answer-json, pointer: /people/*/nir, as: nir } }
  - { match: "GET /patients/{nir}", require: { accept: second-factor, maxAge: 12h }, records: { from: path, name: nir, as: nir } }
  - { match: "GET /patients/{nir}/photo", require: { accept: second-factor, maxAge: 12h }, records: { from: path, name: nir, as: nir } }
  - { match: "POST /patients/{nir}/notes", require: { accept: second-factor, maxAge: 12h }, records: { from: path, name: nir, as: nir }, body: { types: [application/json], members: [text] } }
  - { match: GET /lookup, require: { accept: second-factor, maxAge: 12h }, records: { from: query, name: nir, as: nir } }
  - { match: POST /lookup, require: { accept: second-factor, maxAge: 12h }, records: { from: form, name: nir, as: nir } }
  - { match: POST /api/lookup, require: { accept: second-factor, maxAge: 12h }, records: { from: json, pointer: /nir, as: nir }, client: program }
  - { match: POST /api/batch, require: { accept: second-factor, maxAge: 12h }, records: { from: json, pointer: /items/*/nir, as: nir }, client: program }
  - { match: POST /aat, require: { accept: card, maxAge: 15m }, records: { from: form, name: nir, as: nir } }
`;

const text = (host: string, portal: URL): string => `
listen: 127.0.0.1:${host.split(':')[1]}
healthListen: 127.0.0.1:0
origin: http://${host}
upstream: ${portal.origin}
mode: enforce
identity:
  - portal-session: { cookie: PORTALSID, ask: /api/me, account: /login, class: /class, signIn: /login, signOut: [POST /logout] }
routes:${routes}
budgets:
  classes:
    pharmacy:
      code: { records: 500, within: 12h, day: 600 }
      misses: 500
keys: { file: palier-keys.json }
stores: { durable: memory, shared: memory }
ledger: { directory: ledger, sealTo: ledger-public.jwk }
`;

const logins: Readonly<Record<Actor, string>> = { anon: '', low: 'pharmacie-01', high: 'pharmacie-02' };

/** Starts both; `low` has a password's session, `high` a gesture on top. `more` is added to the configuration. */
export async function startStand(more = ''): Promise<GatewayStand> {
  const folder = mkdtempSync(join(tmpdir(), 'palier-attacks-'));
  await prepareState(folder);
  const clock = createMovingClock();
  const log: Line[] = [];
  const portal = await startRecorder();
  const answer = (with_: Answerer): void => portal.answer(whoAmI(with_));
  answer(echo);
  const port = await freePort();
  const host = `localhost:${port}`;
  const config = configFor(`${text(host, portal.url)}${more}`, folder);
  const gateway = await createGateway(config, { clock, log: (line) => void log.push(line) });
  await gateway.listen();
  const ticketFor = async (login: string): Promise<string> => {
    const account = parseAccountId(login);
    if (account === undefined) throw new TypeError('no such name');
    return (await gateway.mfa.tickets.issue(account, 'test', secondsOf(3600))).code;
  };
  const origin = new URL(`http://${host}`);
  const professional = seat({ origin, clock, ticketFor }, logins.high);
  professional.browser.cookies.set('PORTALSID', sessionOf(logins.high));
  await professional.enrolApp();
  const cookies = [...professional.browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const jwks = createLocalJWKSet(JSON.parse((await professional.browser.call('/.palier/jwks.json')).text));
  const operator = JSON.parse(readFileSync(join(folder, 'ledger-private.jwk'), 'utf8'));
  return {
    host,
    port,
    portal,
    log,
    gateway,
    config,
    clock,
    origin,
    ticketFor,
    cookieOf: (actor) =>
      actor === 'anon' ? 'theme=dark' : actor === 'low' ? `PORTALSID=${sessionOf(logins.low)}` : cookies,
    loginOf: (actor) => logins[actor],
    portalCookie: 'PORTALSID=sid-of-',
    secrets: [...professional.browser.cookies.values(), sessionOf(logins.low)],
    moment: () => {
      clock.advance(1);
      return clock.now();
    },
    counted: async (since) => {
      const persons = new Set<string>();
      await exposureReport(
        {
          directory: join(folder, 'ledger'),
          privateKeys: [operator],
          accounts: undefined,
          from: since,
          to: instantOf(since + 1000),
        },
        ({ id }) => void persons.add(id),
      );
      return persons;
    },
    verified: (assertion) =>
      jwtVerify(assertion, jwks, {
        issuer: origin.origin,
        audience: origin.origin,
        currentDate: new Date(clock.now()),
        algorithms: ['ES256'],
      })
        .then(({ payload }) => payload)
        .catch(() => undefined),
    answer,
    close: async () => {
      await gateway.close();
      await portal.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function configFor(yaml: string, folder: string): Config {
  const parsed = parseConfig(yaml, {
    readFile: (path) => readFileSync(path, 'utf8'),
    environment: {},
    folder,
  });
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems, null, 2));
  return parsed.config;
}

/** What the portal gave the account at its sign-in. */
export function sessionOf(login: string): string {
  return `sid-of-${login}`;
}

/** A portal that knows whose cookie it is, and leaves the rest to the answerer. */
function whoAmI(rest: Answerer): Answerer {
  return (request, socket) => {
    if (!isWhoAmI(request)) return rest(request, socket);
    const login = /\r\nCookie: PORTALSID=sid-of-(pharmacie-\d\d)\r/.exec(request.raw)?.[1];
    const body = login === undefined ? '{}' : JSON.stringify({ login, class: 'pharmacy' });
    const status = login === undefined ? '401 Unauthorized' : '200 OK';
    socket.write(
      `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
  };
}

/** The gateway's own question to the portal: it carries no assertion and nothing of the client's but the cookie. */
export function isWhoAmI({ method, target, headers }: Recorded): boolean {
  return method === 'GET' && target === '/api/me' && headers.length <= 4;
}
