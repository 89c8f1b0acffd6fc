// The commands of docs/observe-first.md, in their order, in a folder that palier init filled.
import { execFile, execFileSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { instantOf } from '@palier/mfa-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { healthServer, type RefusedTables } from '../../packages/gateway/src/health.ts';

const page = readFileSync(new URL('../../docs/observe-first.md', import.meta.url), 'utf8');
const commands = [...page.matchAll(/```sh\n(.*?)\n```/gs)].map(([, text]) => text ?? '');
const launcher = new URL('../../packages/gateway/bin/palier.js', import.meta.url).pathname;
let folder: string;

const nothingRefused = (): RefusedTables => ({ counts: [], refusals: [], observed: undefined });

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
    const health = healthServer(() => Promise.resolve(), {
      observed: () => ({
        counts: [
          { class: 'pharmacy', denial: 'step-up:no-proof', count: 3 },
          {
            class: 'gp',
            denial: 'refuse:body-not-declared',
            route: 'POST /search',
            type: 'application/x-www-form-urlencoded',
            count: 5,
          },
        ],
        addresses: [{ method: 'GET', address: '/aat/{…}', count: 2 }],
      }),
      refused: nothingRefused,
    });
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
    const search =
      /^gp +refuse:body-not-declared +5 +POST \/search, content type: application\/x-www-form-urlencoded$/m;
    expect(shown.out).toMatch(search);
    expect(shown.out).toMatch(/^refuse:body-not-declared: write body: \{ types: /m);
    expect(shown.out).toMatch(/^2 +GET +\/aat\/\{…\}$/m);
  });

  it('shows of one that enforces how often caps refuse somebody', async () => {
    const health = healthServer(() => Promise.resolve(), {
      observed: () => undefined,
      refused: () => ({
        counts: [{ class: 'gp', cap: 'new-records', accountDays: 7 }],
        refusals: [
          { class: '-', denial: 'refuse:not-declared', count: 4 },
          { class: '-', denial: 'refuse:body-not-declared', route: 'POST /search', count: 9 },
        ],
        observed: {
          until: instantOf(Date.UTC(2026, 2, 2, 7)),
          counts: [{ class: 'pharmacy', denial: 'step-up:no-proof', count: 3 }],
          addresses: [],
        },
      }),
    });
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
    expect(shown.out).toMatch(/^refuse:body-not-declared +9 +POST \/search$/m);
    expect(shown.out).toMatch(/^refuse:not-declared +4$/m);
    expect(shown.out).toContain('observed before it enforced, until 2026-03-02T07:00:00.000Z:');
    expect(shown.out).toMatch(/^pharmacy +step-up:no-proof +3$/m);
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

  it('sums up a log by what was refused where, since more than one process wrote it', () => {
    const line = (outcome: string, more: string): string =>
      `{"time":"2026-03-02T07:00:00.000Z","kind":"decision","outcome":"${outcome}","status":415,"method":"POST",${more}"peer":"192.0.2.7","records":0}\n`;
    const refused = line('refuse:body-not-declared', '"route":"POST /search",');
    const undeclared = line('refuse:not-declared', '"address":"/aat/{…}",');
    writeFileSync(join(folder, 'palier.log'), refused + undeclared + line('forward', '') + refused);
    const out = execFileSync('sh', ['-c', commands[3] ?? ''], { cwd: folder, encoding: 'utf8' });
    const sums = out
      .trim()
      .split('\n')
      .map((one) => one.trim());
    expect(sums).toEqual([
      '2 "outcome":"refuse:body-not-declared","status":415,"method":"POST","route":"POST /search"',
      '1 "outcome":"refuse:not-declared","status":415,"method":"POST","address":"/aat/{…}"',
    ]);
  });
});
