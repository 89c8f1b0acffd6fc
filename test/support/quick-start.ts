// The quick start of mfa-core's README, from its own text: three files and the keys in a folder, two commands.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { freePort } from '../../examples/portal/free-port.ts';
import { root } from '../packaging/pack.ts';

const run = promisify(execFile);

export interface QuickStart {
  readonly origin: string;
  /** What `node ticket.ts ACCOUNT` prints. */
  ticket(account: string): Promise<string>;
  stop(): Promise<void>;
}

/** Starts `app.ts` and resolves when it says that it is open. */
export async function startQuickStart(files: ReadonlyMap<string, string>): Promise<QuickStart> {
  mkdirSync(join(root, 'test/.pages/reports'), { recursive: true });
  const cwd = mkdtempSync(join(root, 'test/.pages/reports/quick-start-'));
  for (const [name, text] of files) writeFileSync(join(cwd, name), text);
  const origin = `http://localhost:${await freePort()}`;
  const key = Buffer.alloc(32, 7).toString('base64');
  writeFileSync(join(cwd, '.env'), `MFA_SEALING_KEY=${key}\nMFA_DIGEST_KEY=${key}\n`);
  const env = { ...process.env, ORIGIN: origin };
  const node = ['--conditions=palier-source', '--no-warnings', '--env-file=.env'];
  const child = spawn(process.execPath, [...node, 'app.ts'], {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(createInterface(child.stdout), 'line');
  if (line !== `open ${origin}/login/ana`) throw new Error(`the quick start said ${line}`);
  return {
    origin,
    ticket: async (account) =>
      (await run(process.execPath, [...node, 'ticket.ts', account], { cwd, env })).stdout.trim(),
    stop: () => stop(child, cwd),
  };
}

async function stop(child: ChildProcess, folder: string): Promise<void> {
  if (child.exitCode === null) {
    child.kill();
    await once(child, 'exit');
  }
  rmSync(folder, { recursive: true });
}
