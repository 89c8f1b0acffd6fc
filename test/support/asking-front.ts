// The fronts that ask, each with the files of examples/fronts that are shipped for it and the places in them filled in.

import {
  type Fillings,
  type FrontProgram,
  type FrontServer,
  isAskedFor,
  shippedFront,
  startFront,
} from './front-server.ts';
import { sendRaw } from './raw-socket.ts';

export type AskingProgram = Exclude<FrontProgram, 'apache2'>;

/** Where everything is, on the loopback. */
export interface Places {
  /** The front itself. */
  readonly front: number;
  /** The gateway's own listener. */
  readonly gateway: number;
  /** Where it answers fronts. */
  readonly ask: number;
  readonly portal: number;
  /** What clients call the portal, without a port. */
  readonly host: string;
}

interface Shipped {
  readonly file: string;
  /** What is put beside it, under the name by which it is read. */
  readonly beside: readonly (readonly [name: string, file: string])[];
  /** Places only this front has. */
  readonly own: (places: Places) => Fillings;
  /** The lines that make it ask, and what stands there in a negative control. */
  readonly asks: readonly (readonly [from: string | RegExp, to: string])[];
}

const listens = ({ front }: Places): Fillings => [['127.0.0.1:8000', `127.0.0.1:${front}`]];

const shippedFor: Readonly<Record<AskingProgram, Shipped>> = {
  nginx: {
    file: 'nginx-forward-auth.conf',
    beside: [],
    own: (places) => [...listens(places), ['server_name portail.example', `server_name ${places.host}`]],
    asks: [['auth_request /.palier/ask;', '']],
  },
  haproxy: {
    file: 'haproxy-forward-auth.cfg',
    beside: [['palier.lua', 'palier.lua']],
    own: (places) => [...listens(places), ['lua-load palier.lua', 'lua-load {folder}/palier.lua']],
    asks: [
      ['if !through !{ var(txn.palier) -m str yes }', 'if FALSE'],
      ['http-request lua.palier_ask if !through', ''],
    ],
  },
  caddy: {
    file: 'Caddyfile.forward-auth',
    beside: [],
    own: ({ front, host }) => [['http://localhost:8000', `http://${host}:${front}`]],
    asks: [[/forward_auth [\s\S]*?\n\t\t\}\n/g, '']],
  },
  traefik: {
    file: 'traefik-static.yaml',
    beside: [['traefik.yaml', 'traefik.yaml']],
    own: (places) => [
      ...listens(places),
      ['/etc/traefik/traefik.yaml', '{folder}/traefik.yaml'],
      ['Host(`portail.example`)', `Host(\`${places.host}\`)`],
    ],
    asks: [
      ['middlewares: [ask-bodiless, strip]', 'middlewares: [strip]'],
      ['middlewares: [ask, strip]', 'middlewares: [strip]'],
    ],
  },
  envoy: {
    file: 'envoy.yaml',
    beside: [],
    own: ({ front, host }) => [
      ['port_value: 8000', `port_value: ${front}`],
      ['domains: [portail.example]', `domains: ['${host}', '${host}:${front}']`],
    ],
    asks: [
      [
        'route: { cluster: portal }',
        'route: { cluster: portal }\n                          typed_per_filter_config: *through',
      ],
    ],
  },
};

/** Those to be run here. */
export const askingPrograms: readonly AskingProgram[] = (
  ['nginx', 'haproxy', 'caddy', 'traefik', 'envoy'] as const
).filter(isAskedFor);

/** The files as they are shipped, with these places: the configuration, and what it reads besides. */
export function filesFor(program: AskingProgram, places: Places): Readonly<Record<string, string>> {
  const mark = program === 'envoy' ? 'port_value: ' : '127.0.0.1:';
  return replaced(shippedFiles(program), [
    [`${mark}8080`, `${mark}${places.gateway}`],
    [`${mark}8081`, `${mark}${places.portal}`],
    [`${mark}8082`, `${mark}${places.ask}`],
    ...shippedFor[program].own(places),
  ]);
}

function shippedFiles(program: AskingProgram): Readonly<Record<string, string>> {
  const { file, beside } = shippedFor[program];
  return Object.fromEntries(
    [['main', file] as const, ...beside].map(([name, one]) => [name, shippedFront(one, [])]),
  );
}

/** Each of the words must be in one of the files, or the files are no longer what this was written for. */
function replaced(
  files: Readonly<Record<string, string>>,
  words: readonly (readonly [from: string | RegExp, to: string])[],
): Readonly<Record<string, string>> {
  return words.reduce((known, [from, to]) => {
    const next = Object.entries(known).map(
      ([name, text]) => [name, text.replaceAll(from, () => to)] as const,
    );
    if (next.every(([name, text]) => text === known[name]) && from !== to)
      throw new Error(`the shipped files no longer say "${from}"`);
    return Object.fromEntries(next);
  }, files);
}

/** Starts it as shipped; `unasking` takes away the lines that make it ask. */
export async function startAskingFront(
  program: AskingProgram,
  places: Places,
  unasking = false,
): Promise<FrontServer> {
  const files = filesFor(program, places);
  const { main = '', ...others } = unasking ? replaced(files, shippedFor[program].asks) : files;
  const server = await startFront(program, main, places.front, others);
  if (program === 'traefik') await hasRoutes(places);
  return server;
}

/** Traefik listens before it has read its routes, and says 404 to everything until then. */
async function hasRoutes({ front, host }: Places): Promise<void> {
  const question = `GET /.palier/api/session HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
  for (const deadline = performance.now() + 10_000; performance.now() < deadline; ) {
    const { status } = await sendRaw(front, question, 2000);
    if (status !== 404) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('Traefik had no routes in 10 s');
}
