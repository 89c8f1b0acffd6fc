// Starts the demo: a portal of 600,000 insured persons, a gateway in front of it, and an enrolment ticket for each
// of two accounts. Everything listens on the loopback.

import { randomBytes } from 'node:crypto';
import type { Server } from 'node:net';
import { createGateway, type Gateway } from '@palier/gateway';
import { type AccountId, parseAccountId, secondsOf } from '@palier/mfa-core';
import { createAccounts, examplePassword } from '../portal/accounts.ts';
import { freePort } from '../portal/free-port.ts';
import { createPopulation } from '../portal/population.ts';
import { createPortal } from '../portal/portal.ts';
import type { Mail } from '../portal/sign-in/password-resets.ts';
import { demoSettings, readSettings } from './settings.ts';
import { prepareState } from './state.ts';

/** A demo that is running. */
export interface Demo {
  readonly gateway: string;
  readonly portal: string;
  readonly health: string;
  readonly accounts: readonly { readonly login: string; readonly password: string; readonly class: string }[];
  readonly tickets: readonly { readonly account: string; readonly code: string }[];
  /** Numbers that exist, to look up. */
  readonly numbers: readonly string[];
  close(): Promise<void>;
}

/** What the demo is started with. */
export interface DemoOptions {
  /** Of the gateway; 0 takes a free one. */
  readonly port: number;
  /** Where keys, stores and ledger are. */
  readonly folder: string;
  readonly mail: (mail: Mail) => void;
  readonly log: (line: Readonly<Record<string, unknown>>) => void;
}

const HOST = '127.0.0.1';
const PERSONS = { size: 600_000, seed: 2022 } as const;
const LOGINS = ['pharmacie-01', 'medecin-01'] as const;
const TICKET_LIFETIME = secondsOf(72 * 3_600);

/** Starts everything; rejects when a port is taken, and leaves nothing behind then. */
export async function startDemo({ port, folder, mail, log }: DemoOptions): Promise<Demo> {
  await prepareState(folder);
  const persons = createPopulation(PERSONS);
  const accounts = createAccounts({ perClass: 20, random: randomBytes });
  const portal = createPortal({ persons, accounts, mail, clock: Date.now, random: randomBytes });
  const ports = { gateway: port === 0 ? await freePort() : port, portal: await listen(portal.server, 0) };
  try {
    const gateway = await createGateway(readSettings(demoSettings, ports, folder), { log });
    const { healthPort } = await gateway.listen();
    return {
      gateway: `http://localhost:${ports.gateway}`,
      portal: `http://${HOST}:${ports.portal}`,
      health: `http://${HOST}:${healthPort}`,
      accounts: LOGINS.map((login) => ({
        login,
        password: examplePassword(login),
        class: accounts.find(login)?.class ?? '',
      })),
      tickets: await Promise.all(LOGINS.map((login) => issueTicket(gateway, login))),
      numbers: Array.from({ length: 12 }, (_, i) => persons.nirOf(i)),
      close: async () => {
        await gateway.close();
        await portal.close();
      },
    };
  } catch (error) {
    await portal.close();
    throw error;
  }
}

async function issueTicket(gateway: Gateway, login: string): Promise<{ account: string; code: string }> {
  const { code } = await gateway.mfa.tickets.issue(accountOf(login), 'demo', TICKET_LIFETIME);
  return { account: login, code };
}

function accountOf(login: string): AccountId {
  const account = parseAccountId(login);
  if (account === undefined) throw new TypeError('an account of the demo has an impossible name');
  return account;
}

function listen(server: Pick<Server, 'listen' | 'address' | 'once'>, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, HOST, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}
