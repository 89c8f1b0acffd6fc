// A portal and a gateway in front of it, on free ports of the loopback, with one clock in the test's hands. The
// configuration is the demo's, so that what it teaches is what is tested; a test changes words in it.

import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Config, createGateway, type Gateway, parseConfig } from '@palier/gateway';
import { parseAccountId, secondsOf } from '@palier/mfa-core';
import { demoSettings } from '../../examples/demo/settings.ts';
import { prepareState } from '../../examples/demo/state.ts';
import { type Accounts, createAccounts } from '../../examples/portal/accounts.ts';
import { freePort } from '../../examples/portal/free-port.ts';
import { createPopulation, type Population } from '../../examples/portal/population.ts';
import { createPortal } from '../../examples/portal/portal.ts';
import type { Mail } from '../../examples/portal/sign-in/password-resets.ts';
import { createMovingClock, type MovingClock } from './moving-clock.ts';

/** Words of the demo's configuration to change: each must be there. */
export type Changes = readonly (readonly [from: string, to: string])[];

/** A portal and its gateway. */
export interface Site {
  /** The public origin: http://localhost and the gateway's port. */
  readonly origin: URL;
  readonly port: number;
  readonly healthPort: number;
  /** The portal itself, past the gateway. */
  readonly portal: URL;
  readonly gateway: Gateway;
  readonly persons: Population;
  readonly accounts: Accounts;
  readonly mails: readonly Mail[];
  readonly clock: MovingClock;
  /** Every line the gateway logged. */
  readonly log: readonly Readonly<Record<string, unknown>>[];
  /** Where keys, stores and ledger are. */
  readonly folder: string;
  /** Requests that reached the portal so far, `GET /path`. */
  readonly seen: readonly string[];
  /** Header lines of each of them, name and value in turn, as they came. */
  readonly heard: readonly (readonly string[])[];
  ticketFor(login: string): Promise<string>;
  /** Goes over to the demo's configuration with these changes instead. */
  reload(changes: Changes): Promise<void>;
  close(): Promise<void>;
}

/** Stores in memory: what a test starts with unless it says otherwise. */
export const inMemory: Changes = [
  ['durable: sqlite:palier.db, shared: sqlite:palier.db', 'durable: memory, shared: memory'],
];

/**
 * Starts both, with 20,000 persons and nine accounts of each class, on a clock that stands still unless another is given.
 * `before` may put files into the folder; `publicPort` is the port of the public origin where a front stands before the
 * gateway.
 */
export async function startSite(
  changes: Changes = inMemory,
  before: (folder: string, persons: Population) => void = () => undefined,
  publicPort?: number,
  clock: MovingClock = createMovingClock(),
): Promise<Site> {
  const folder = mkdtempSync(join(tmpdir(), 'palier-test-'));
  await prepareState(folder);
  const mails: Mail[] = [];
  const seen: string[] = [];
  const log: Readonly<Record<string, unknown>>[] = [];
  const persons = createPopulation({ size: 20_000, seed: 1 });
  const accounts = createAccounts({ perClass: 9, random: randomBytes });
  before(folder, persons);
  const mail = (letter: Mail): void => void mails.push(letter);
  const portal = createPortal({ persons, accounts, mail, clock: clock.now, random: randomBytes });
  const heard: string[][] = [];
  portal.server.on('request', ({ method, url, rawHeaders }) => {
    seen.push(`${method} ${url}`);
    heard.push(rawHeaders);
  });
  const gatewayPort = await freePort();
  const ports = {
    gateway: gatewayPort,
    portal: await listen(portal.server),
    public: publicPort ?? gatewayPort,
  };
  const leave = async (): Promise<void> => {
    await portal.close();
    rmSync(folder, { recursive: true, force: true });
  };
  const start = async (): Promise<{ gateway: Gateway; port: number; healthPort: number }> => {
    const gateway = await createGateway(configFor(ports, folder, changes), {
      clock,
      log: (line) => void log.push(line),
    });
    return { gateway, ...(await gateway.listen()) };
  };
  // A test may want to see that it does not start.
  const { gateway, port, healthPort } = await start().catch(async (error: unknown) => {
    await leave();
    throw error;
  });
  return {
    origin: new URL(`http://localhost:${ports.public}`),
    port,
    healthPort,
    portal: new URL(`http://127.0.0.1:${ports.portal}`),
    gateway,
    persons,
    accounts,
    mails,
    clock,
    log,
    folder,
    seen,
    heard,
    ticketFor: (login) => ticketFor(gateway, login),
    reload: async (next) => gateway.reload(configFor(ports, folder, next)),
    close: async () => {
      await gateway.close();
      await leave();
    },
  };
}

interface PortNumbers {
  readonly gateway: number;
  readonly portal: number;
  readonly public: number;
}

function configFor(ports: PortNumbers, folder: string, changes: Changes): Config {
  const places: Changes = [
    ['listen: 127.0.0.1:8080', `listen: 127.0.0.1:${ports.gateway}`],
    ['http://localhost:8080', `http://localhost:${ports.public}`],
    ['http://127.0.0.1:8081', `http://127.0.0.1:${ports.portal}`],
  ];
  const text = [...places, ...changes].reduce(changed, readFileSync(demoSettings, 'utf8'));
  // For the operator's commands, which read it from there.
  writeFileSync(join(folder, 'palier.yaml'), text);
  const parsed = parseConfig(text, {
    readFile: (path) => readFileSync(path, 'utf8'),
    environment: {},
    folder,
  });
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems, null, 2));
  return parsed.config;
}

function changed(text: string, [from, to]: readonly [string, string]): string {
  if (!text.includes(from)) throw new Error(`the demo's configuration no longer says "${from}"`);
  return text.replaceAll(from, to);
}

async function ticketFor(gateway: Gateway, login: string): Promise<string> {
  const account = parseAccountId(login);
  if (account === undefined) throw new TypeError('no such name');
  const { code } = await gateway.mfa.tickets.issue(account, 'test', secondsOf(3_600));
  return code;
}

function listen(server: ReturnType<typeof createPortal>['server']): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}
