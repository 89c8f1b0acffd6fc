// Starts the example: a portal, an identity provider that stands for Pro Santé Connect, and a gateway between them and the
// world. Everything listens on the loopback, and everything that was made for it is in one folder.

import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import type { Server } from 'node:net';
import { join } from 'node:path';
import { createGateway, type Gateway } from '@palier/gateway';
import { parseAccountId, secondsOf } from '@palier/mfa-core';
import { prepareState } from '../demo/state.ts';
import { type Accounts, createAccounts, examplePassword } from '../portal/accounts.ts';
import { freePort } from '../portal/free-port.ts';
import { createPopulation } from '../portal/population.ts';
import { createPortal } from '../portal/portal.ts';
import type { CardName } from './cards/authority.ts';
import { type AccountCards, makeCards } from './cards/cards.ts';
import { type ExampleAuthority, makeAuthority } from './certificates.ts';
import { providerPersons } from './provider/persons.ts';
import { type StandIn, startStandIn } from './provider/stand-in.ts';
import { readSettings } from './settings.ts';

/** An example that is running. */
export interface HealthPortal {
  readonly gateway: string;
  readonly provider: string;
  readonly health: string;
  readonly accounts: readonly {
    readonly login: string;
    readonly password: string;
    /** Whose card it takes, as the provider's page shows it. */
    readonly person: string;
    readonly ticket: string;
    /** Files of the card that is a certificate. */
    readonly cards: AccountCards | undefined;
  }[];
  /** Where cards are shown, and the authority that signed that listener's certificate. */
  readonly cards: { readonly origin: string; readonly ca: string };
  /** Numbers that exist, to look up. */
  readonly numbers: readonly string[];
  close(): Promise<void>;
}

export interface HealthPortalOptions {
  /** Of the gateway; 0 takes a free one. */
  readonly port: number;
  /** Where keys, certificates, stores and ledger are. */
  readonly folder: string;
  readonly log: (line: Readonly<Record<string, unknown>>) => void;
}

const clientName = 'health-portal client';

/** Starts everything; rejects when a port is taken, and leaves nothing running then. */
export async function startHealthPortal({ port, folder, log }: HealthPortalOptions): Promise<HealthPortal> {
  await prepareState(folder);
  const gatewayPort = port === 0 ? await freePort() : port;
  const origin = `http://localhost:${gatewayPort}`;
  const authority = await makeAuthority(folder, 'example authority');
  await authority.server('example cards');
  const provider = await startProvider(folder, origin, authority);
  const persons = createPopulation({ size: 20_000, seed: 2026 });
  const accounts = createAccounts({ perClass: 3, random: randomBytes });
  const portal = createPortal({
    persons,
    accounts,
    mail: () => undefined,
    clock: Date.now,
    random: randomBytes,
  });
  const closeBoth = async (): Promise<void> => {
    await portal.close();
    await provider.close();
  };
  try {
    const ports = {
      gateway: gatewayPort,
      portal: await listen(portal.server),
      provider: Number(new URL(provider.issuer).port),
      cards: await freePort(),
    };
    const cards = await makeCards(folder, cardHolders(accounts));
    const gateway = await createGateway(readSettings(ports, folder), { log });
    const { healthPort } = await gateway.listen();
    return {
      gateway: origin,
      provider: provider.people,
      health: `http://127.0.0.1:${healthPort}`,
      accounts: await Promise.all(
        providerPersons.map(async ({ account, given, family }) => ({
          login: account,
          password: examplePassword(account),
          person: `${given} ${family}`,
          ticket: await ticketFor(gateway, account),
          cards: cards.get(account),
        })),
      ),
      cards: { origin: `https://localhost:${ports.cards}`, ca: authority.ca },
      numbers: Array.from({ length: 6 }, (_, place) => persons.nirOf(place)),
      close: async () => {
        await gateway.close();
        await closeBoth();
      },
    };
  } catch (error) {
    await closeBoth();
    throw error;
  }
}

/** The provider, its certificates, and the file that says whose card belongs to which account. */
async function startProvider(folder: string, origin: string, authority: ExampleAuthority): Promise<StandIn> {
  await authority.client(clientName);
  const links = Object.fromEntries(providerPersons.map(({ account, id }) => [account, [id]]));
  writeFileSync(join(folder, 'persons.json'), `${JSON.stringify(links, null, 2)}\n`);
  return startStandIn({
    persons: providerPersons,
    clients: [
      {
        id: 'health-portal',
        certificate: clientName,
        redirectUris: [`${origin}/.palier/oidc/pro-sante-connect/callback`],
      },
    ],
    server: await authority.server('example provider'),
    clientCa: authority.ca,
    plain: true,
  });
}

/** The portal says which number is behind an account; a card that opens it says the same one. */
function cardHolders(accounts: Accounts): readonly (CardName & { readonly account: string })[] {
  return providerPersons.map(({ account, given, family }) => {
    const number = accounts.find(account)?.nationalId;
    if (number === undefined) throw new TypeError('a person of the example has no account');
    return { account, number, given, surname: family, title: 'Professionnel fictif' };
  });
}

async function ticketFor(gateway: Gateway, login: string): Promise<string> {
  const account = parseAccountId(login);
  if (account === undefined) throw new TypeError('an account of the example has an impossible name');
  const { code } = await gateway.mfa.tickets.issue(account, 'example', secondsOf(72 * 3_600));
  return code;
}

function listen(server: Pick<Server, 'listen' | 'address' | 'once'>): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}
