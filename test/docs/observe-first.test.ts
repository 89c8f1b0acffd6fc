// The commands of docs/observe-first.md, in their order, in a folder that palier init filled.
import { execFile } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { healthServer } from '../../packages/gateway/src/health.ts';

const page = readFileSync(new URL('../../docs/observe-first.md', import.meta.url), 'utf8');
const commands = [...page.matchAll(/```sh\n(.*?)\n```/gs)].map(([, text]) => text ?? '');
const launcher = new URL('../../packages/gateway/bin/palier.js', import.meta.url).pathname;
let folder: string;

function run(command: string): Promise<{ readonly code: number; readonly out: string }> {
  return new Promise((resolve) => {
    execFile('node', [launcher, ...command.split(' ').slice(1)], { cwd: folder }, (error, out, err) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out: out + err });
    });
  });
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'palier-'));
  expect((await run('palier init')).code).toBe(0);
}, 20_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('observe first', () => {
  it('shows what a gateway would have asked', async () => {
    const health = healthServer(
      () => Promise.resolve(),
      () => [{ class: 'pharmacy', denial: 'step-up:no-proof', count: 3 }],
    );
    await new Promise<void>((resolve) => health.listen(0, '127.0.0.1', resolve));
    const file = join(folder, 'palier.yaml');
    const before = readFileSync(file, 'utf8');
    const { port } = health.address() as AddressInfo;
    writeFileSync(file, `healthListen: 127.0.0.1:${port}\n${before.replace(/^healthListen:.*$/m, '')}`);
    const shown = await run(commands[0] ?? '');
    writeFileSync(file, before);
    health.close();
    expect(shown).toMatchObject({ code: 0 });
    expect(shown.out).toMatch(/^pharmacy +step-up:no-proof +3$/m);
  });

  it('shows of one that enforces how often caps refuse somebody', async () => {
    const health = healthServer(
      () => Promise.resolve(),
      () => undefined,
      () => [{ class: 'gp', cap: 'new-records', accountDays: 7 }],
    );
    await new Promise<void>((resolve) => health.listen(0, '127.0.0.1', resolve));
    const file = join(folder, 'palier.yaml');
    const before = readFileSync(file, 'utf8');
    const { port } = health.address() as AddressInfo;
    writeFileSync(file, `healthListen: 127.0.0.1:${port}\n${before.replace(/^healthListen:.*$/m, '')}`);
    const shown = await run(commands[0] ?? '');
    writeFileSync(file, before);
    health.close();
    expect(shown).toMatchObject({ code: 0 });
    expect(shown.out).toContain('the gateway enforces');
    expect(shown.out).toMatch(/^gp +new-records +7$/m);
  });

  it('says so when no gateway answers, or another program, and which setting sent it there', async () => {
    const other = createServer((_request, response) => response.writeHead(404).end());
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const file = join(folder, 'palier.yaml');
    const before = readFileSync(file, 'utf8');
    const { port } = other.address() as AddressInfo;
    writeFileSync(file, `healthListen: 127.0.0.1:${port}\n${before.replace(/^healthListen:.*$/m, '')}`);
    const answer = await run(commands[0] ?? '');
    other.close();
    const silent = await run(commands[0] ?? '');
    writeFileSync(file, before);
    expect([answer.code, silent.code]).toEqual([1, 1]);
    expect(answer.out).toContain(
      `another program answers at http://127.0.0.1:${port}, where healthListen of`,
    );
    expect(silent.out).toContain('fix: start it (palier serve)');
    expect(silent.out).toContain('no gateway answers');
  });

  it('fits budgets to a log that the configuration then takes', async () => {
    // Fifteen days of fourteen accounts.
    const line = (place: number): string =>
      `192.0.2.7 - medecin-${place % 14} [${10 + Math.floor(place / 14)}/Mar/2026:08:00:${String(place % 60).padStart(2, '0')} +0100] "GET /patients/185069999${String(place).padStart(4, '0')} HTTP/1.1" 200 512 "-" "-"\n`;
    writeFileSync(
      join(folder, 'access.log'),
      Array.from({ length: 210 }, (_, place) => line(place)).join(''),
    );
    const analysed = await run(commands[1] ?? '');
    expect(analysed).toMatchObject({ code: 0 });
    expect(analysed.out).toContain('210 lines (combined), 0 malformed');
    expect(analysed.out).toContain('rests on 210 active account-day(s) of 14 account(s) on 15 day(s)');
    appendFileSync(join(folder, 'palier.yaml'), `\n${readFileSync(join(folder, 'fitted.yaml'), 'utf8')}`);
    expect(await run(commands[2] ?? '')).toMatchObject({ code: 0 });
    expect(readFileSync(join(folder, 'curve.svg'), 'utf8')).toContain('<polyline');
  });
});
