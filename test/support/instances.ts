// Several gateways as processes of their own on one PostgreSQL and one Redis, behind a switch that knows nothing but
// TCP, in front of one portal. Time is real: the processes share nothing but the two servers.
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server as NetServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { instantOf } from '@palier/mfa-core';
import { demoSettings } from '../../examples/demo/settings.ts';
import { prepareState } from '../../examples/demo/state.ts';
import { createAccounts } from '../../examples/portal/accounts.ts';
import { freePort } from '../../examples/portal/free-port.ts';
import { createPopulation, type Population } from '../../examples/portal/population.ts';
import { createPortal } from '../../examples/portal/portal.ts';
import type { MovingClock } from './moving-clock.ts';
import type { Changes, Site } from './start.ts';

const palier = fileURLToPath(new URL('../../packages/gateway/bin/palier.js', import.meta.url));

export interface Instance {
  readonly port: number;
  readonly healthPort: number;
  readonly pid: number;
  /** Every line it printed, over all its lives. */
  readonly log: readonly Readonly<Record<string, unknown>>[];
  /** kill -9. */
  kill(): Promise<void>;
  /** Starts it again on its port and configuration. */
  start(): Promise<void>;
  readonly isRunning: boolean;
}

export interface Instances extends Pick<Site, 'origin' | 'ticketFor'> {
  /** Where keys, stores and ledgers are. */
  readonly folder: string;
  readonly persons: Population;
  readonly clock: MovingClock;
  readonly all: readonly Instance[];
  /** To this instance alone, or to each in turn. */
  send(to: number | 'in-turn'): void;
  /** Runs a command of the operator; answers its exit code and what it printed. */
  palier(...words: readonly string[]): Promise<{ readonly code: number; readonly out: string }>;
  close(): Promise<void>;
}

interface Places {
  readonly stores: string;
  readonly changes?: Changes;
  readonly count?: number;
  /** Puts something into the folder before the first instance starts. */
  readonly before?: (folder: string) => void;
  /** Words of a shell before each instance, such as a limit. */
  readonly limit?: string;
}

