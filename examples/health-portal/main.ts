// The health portal: `npm run health-portal -- [--port 8080] [--json] [--state FOLDER]`. Runs until it is interrupted.
// Without --state everything it kept is deleted at the end.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { explanation } from './explanation.ts';
import { startHealthPortal } from './start.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '8080' },
    json: { type: 'boolean', default: false },
    state: { type: 'string' },
    verbose: { type: 'boolean', default: false },
  },
});
const port = Number(values.port);
if (!/^\d{1,5}$/.test(values.port) || port > 65_535) {
  console.error('--port is a number from 0 (any free port) to 65535');
  process.exit(2);
}

// Whoever starts it in another program may interrupt it before it is ready.
const stopped = new Promise<void>((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
});
const folder = values.state ?? mkdtempSync(join(tmpdir(), 'palier-health-portal-'));
// The provider's library tells its own notices on both streams; with --json only our line may be there.
const print = console.log;
if (!values.verbose) Object.assign(console, { info: () => undefined, warn: () => undefined });

try {
  const portal = await startHealthPortal({
    port,
    folder,
    log: values.verbose ? (line) => console.error(JSON.stringify(line)) : brokenOnly,
  });
  const { close, ...ready } = portal;
  print(values.json ? JSON.stringify(ready) : explanation(portal));
  await stopped;
  await close();
} catch (error) {
  console.error(reasonOf(error));
  process.exitCode = 1;
} finally {
  if (values.state === undefined) rmSync(folder, { recursive: true, force: true });
}

function reasonOf(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const taken = 'code' in error && error.code === 'EADDRINUSE';
  return taken
    ? `port ${port} is taken; choose another one: npm run health-portal -- --port 8090`
    : error.message;
}

// What broke is worth a line even here; decisions are not.
function brokenOnly(line: Readonly<Record<string, unknown>>): void {
  if (line['kind'] === 'broken') console.error(JSON.stringify(line));
}
