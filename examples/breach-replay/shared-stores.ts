// A PostgreSQL and a Redis of a run's own: on free ports of 127.0.0.1, in folders that go away with them. Their
// durability is off; what is tested is that two gateways count as one.

import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../portal/free-port.ts';

/** Two servers that are up. */
export interface SharedStores {
  /** The value of `stores` that names them. */
  readonly setting: string;
  stop(): Promise<void>;
}

const versions = '/usr/lib/postgresql';
const places: readonly string[] = [
  ...(existsSync(versions) ? readdirSync(versions).map((version) => join(versions, version, 'bin')) : []),
  ...(process.env['PATH'] ?? '').split(':'),
];

function find(program: string): string | undefined {
  return places.map((folder) => join(folder, program)).find((file) => existsSync(file));
}

/** The programs that are needed and not installed. */
export function missingPrograms(): readonly string[] {
  return ['redis-server', 'postgres', 'initdb'].filter((program) => find(program) === undefined);
}

/** Starts both, empty. */
export async function startSharedStores(): Promise<SharedStores> {
  const folder = mkdtempSync(join(tmpdir(), 'palier-replay-stores-'));
  const children: ChildProcess[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(children.splice(0).map(ended));
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const [redisPort, postgresPort] = [await freePort(), await freePort()];
    const redis = ['--port', `${redisPort}`, '--bind', '127.0.0.1', '--dir', folder, '--save', ''];
    await started(children, 'redis-server', redis, { stdio: ['ignore', 'pipe', 'pipe'] });
    // PostgreSQL refuses to run as root.
    const owner = process.getuid?.() === 0 ? unprivileged() : undefined;
    if (owner !== undefined) chownSync(folder, owner.uid, owner.gid);
    const cluster = join(folder, 'cluster');
    const options: SpawnOptions = {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { LC_ALL: 'C' },
      ...owner,
    };
    const making = ['-D', cluster, '-U', 'palier', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'];
    const [code] = await once(spawn(find('initdb') ?? '', making, { ...options, stdio: 'ignore' }), 'exit');
    if (code !== 0) throw new Error(`initdb ended with ${code}`);
    const settings = [
      `port=${postgresPort}`,
      'listen_addresses=127.0.0.1',
      'unix_socket_directories=',
      'fsync=off',
    ];
    await started(children, 'postgres', ['-D', cluster, ...settings.flatMap((one) => ['-c', one])], options);
    const durable = `postgres://palier@127.0.0.1:${postgresPort}/postgres`;
    const shared = `redis://127.0.0.1:${redisPort}`;
    // A busy machine must not look like broken stores (503): what is played here is the counting.
    return { setting: `{ durable: '${durable}', shared: '${shared}', patience: 5s }`, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function started(
  children: ChildProcess[],
  program: string,
  args: readonly string[],
  options: SpawnOptions,
): Promise<void> {
  const child = spawn(find(program) ?? '', args, options);
  children.push(child);
  return new Promise((resolve, reject) => {
    const hear = (part: Buffer): void => {
      if (/ready to accept connections/i.test(part.toString())) resolve();
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`${program} ended before it was ready`)));
  });
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  // To PostgreSQL: at once, without a shutdown worth the name. Redis ends by it, too.
  child.kill('SIGQUIT');
  await exit;
}

function unprivileged(): { readonly uid: number; readonly gid: number } {
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n');
  const found = ['postgres', 'nobody'].map((name) => lines.find((line) => line.startsWith(`${name}:`)));
  const [, , uid, gid] = (found.find((line) => line !== undefined) ?? '').split(':');
  return { uid: Number(uid), gid: Number(gid) };
}