/** Starts them on the stores named; `changes` are words of the demo's configuration. */
export async function startInstances(places: Places): Promise<Instances> {
  const { stores, changes = [], count = 2, before = (): void => undefined, limit = '' } = places;
  const folder = mkdtempSync(join(tmpdir(), 'palier-instances-'));
  await prepareState(folder);
  before(folder);
  const persons = createPopulation({ size: 20_000, seed: 1 });
  const accounts = createAccounts({ perClass: 9, random: randomBytes });
  const clock = aheadClock();
  const portal = createPortal({
    persons,
    accounts,
    mail: () => undefined,
    clock: clock.now,
    random: randomBytes,
  });
  const portalPort = await listening(portal.server);
  const ports = await Promise.all(Array.from({ length: count }, () => freePort()));
  const door = switchTo(ports);
  const publicPort = await listening(door.server);
  const files = ports.map((port, index) => {
    const file = join(folder, `palier-${index}.yaml`);
    const places: Changes = [
      ['listen: 127.0.0.1:8080', `listen: 127.0.0.1:${port}`],
      ['http://localhost:8080', `http://localhost:${publicPort}`],
      ['http://127.0.0.1:8081', `http://127.0.0.1:${portalPort}`],
      ['stores: { durable: sqlite:palier.db, shared: sqlite:palier.db }', `stores: ${stores}`],
      ['directory: ledger,', `directory: ledger-${index},`],
      ...changes,
    ];
    writeFileSync(file, places.reduce(changed, readFileSync(demoSettings, 'utf8')));
    return file;
  });
  const all = await Promise.all(files.map((file, index) => startInstance(file, ports[index] ?? 0, limit)));
  const command = (...words: readonly string[]): ReturnType<Instances['palier']> =>
    run([...words, '--config', files[0] ?? '']);
  return {
    origin: new URL(`http://localhost:${publicPort}`),
    folder,
    persons,
    clock,
    all,
    send: door.send,
    palier: command,
    ticketFor: async (login) => {
      const { out } = await command('ticket', 'issue', login, '--json');
      await aStepToType();
      return JSON.parse(out).code as string;
    },
    close: async () => {
      await Promise.all(all.map((one) => one.kill()));
      door.close();
      await portal.close();
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** The code of such a phone is one step old, and two are too many: none is read just before the next step. */
async function aStepToType(): Promise<void> {
  while (Date.now() % 30_000 > 26_000) await new Promise((resolve) => setTimeout(resolve, 100));
}

/** A phone that is half a minute slow, which is forgiven: put right, it shows a second code at the same moment. */
function aheadClock(): MovingClock {
  let ahead = -30_000;
  return {
    now: () => instantOf(Date.now() + ahead),
    advance: (seconds) => {
      ahead += seconds * 1000;
    },
  };
}

function changed(text: string, [from, to]: readonly [string, string]): string {
  if (!text.includes(from)) throw new Error(`the demo's configuration no longer says "${from}"`);
  return text.replaceAll(from, to);
}

async function listening(server: NetServer): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Passes each connection on whole. An instance that is gone is skipped, as a balancer would. */
function switchTo(ports: readonly number[]): {
  readonly server: NetServer;
  readonly send: Instances['send'];
  readonly close: () => void;
} {
  let target: number | 'in-turn' = 'in-turn';
  let turn = 0;
  const open = new Set<Socket>();
  const server = createServer((client) => {
    open.add(client);
    client.on('error', () => client.destroy()).on('close', () => open.delete(client));
    const attempt = (tries: number): void => {
      turn += 1;
      const index = target === 'in-turn' ? turn % ports.length : target;
      const onward = connect(ports[index] ?? 0, '127.0.0.1');
      let joined = false;
      onward.on('error', () => (joined || tries === 0 ? client.destroy() : attempt(tries - 1)));
      onward.on('connect', () => {
        joined = true;
        client.pipe(onward).pipe(client);
      });
      onward.on('close', () => joined && client.end());
    };
    attempt(ports.length);
  });
  return {
    server,
    send: (to) => {
      target = to;
    },
    close: () => {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}

async function startInstance(file: string, port: number, limit: string): Promise<Instance> {
  const log: Readonly<Record<string, unknown>>[] = [];
  let child: ChildProcess | undefined;
  let healthPort = 0;
  const start = async (): Promise<void> => {
    const words = [palier, 'serve', '--json', '--config', file];
    child = spawn('sh', ['-c', `${limit} exec "$0" "$@"`, process.execPath, ...words], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    healthPort = Number(
      String((await readyOf(child, log))['health'])
        .split(':')
        .at(-1),
    );
  };
  const isRunning = (): boolean =>
    child !== undefined && child.exitCode === null && child.signalCode === null;
  await start();
  return {
    port,
    get healthPort() {
      return healthPort;
    },
    get pid() {
      return child?.pid ?? 0;
    },
    get isRunning() {
      return isRunning();
    },
    log,
    start,
    kill: async () => {
      if (child === undefined || !isRunning()) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}

function readyOf(
  child: ChildProcess,
  log: Readonly<Record<string, unknown>>[],
): Promise<Readonly<Record<string, unknown>>> {
  return new Promise((resolve, reject) => {
    let said = '';
    child.stderr?.on('data', (part: Buffer) => (said += part.toString()));
    child.once('exit', (code) => reject(new Error(`an instance ended with ${code}: ${said}`)));
    if (child.stdout === null) return reject(new Error('no output'));
    createInterface({ input: child.stdout }).on('line', (text) => {
      const line = JSON.parse(text) as Readonly<Record<string, unknown>>;
      log.push(line);
      if ('listening' in line) resolve(line);
    });
  });
}

async function run(words: readonly string[]): ReturnType<Instances['palier']> {
  const child = spawn(process.execPath, [palier, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  child.stdout.on('data', (part: Buffer) => (out += part.toString()));
  child.stderr.on('data', (part: Buffer) => (err += part.toString()));
  const [code] = await once(child, 'close');
  return { code: Number(code), out: out === '' ? err : out };
}
