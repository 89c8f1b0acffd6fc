// Real front servers for tests, from Debian's packages: nginx, HAProxy, Caddy and Apache on a port of the loopback, each
// with a configuration that is shipped (examples/fronts) or written by the test. Stopped by pid, nothing left behind.
// Envoy and Traefik are in no package of Debian's: they run only where PALIER_FRONTS names them and the PATH has them.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

export type FrontProgram = 'nginx' | 'haproxy' | 'caddy' | 'apache2' | ByHand;
/** Fronts that only a maintainer who has them runs (CONTRIBUTING.md). */
export type ByHand = 'envoy' | 'traefik';

export interface FrontServer {
  readonly port: number;
  /** What the program printed or logged so far. */
  said(): string;
  stop(): Promise<void>;
}

/** Words of a shipped file to change: each must be there. */
export type Fillings = readonly (readonly [from: string, to: string])[];

const shipped = new URL('../../examples/fronts/', import.meta.url);

/** A shipped file with its places filled. */
export function shippedFront(file: string, fillings: Fillings): string {
  return fillings.reduce(
    (text, [from, to]) => {
      if (!text.includes(from)) throw new Error(`${file} no longer says "${from}"`);
      return text.replaceAll(from, to);
    },
    readFileSync(new URL(file, shipped), 'utf8'),
  );
}

const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/bin', '/usr/local/bin'];

function located(program: FrontProgram): string | undefined {
  return folders
    .map((folder) => join(folder, program))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** Whether tests that need it are to be skipped; under CI=true nothing is. */
export function isFrontMissing(program: FrontProgram): boolean {
  return process.env['CI'] !== 'true' && located(program) === undefined;
}

const named: ReadonlySet<string> = new Set((process.env['PALIER_FRONTS'] ?? '').split(','));

/** Whether a front is to be run here: those of Debian's packages are always, the others when they are asked for. */
export function isAskedFor(program: FrontProgram): boolean {
  return (program !== 'envoy' && program !== 'traefik') || named.has(program);
}

/** What surrounds a site's configuration so that the program runs in the foreground, in a folder of its own. */
const surroundings: Readonly<
  Record<
    FrontProgram,
    (
      folder: string,
      site: string,
      before: string,
    ) => { readonly main: string; readonly argv: readonly string[] }
  >
> = {
  nginx: (folder, site, before) => ({
    main: `${before}
daemon off; master_process off; worker_processes 1; pid ${folder}/pid; error_log ${folder}/log warn;
events { worker_connections 512; }
http {
  access_log off;
  client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
${site}
}`,
    argv: ['-e', `${folder}/log`, '-c', `${folder}/main`],
  }),
  haproxy: (folder, site) => ({ main: site, argv: ['-db', '-f', `${folder}/main`] }),
  caddy: (folder, site) => ({
    main: site,
    argv: ['run', '--config', `${folder}/main`, '--adapter', 'caddyfile'],
  }),
  envoy: (folder, site) => ({
    main: site,
    argv: [
      '-c',
      `${folder}/main.yaml`,
      '--concurrency',
      '1',
      '--disable-hot-restart',
      '--log-level',
      'warning',
    ],
  }),
  traefik: (folder, site) => ({ main: site, argv: [`--configFile=${folder}/main.yaml`] }),
  apache2: (folder, site) => ({
    main: `ServerRoot /usr/lib/apache2
PidFile ${folder}/pid
DefaultRuntimeDir ${folder}
Mutex file:${folder}
ErrorLog ${folder}/log
User #${process.getuid?.() === 0 ? 65534 : (process.getuid?.() ?? 65534)}
LoadModule mpm_event_module modules/mod_mpm_event.so
LoadModule authz_core_module modules/mod_authz_core.so
${site}`,
    argv: ['-X', '-d', '/usr/lib/apache2', '-f', `${folder}/main`],
  }),
};

/** Starts it and waits until it takes connections; `files` are put beside its configuration, `{folder}` is where; the one
 * called `before` stands at its top. */
export async function startFront(
  program: FrontProgram,
  site: string,
  port: number,
  files: Readonly<Record<string, string>> = {},
): Promise<FrontServer> {
  const folder = mkdtempSync(join(tmpdir(), `palier-${program}-`));
  mkdirSync(join(folder, 'home'));
  const around = surroundings[program];
  const { main, argv } = around(folder, site.replaceAll('{folder}', folder), files['before'] ?? '');
  const read = program === 'envoy' || program === 'traefik' ? 'main.yaml' : 'main';
  writeFileSync(join(folder, read), main);
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  const home = join(folder, 'home');
  const child = spawn(located(program) ?? program, argv, {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: folders.join(delimiter),
      HOME: home,
      XDG_DATA_HOME: home,
      XDG_CONFIG_HOME: home,
      LC_ALL: 'C',
    },
  });
  const end = (): void => void child.kill('SIGKILL');
  process.once('exit', end);
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (part: Buffer) => (printed = `${printed}${part.toString()}`.slice(-20_000)));
  const said = (): string => printed + logOf(folder);
  await listening(child, port, said);
  return {
    port,
    said,
    stop: async () => {
      process.off('exit', end);
      if (child.exitCode === null && child.signalCode === null) {
        end();
        await once(child, 'exit');
      }
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function logOf(folder: string): string {
  try {
    return readFileSync(join(folder, 'log'), 'utf8').slice(-20_000);
  } catch {
    return '';
  }
}

async function listening(child: ChildProcess, port: number, said: () => string): Promise<void> {
  for (const deadline = performance.now() + 20_000; performance.now() < deadline; ) {
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}: ${said()}`);
    if (await takes(port)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  child.kill('SIGKILL');
  throw new Error(`it did not listen in 20 s: ${said()}`);
}

function takes(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
