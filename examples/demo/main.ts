// The demo: `npm run demo -- [--port 8080] [--json] [--state FOLDER]`. Runs until it is interrupted. Without
// --state everything it kept is deleted at the end.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { explanation } from './explanation.ts';
import { startDemo } from './start.ts';

const usage = `npm run demo -- [--port 8080] [--json] [--state FOLDER] [--verbose]

  --port     where the gateway listens; 0 takes any free port
  --json     one line for programs
  --state    a folder that is kept; without it everything is deleted at the end
  --verbose  every line of the gateway's log
`;
const values = valuesOf();
if (values.help) {
  console.log(usage);
  process.exit(0);
}
const port = Number(values.port);
if (!/^\d{1,5}$/.test(values.port) || port > 65_535) {
  console.error('--port is a number from 0 (any free port) to 65535');
  process.exit(2);
}

// Whoever starts the demo in another program may interrupt it before it is ready.
const stopped = new Promise<void>((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
});
const started = performance.now();
const folder = values.state ?? mkdtempSync(join(tmpdir(), 'palier-demo-'));
const say = values.json ? () => {} : console.log;

try {
  const demo = await startDemo({
    port,
    folder,
    mail: ({ to, link }) => say(`mail to ${to}: ${link}`),
    log: values.verbose ? (line) => console.error(JSON.stringify(line)) : brokenOnly,
  });
  const { close, numbers, ...ready } = demo;
  console.log(values.json ? JSON.stringify(ready) : explanation(demo, performance.now() - started));
  await stopped;
  await close();
} catch (error) {
  console.error(reasonOf(error));
  process.exitCode = 1;
} finally {
  if (values.state === undefined) rmSync(folder, { recursive: true, force: true });
}

function valuesOf() {
  try {
    return parseArgs({
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        port: { type: 'string', default: '8080' },
        json: { type: 'boolean', default: false },
        state: { type: 'string' },
        verbose: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : 'unknown words'}\n\n${usage}`);
    process.exit(2);
  }
}

function reasonOf(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const taken = 'code' in error && error.code === 'EADDRINUSE';
  return taken ? `port ${port} is taken; choose another one: npm run demo -- --port 8090` : error.message;
}

// What broke is worth a line even in a demo; decisions are not.
function brokenOnly(line: Readonly<Record<string, unknown>>): void {
  if (line['kind'] === 'broken') console.error(JSON.stringify(line));
}
