// The demo as somebody meets it: one command, one line, a portal that can be used at once, and nothing left behind.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningProgram, startProgram } from '../breach-replay/processes.ts';

const main: URL = new URL('main.ts', import.meta.url);
const room: string = mkdtempSync(join(tmpdir(), 'palier-demo-test-'));
const start = (...args: readonly string[]): Promise<RunningProgram> =>
  startProgram(main, { args, ready: /^\{"gateway"|^Health: /, environment: { TMPDIR: room } });
afterAll(() => rmSync(room, { recursive: true }));

interface Ready {
  readonly gateway: string;
  readonly portal: string;
  readonly health: string;
  readonly accounts: readonly { readonly login: string; readonly password: string; readonly class: string }[];
  readonly tickets: readonly { readonly account: string; readonly code: string }[];
}

describe('the demo', () => {
  let demo: RunningProgram;
  let ready: Ready;
  let milliseconds: number;
  beforeAll(async () => {
    const from = performance.now();
    demo = await start('--json', '--port', '0');
    milliseconds = performance.now() - from;
    ready = JSON.parse(demo.ready);
  });
  afterAll(() => demo?.stop());

  it('is ready within three seconds', () => {
    // Three seconds of a machine that has nothing else to do: others may be using this one.
    const crowd = Math.max(1, (loadavg()[0] ?? 0) / availableParallelism());
    expect(milliseconds).toBeLessThan(3_000 * crowd);
  });

  it('prints exactly one line, with everything a program needs to use it', () => {
    expect(demo.lines).toEqual([demo.ready]);
    expect(ready).toEqual({
      gateway: expect.stringMatching(/^http:\/\/localhost:\d+$/),
      portal: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      health: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      accounts: [
        { login: 'pharmacie-01', password: 'pharmacie-01-motdepasse', class: 'pharmacy' },
        { login: 'medecin-01', password: 'medecin-01-motdepasse', class: 'gp' },
      ],
      tickets: [
        { account: 'pharmacie-01', code: expect.stringMatching(/^tkt-[0-9A-Z-]{23}$/) },
        { account: 'medecin-01', code: expect.stringMatching(/^tkt-[0-9A-Z-]{23}$/) },
      ],
    });
  });

  it('shows the portal through the gateway, and is healthy', async () => {
    const { port } = new URL(ready.gateway);
    const page = await fetch(`http://localhost:${port}/login`, { headers: { accept: 'text/html' } });
    expect([page.status, (await page.text()).includes('name="password"')]).toEqual([200, true]);
    expect((await fetch(`${ready.health}/ready`)).status).toBe(200);
  });

  it('ends when it is told to, and leaves no folder behind', async () => {
    expect(readdirSync(room)).toHaveLength(1);
    await demo.stop();
    await expect(fetch(ready.portal)).rejects.toThrow();
    expect(readdirSync(room)).toEqual([]);
  });
});

it.each([
  ['--help', 0, /^npm run demo -- \[--port 8080\]/],
  ['--prot', 2, /^Unknown option '--prot'.*\n\nnpm run demo --/s],
] as const)(
  '%s ends with %s and says what may be written, not where the program stood',
  async (word, code, words) => {
    const program = [process.execPath, '--conditions=palier-source', fileURLToPath(main), word] as const;
    const { status, stdout, stderr } = spawnSync(program[0], program.slice(1), { encoding: 'utf8' });
    expect([status, stdout + stderr]).toEqual([code, expect.stringMatching(words)]);
    expect(stderr).not.toContain('    at ');
  },
);

it('says what is wrong with a port, and ends with 2', async () => {
  for (const port of ['eighty', '65536', '-1']) {
    await expect(start(`--port=${port}`)).rejects.toThrow(/ended with 2\n--port is a number/);
  }
});

it('explains itself to people: where to click, what to type, what to see', async () => {
  const demo = await start('--port', '0');
  const text = demo.lines.join('\n');
  await demo.stop();
  for (const word of ['pharmacie-01-motdepasse', 'tkt-', 'http://localhost:', 'Ctrl+C'])
    expect(text).toContain(word);
});
