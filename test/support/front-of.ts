// A gateway in front of any portal, by a configuration written in the test. Words in capitals are filled in: GATEWAY,
// PUBLIC and PORTAL (ports), FOLDER.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Config, createGateway, type Gateway, parseConfig } from '@palier/gateway';
import { type AccountId, parseAccountId, secondsOf } from '@palier/mfa-core';
import { prepareState } from '../../examples/demo/state.ts';
import { freePort } from '../../examples/portal/free-port.ts';
import { createMovingClock, type MovingClock } from './moving-clock.ts';

export interface FrontOf {
  readonly origin: URL;
  readonly port: number;
  readonly gateway: Gateway;
  readonly clock: MovingClock;
  readonly log: readonly Readonly<Record<string, unknown>>[];
  readonly folder: string;
  ticketFor(login: string): Promise<string>;
  /** Closes the gateway and opens another one on the same folder and port. */
  again(): Promise<FrontOf>;
  close(): Promise<void>;
}

const common = `
listen: 127.0.0.1:GATEWAY
healthListen: 127.0.0.1:0
origin: http://localhost:PUBLIC
upstream: http://127.0.0.1:PORTAL
keys: { file: palier-keys.json }
ledger: { directory: ledger-GATEWAY, sealTo: ledger-public.jwk }
`;

/** `text` is the rest of the configuration: identity, routes and what the test is about. */
export async function startFrontOf(portal: number, text: string): Promise<FrontOf> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'palier-front-'));
  await prepareState(folder);
  return open({ folder, portal, text, port, publicPort: port, clock: createMovingClock() });
}

/** A second instance of the same gateway: the same keys, origin and clock, another port and ledger. */
export async function startBeside(first: FrontOf, portal: number, text: string): Promise<FrontOf> {
  const { folder, clock } = first;
  return open({ folder, portal, text, port: await freePort(), publicPort: first.port, clock });
}

interface Setting {
  readonly folder: string;
  readonly portal: number;
  readonly text: string;
  readonly port: number;
  /** Port of the public origin. */
  readonly publicPort: number;
  readonly clock: MovingClock;
}

async function open(setting: Setting): Promise<FrontOf> {
  const { folder, port, publicPort, clock } = setting;
  const log: Readonly<Record<string, unknown>>[] = [];
  const gateway = await createGateway(configOf(setting), { clock, log: (line) => void log.push(line) });
  await gateway.listen();
  return {
    origin: new URL(`http://localhost:${publicPort}`),
    port,
    gateway,
    clock,
    log,
    folder,
    ticketFor: async (login) => {
      const { code } = await gateway.mfa.tickets.issue(named(login), 'test', secondsOf(3600));
      return code;
    },
    again: async () => {
      await gateway.close();
      return open(setting);
    },
    close: async () => {
      await gateway.close();
      // The folder is the first instance's.
      if (port === publicPort) rmSync(folder, { recursive: true, force: true });
    },
  };
}

function configOf({ folder, portal, text, port, publicPort }: Setting): Config {
  const filled = `${common}${text}`
    .replaceAll('GATEWAY', `${port}`)
    .replaceAll('PUBLIC', `${publicPort}`)
    .replaceAll('PORTAL', `${portal}`)
    .replaceAll('FOLDER', folder);
  const readFile = (path: string): string => readFileSync(path, 'utf8');
  const parsed = parseConfig(filled, { readFile, environment: {}, folder });
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems, null, 2));
  return parsed.config;
}

function named(login: string): AccountId {
  const account = parseAccountId(login);
  if (account === undefined) throw new TypeError('no such name');
  return account;
}
