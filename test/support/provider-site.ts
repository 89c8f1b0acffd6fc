// A site whose gateway knows the stand-in for Pro Santé Connect, and the way of a person through that provider: pages
// over TLS, cookies kept, one click where a card and its PIN would be.

import { readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { type ExampleAuthority, makeAuthority } from '../../examples/health-portal/certificates.ts';
import { providerPersons } from '../../examples/health-portal/provider/persons.ts';
import {
  type StandIn,
  type StandInOptions,
  startStandIn,
} from '../../examples/health-portal/provider/stand-in.ts';
import { createRunningClock } from './moving-clock.ts';
import { type Changes, inMemory, type Site, startSite } from './start.ts';

/** What a test changes of what programs get from the provider. */
export type Alter = NonNullable<StandInOptions['alter']>;

export interface ProviderSite extends Site {
  readonly provider: StandIn;
  readonly authority: ExampleAuthority;
  /** What the provider lies about; nothing while `told` is undefined. */
  readonly lies: { told: Alter | undefined };
  /** Goes through the provider from an address of it, and answers with where the person is sent back to. */
  identify(address: string, choice: string, jar?: Jar): Promise<string>;
}

/** Cookies of one browser at the provider: its session there. */
export type Jar = Map<string, string>;

/** The lines of a provider's settings, as both uses write them. */
export interface ProviderLines {
  readonly issuer: string;
  readonly folder: string;
}

export function connectionLines({ issuer, folder }: ProviderLines): string {
  return [
    'profile: pro-sante-connect',
    `issuer: ${issuer}`,
    'clientId: palier',
    `certificate: { cert: ${folder}/gateway-client.pem, key: ${folder}/gateway-client-key.pem }`,
    `ca: ${folder}/provider-authority.pem`,
  ].join(', ');
}

/** The stepUp section of most tests. */
export function stepUpLines(lines: ProviderLines, assurance: string): string {
  return `stepUp:\n  - oidc: { ${connectionLines(lines)}, assurance: { card: [${assurance}] }, person: { is: { file: ${lines.folder}/links.json } } }\n`;
}

export const cardOnly = '{ acr: eidas1, amr: [sc, pin] }';

/** Starts site and provider; `settings` writes what is put before the enrolment section. */
export async function startProviderSite(
  settings: (lines: ProviderLines) => string = (lines) => stepUpLines(lines, cardOnly),
  changes: Changes = [],
): Promise<ProviderSite> {
  const site = await startSite(inMemory, undefined, undefined, createRunningClock());
  const authority = await makeAuthority(site.folder, 'provider authority');
  await authority.client('gateway client');
  const links = Object.fromEntries(providerPersons.map(({ account, id }) => [account, [id]]));
  writeFileSync(join(site.folder, 'links.json'), JSON.stringify(links));
  const lies: { told: Alter | undefined } = { told: undefined };
  const address = (rest: string): string => `${site.origin.origin}/.palier/oidc/pro-sante-connect/${rest}`;
  const provider = await startStandIn({
    persons: providerPersons,
    clients: [
      {
        id: 'palier',
        certificate: 'gateway client',
        redirectUris: [address('callback')],
        afterSignOut: [`${site.origin.origin}/`],
        backChannel: address('sign-out'),
      },
    ],
    server: await authority.server('provider server'),
    clientCa: authority.ca,
    alter: async (path, body, keys) => (lies.told === undefined ? body : lies.told(path, body, keys)),
  });
  const lines = { issuer: provider.issuer, folder: site.folder };
  await site.reload([...inMemory, ['enrolment:\n', `${settings(lines)}enrolment:\n`], ...changes]);
  const ca = readFileSync(authority.ca);
  return Object.assign(site, {
    provider,
    authority,
    lies,
    identify: (from: string, choice: string, jar: Jar = new Map()) =>
      identify(ca, from, choice, jar, site.origin.origin),
    close: closing(site, provider),
  });
}

function closing(site: Site, provider: StandIn): () => Promise<void> {
  const close = site.close.bind(site);
  return async () => {
    await close();
    await provider.close();
  };
}

interface Answer {
  readonly status: number;
  readonly location: string;
  readonly text: string;
}

export async function identify(
  ca: Buffer,
  from: string,
  choice: string,
  jar: Jar,
  origin: string,
): Promise<string> {
  let answer = await call(ca, from, jar);
  for (let hops = 0; hops < 12; hops += 1) {
    if (answer.location.startsWith(origin)) return answer.location.slice(origin.length);
    if (answer.location !== '') answer = await call(ca, answer.location, jar);
    else if (answer.text.includes('name="choice"')) {
      const action = /action="([^"]+)"/.exec(answer.text)?.[1] ?? '';
      answer = await call(ca, new URL(action, from).href, jar, new URLSearchParams({ choice }).toString());
    } else break;
  }
  throw new Error(`the provider did not send the person back: ${answer.status} ${answer.text.slice(0, 200)}`);
}

/** Confirms the sign-out page of the provider. */
export async function signOutThere(ca: Buffer, address: string, jar: Jar): Promise<void> {
  const page = await call(ca, address, jar);
  const action = /action="([^"]+)"/.exec(page.text)?.[1] ?? '';
  const xsrf = /name="xsrf" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
  const body = new URLSearchParams({ xsrf, logout: 'yes' }).toString();
  const done = await call(ca, new URL(action, address).href, jar, body);
  if (done.status >= 400) throw new Error(`the provider did not sign out: ${done.status} ${done.text}`);
}

function call(ca: Buffer, address: string, jar: Jar, body?: string): Promise<Answer> {
  const headers = {
    accept: 'text/html',
    cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; '),
    ...(body !== undefined && { 'content-type': 'application/x-www-form-urlencoded' }),
  };
  return new Promise((resolve, reject) => {
    const method = body === undefined ? 'GET' : 'POST';
    const sending = request(address, { ca, method, headers, agent: false });
    sending.on('error', reject);
    sending.on('response', (response) => {
      for (const cookie of response.headers['set-cookie'] ?? []) keep(jar, cookie);
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => {
        const location = response.headers.location ?? '';
        resolve({
          status: response.statusCode ?? 0,
          location: location === '' ? '' : new URL(location, address).href,
          text: Buffer.concat(parts).toString('utf8'),
        });
      });
    });
    sending.end(body);
  });
}

function keep(jar: Jar, cookie: string): void {
  const [pair = ''] = cookie.split(';');
  const mark = pair.indexOf('=');
  if (/expires=Thu, 01 Jan 1970/i.test(cookie)) jar.delete(pair.slice(0, mark));
  else jar.set(pair.slice(0, mark), pair.slice(mark + 1));
}
