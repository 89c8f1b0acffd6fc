// What the tests of two servers in a row share: a gateway whose every route binds its assertion to the request, a portal
// that writes down what it hears, and the oracle: what reaches the portal without the gateway's word for exactly this method
// and target was decided by nobody.

import { createHash } from 'node:crypto';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { g1 } from '../attacks/cases/g1.ts';
import { g2 } from '../attacks/cases/g2.ts';
import { g3 } from '../attacks/cases/g3.ts';
import type { FrontOf } from '../support/front-of.ts';
import type { FrontServer } from '../support/front-server.ts';
import { sendRaw } from '../support/raw-socket.ts';
import { type Answerer, echo, type Recorded, type Recorder } from '../support/recorder-upstream.ts';
import { confusing, honest } from './confusing-requests.ts';

export const routes = `mode: enforce
identity:
  - portal-session: { cookie: SID, ask: /api/me, account: /login }
routes:
  - { match: GET /public/**, require: signed-in, bind: request }
  - { match: "GET,POST,DELETE /notes/{id}", require: signed-in, bind: request }
  - { match: "GET /patients/{id}", require: { accept: second-factor, maxAge: 12h }, bind: request }
stores: { durable: memory, shared: memory }
`;

export const isWhoAmI = ({ target }: Recorded): boolean => target === '/api/me';
export const portalAnswers: Answerer = (request, socket) => {
  if (!isWhoAmI(request)) return echo(request, socket);
  socket.write(
    'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 22\r\n\r\n{"login":"medecin-01"}',
  );
};

const quiet = 400;

/** Sends everything, some at a time, and waits until the portal has heard the last of it. */
export async function sendAll(port: number, requests: readonly string[], host: string): Promise<number[]> {
  const statuses: number[] = [];
  for (let at = 0; at < requests.length; at += 48) {
    const batch = requests.slice(at, at + 48).map(async (text) => {
      const bytes = text
        .replaceAll('{host}', host)
        .replaceAll('{cookie}', 'SID=sid-of-medecin-01; theme=dark');
      const { status } = await sendRaw(port, Buffer.from(bytes, 'latin1'), quiet).catch(() => ({
        status: 0,
      }));
      return status;
    });
    statuses.push(...(await Promise.all(batch)));
  }
  return statuses;
}

/** Requests at the portal that the gateway's word does not speak of, as sentences. */
export async function undecided(
  portal: Recorder,
  gateway: FrontOf,
  jwks: string,
): Promise<readonly string[]> {
  const keys = createLocalJWKSet(JSON.parse(jwks));
  const { origin } = gateway.origin;
  const flaws = portal.requests
    .filter((one) => !isWhoAmI(one))
    .map(async ({ method, target, headers }) => {
      const words = headers.filter(([name]) => /^palier.assertion$/i.test(name));
      if (words.length !== 1) return [`${method} ${target}: ${words.length} assertions`];
      const verified = await jwtVerify(words[0]?.[1] ?? '', keys, {
        issuer: origin,
        audience: origin,
        algorithms: ['ES256'],
        currentDate: new Date(gateway.clock.now()),
      }).catch(() => undefined);
      const digest = createHash('sha256').update(target, 'latin1').digest('base64url');
      const { htm, path_digest: path } = verified?.payload ?? {};
      return htm === method && path === digest ? [] : [`${method} ${target}: decided on other bytes`];
    });
  return (await Promise.all(flaws)).flat();
}

export const jwksOf = async (port: number, host: string): Promise<string> => {
  const { text } = await sendRaw(
    port,
    `GET /.palier/jwks.json HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
    2000,
  );
  return /\{"keys".*\}/.exec(text)?.[0] ?? '{}';
};

export const honestSent = (portal: Recorder): number =>
  honest.filter((bytes) => {
    const [, target = ''] = bytes.split(' ');
    return portal.requests.some((one) => one.target === target);
  }).length;

/** The catalogue's cases on top: their bytes, whatever they expect. */
const catalogue = [...g1, ...g2, ...g3].flatMap(({ send }) => send);

export const all: readonly string[] = [...confusing.map(({ bytes }) => bytes), ...catalogue].map((bytes) => {
  const text = bytes.replaceAll('{nir2}', '2').replaceAll('{nir}', '1');
  return text.replaceAll('{length}', String(text.length - text.indexOf('\r\n\r\n') - 4));
});

export async function closed(
  server: FrontServer,
  gateway: FrontOf | undefined,
  portal: Recorder,
): Promise<void> {
  await server.stop();
  await gateway?.close();
  await portal.close();
}
