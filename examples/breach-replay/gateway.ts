// The gateway of a run: `palier serve` as an operator starts it, on a free port, with keys and stores of its own
// that are gone when the run is over.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepareState } from '../demo/state.ts';
import { startProgram } from './processes.ts';

/** A gateway in a process of its own. */
export interface RunningGateway {
  readonly origin: URL;
  stop(): Promise<void>;
}

const palier: URL = new URL('../../packages/gateway/bin/palier.js', import.meta.url);
const settings: URL = new URL('palier.yaml', import.meta.url);

/** Starts a gateway in front of a portal; `change` edits its configuration, to take a defence away. */
export async function startGateway(
  portal: URL,
  change: (settings: string) => string = (unchanged) => unchanged,
): Promise<RunningGateway> {
  const folder = mkdtempSync(join(tmpdir(), 'palier-replay-'));
  const clean = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    await prepareState(folder);
    const port = await freePort();
    const file = join(folder, 'palier.yaml');
    const text = readFileSync(settings, 'utf8')
      .replaceAll(':8080', `:${port}`)
      .replaceAll(':8081', `:${portal.port}`);
    writeFileSync(file, change(text));
    const program = await startProgram(palier, {
      args: ['serve', '--config', file],
      ready: /^palier listens on /,
    });
    const stop = (): Promise<void> => program.stop().finally(clean);
    return { origin: new URL(`http://localhost:${port}`), stop };
  } catch (error) {
    clean();
    throw error;
  }
}

// A gateway has to know its public origin before it listens.
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
