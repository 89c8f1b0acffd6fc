// Real Redis and PostgreSQL for tests: started directly on a free port of 127.0.0.1 in a folder of their own, stopped by
// pid, nothing left behind. Their durability is off where a test does not ask for it.
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, chownSync, constants, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { freePort } from '../../examples/portal/free-port.ts';

export interface Server {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Ends the server and removes its folder. Stopping twice is no error. */
  readonly stop: () => Promise<void>;
}

type Program = 'redis-server' | 'postgres' | 'initdb';

/** Where the program is, on the path or where Debian keeps the versions of PostgreSQL. */
function find(program: Program): string | undefined {
  const onPath = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/bin', '/usr/local/bin'];
  return [...versions(), ...onPath].map((folder) => join(folder, program)).find(isExecutable);
}

function versions(): readonly string[] {
  const parent = '/usr/lib/postgresql';
  try {
    const found = readdirSync(parent).sort((a, b) => Number(b) - Number(a));
    return found.map((version) => join(parent, version, 'bin'));
  } catch {
    return [];
  }
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Whether tests that need the server are to be skipped: `describe.skipIf(isMissing('redis'))`. Under CI=true nothing is
 * skipped, so that a missing program fails the run.
 */
export function isMissing(server: 'redis' | 'postgres'): boolean {
  if (process.env['CI'] === 'true') return false;
  const programs: readonly Program[] = server === 'redis' ? ['redis-server'] : ['postgres', 'initdb'];
  return programs.some((program) => find(program) === undefined);
}

function located(program: Program): string {
  const file = find(program);
  if (file === undefined) throw new Error(`${program} is not installed: npm run preflight`);
  return file;
}

/** Starts an empty Redis; `options` are its own, such as `--maxmemory-policy`, `allkeys-lru`. */
export async function startRedis(options: readonly string[] = []): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), 'palier-redis-'));
  const port = await freePort();
  const place = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', folder];
  const quiet = ['--save', '', '--appendonly', 'no'];
  const child = spawn(located('redis-server'), [...place, ...quiet, ...options], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  await saying(child, 'Ready to accept connections');
  return serverOf(`redis://127.0.0.1:${port}`, port, { child, folder, signal: 'SIGKILL' });
}

/** Starts an empty PostgreSQL with one superuser without a password, `palier`. It refuses to run as root, so it does not. */
export async function startPostgres(options: readonly string[] = []): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), 'palier-postgres-'));
  const as = unprivileged();
  if (as !== undefined) chownSync(folder, as.uid, as.gid);
  const place: SpawnOptions = { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], env: { LC_ALL: 'C' }, ...as };
  const making = ['-D', folder, '-U', 'palier', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'];
  await finished(spawn(located('initdb'), making, place));
  const port = await freePort();
  const settings = [
    `port=${port}`,
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'fsync=off',
    ...options,
  ];
  const running = settings.flatMap((setting) => ['-c', setting]);
  const child = spawn(located('postgres'), ['-D', folder, ...running], place);
  await saying(child, 'ready to accept connections');
  return serverOf(`postgres://palier@127.0.0.1:${port}/postgres`, port, { child, folder, signal: 'SIGQUIT' });
}

function unprivileged(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n');
  const names = ['postgres', 'nobody'].map((name) => lines.find((line) => line.startsWith(`${name}:`)));
  const [, , uid, gid] = (names.find((line) => line !== undefined) ?? '').split(':');
  return { uid: Number(uid), gid: Number(gid) };
}

/** Waits until the program has printed the words; what it printed instead is the error. */
function saying(child: ChildProcess, words: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = '';
    const hear = (chunk: Buffer): void => {
      said = `${said}${chunk.toString()}`.slice(-4000);
      if (said.includes(words)) resolve();
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`it ended before it was ready: ${said}`)));
  });
}

async function finished(child: ChildProcess): Promise<void> {
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`it ended with ${code}: ${said.slice(-4000)}`);
}

interface Running {
  readonly child: ChildProcess;
  readonly folder: string;
  readonly signal: 'SIGKILL' | 'SIGQUIT';
}

function serverOf(url: string, port: number, { child, folder, signal }: Running): Server {
  const end = (): void => void child.kill(signal);
  process.once('exit', end);
  const stop = async (): Promise<void> => {
    process.off('exit', end);
    const isRunning = child.exitCode === null && child.signalCode === null;
    if (isRunning) {
      end();
      await once(child, 'exit');
    }
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  return { url, port, pid: child.pid ?? 0, stop };
}
