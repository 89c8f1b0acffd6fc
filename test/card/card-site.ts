// A portal, a gateway with a card listener in front of it, and cards of its accounts' persons from the test PKI.
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import type { SecureContextOptions } from 'node:tls';
import { freePort } from '../../examples/portal/free-port.ts';
import { createRunningClock } from '../support/moving-clock.ts';
import { type Leaf, type LeafSpec, openPki, type Pki, policyOids } from '../support/pki.ts';
import { type Changes, inMemory, type Site, startSite } from '../support/start.ts';

export interface CardSite extends Site {
  readonly pki: Pki;
  readonly cardPort: number;
  readonly cardOrigin: string;
  /** Reloads the same configuration: files are read anew. */
  again(): Promise<void>;
  /** A card of the account's person, with what differs from a sound one. */
  cardOf(login: string, differs?: Partial<LeafSpec>): Promise<Leaf>;
}

export interface Answer {
  readonly status: number;
  readonly location: string;
  readonly text: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** Keys of the client-certificate source that a test adds or changes. */
export type Settings = Readonly<Record<string, string>>;

/** Settings, or what makes them of the PKI's files. */
export type Given = Settings | ((pki: Pki) => Settings);

/** The portal knows its own people, and tells which person is behind an account. */
const besidePortal: Changes = [['      name: /name\n', '      name: /name\n      person: /nationalId\n']];

/** Nobody but the card says who is there. */
export const withoutPortal: Changes = [
  [
    `  - portal-session:
      cookie: PORTALSID
      ask: /api/me
      account: /login
      class: /class
      organisation: /organisation
      name: /name
      signIn: /login
      # Ends the portal's session, and ours with it.
      signOut: [POST /logout]
`,
    '',
  ],
  // Of the one class that the card source writes.
  [
    `    pharmacy:
      code: { records: 5, within: 12h, day: 45 }
      key: { records: 8, within: 12h }
`,
    '',
  ],
  // Nobody types a password either.
  ['require: open, login: { field: login }', 'require: open'],
];

/** Starts all of it; the configuration is the demo's with a client-certificate source. */
export async function startCardSite(
  given: Given = {},
  more: Changes = [],
  portal: Changes = besidePortal,
): Promise<CardSite> {
  const pki = await openPki();
  const settings = typeof given === 'function' ? given(pki) : given;
  const cardPort = await freePort();
  const server = pki.leaf('server');
  const keys: Settings = {
    listen: `127.0.0.1:${cardPort}`,
    origin: `https://localhost:${cardPort}`,
    tls: `{ cert: ${server.chain}, key: ${server.key} }`,
    ca: pki.anchors,
    intermediates: pki.intermediates,
    issuers: pki.authority('persons').certificate,
    dangerouslyWithoutRevocation: 'true',
    matches: 'person',
    policies: `[${policyOids.personAuthentication}]`,
    ...settings,
  };
  const lines = Object.entries(keys).flatMap(([key, value]) =>
    value === '' ? [] : [`      ${key}: ${value}`],
  );
  const source = `\n  - client-certificate:\n${lines.join('\n')}\n`;
  const changes: Changes = [
    ...inMemory,
    ...portal,
    ['\nroutes:\n', `${source}\nroutes:\n`],
    ['first: [ticket]', 'first: [ticket, card]'],
    ...more,
  ];
  const site = await startSite(changes, undefined, undefined, createRunningClock());
  return {
    ...site,
    pki,
    cardPort,
    cardOrigin: `https://localhost:${cardPort}`,
    again: () => site.reload(changes),
    cardOf: (login, differs = {}) => pki.issue({ ...cardSpec(site, login), ...differs }),
    close: async () => {
      await site.close();
      pki.close();
    },
  };
}

export function cardSpec(site: Site, login: string): LeafSpec {
  const account = site.accounts.find(login);
  if (account === undefined) throw new TypeError('no such account');
  const [given = '', family = ''] = account.name.split(' ');
  return {
    issuer: 'persons',
    name: `/C=FR/title=Médecin/CN=${account.nationalId}+SN=${family.toUpperCase()}+GN=${given.toUpperCase()}`,
    policy: policyOids.personAuthentication,
  };
}

/** Goes to an address of the card listener with a card, or with none. */
export function present(
  site: CardSite,
  address: string,
  leaf: Leaf | undefined,
  tls: SecureContextOptions & {
    readonly servername?: string;
    readonly host?: string;
    readonly headers?: Readonly<Record<string, string>>;
  } = {},
): Promise<Answer> {
  const { servername = 'localhost', host, headers = {}, ...context } = tls;
  const url = new URL(address);
  const shown = leaf === undefined ? {} : { cert: readFileSync(leaf.chain), key: readFileSync(leaf.key) };
  return new Promise((resolve, reject) => {
    const sending = request({
      host: '127.0.0.1',
      port: site.cardPort,
      path: `${url.pathname}${url.search}`,
      headers: { host: host ?? url.host, accept: 'text/html', 'accept-language': 'en', ...headers },
      servername,
      agent: false,
      ca: readFileSync(site.pki.anchors),
      ...shown,
      ...context,
    });
    sending.on('error', reject);
    sending.on('response', (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          location: response.headers.location ?? '',
          text: Buffer.concat(parts).toString('utf8'),
          headers: response.headers,
        }),
      );
    });
    sending.end();
  });
}
