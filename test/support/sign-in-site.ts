// A gateway whose people are signed in by the stand-in for Pro Santé Connect, in front of a portal that has no sign-in of its
// own and answers with what it was sent.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGateway, type Gateway, parseConfig } from '@palier/gateway';
import { prepareState } from '../../examples/demo/state.ts';
import { makeAuthority } from '../../examples/health-portal/certificates.ts';
import { providerPersons } from '../../examples/health-portal/provider/persons.ts';
import { type StandIn, startStandIn } from '../../examples/health-portal/provider/stand-in.ts';
import { freePort } from '../../examples/portal/free-port.ts';
import { type Browser, openBrowser } from './browser.ts';
import { createRunningClock, type MovingClock } from './moving-clock.ts';
import { type Alter, identify, type Jar, signOutThere } from './provider-site.ts';

export interface SignInSite {
  readonly origin: URL;
  readonly gateway: Gateway;
  readonly provider: StandIn;
  readonly clock: MovingClock;
  readonly log: readonly Readonly<Record<string, unknown>>[];
  readonly lies: { told: Alter | undefined };
  /** A browser that has been nowhere. */
  browser(): Browser;
  identify(address: string, choice: string, jar?: Jar): Promise<string>;
  /** Signs out at the provider itself, at the address it has for that. */
  signOutThere(address: string, jar: Jar): Promise<void>;
  close(): Promise<void>;
}

const name = 'pro-sante-connect';

function settings(port: number, portal: number, issuer: string, folder: string, more: string): string {
  return `
listen: 127.0.0.1:${port}
healthListen: 127.0.0.1:0
origin: http://localhost:${port}
upstream: http://127.0.0.1:${portal}
identity:
  - oidc:
      profile: pro-sante-connect
      issuer: ${issuer}
      clientId: palier
      certificate: { cert: ${folder}/gateway-client.pem, key: ${folder}/gateway-client-key.pem }
      ca: ${folder}/provider-authority.pem
      class: /SubjectOrganizationID
      displayName: /family_name
      assurance: { card: [{ acr: eidas1, amr: [sc, pin] }] }
      signOut: POST /logout
routes:
  - { match: GET /public, require: open }
  - { match: GET /, require: signed-in }
  - { match: GET /stream, require: signed-in }
  - { match: "GET /page/{name}", require: signed-in, query: [a] }
  - { match: POST /logout, require: signed-in }
  - { match: GET /acts, require: { accept: card, maxAge: 15m } }
  - { match: "GET /patients/{nir}", require: { accept: card, maxAge: 15m }, records: { from: path, name: nir, as: nir } }
enrolment: { first: [card] }
stores: { durable: memory, shared: memory }
keys: { file: ${folder}/palier-keys.json }
ledger: { directory: ${folder}/ledger, sealTo: ${folder}/ledger-public.jwk }
${more}`;
}

export async function startSignInSite(more = ''): Promise<SignInSite> {
  const folder = mkdtempSync(join(tmpdir(), 'palier-test-'));
  await prepareState(folder);
  const clock = createRunningClock();
  const log: Readonly<Record<string, unknown>>[] = [];
  const lies: { told: Alter | undefined } = { told: undefined };
  const portal = createServer((request, response) => {
    if (request.url === '/stream') {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: 1\n\n');
      return;
    }
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ url: request.url, assertion: request.headers['palier-assertion'] }));
  });
  await new Promise<void>((resolve) => portal.listen(0, '127.0.0.1', resolve));
  const port = await freePort();
  const origin = new URL(`http://localhost:${port}`);
  const authority = await makeAuthority(folder, 'provider authority');
  await authority.client('gateway client');
  const at = (rest: string): string => `${origin.origin}/.palier/oidc/${name}/${rest}`;
  const provider = await startStandIn({
    persons: providerPersons,
    clients: [
      {
        id: 'palier',
        certificate: 'gateway client',
        redirectUris: [at('callback')],
        afterSignOut: [`${origin.origin}/`],
        backChannel: at('sign-out'),
      },
    ],
    server: await authority.server('provider server'),
    clientCa: authority.ca,
    alter: async (path, body, keys) => (lies.told === undefined ? body : lies.told(path, body, keys)),
  });
  const { port: portalPort } = portal.address() as AddressInfo;
  const parsed = parseConfig(settings(port, portalPort, provider.issuer, folder, more), {
    readFile: (path) => readFileSync(path, 'utf8'),
    environment: {},
  });
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems, null, 2));
  const gateway = await createGateway(parsed.config, { clock, log: (line) => void log.push(line) });
  await gateway.listen();
  const ca = readFileSync(authority.ca);
  return {
    origin,
    gateway,
    provider,
    clock,
    log,
    lies,
    browser: () => openBrowser(origin),
    identify: (from, choice, jar = new Map()) => identify(ca, from, choice, jar, origin.origin),
    signOutThere: (address, jar) => signOutThere(ca, address, jar),
    close: async () => {
      await gateway.close();
      await provider.close();
      portal.closeAllConnections();
      await new Promise((resolve) => portal.close(resolve));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
