// A portal that nobody started, or an address with a slip in it: said before the first professional meets a 502.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prepareState } from '../../../../examples/demo/state.ts';
import { freePort } from '../../../../examples/portal/free-port.ts';
import { checkCommand } from './check.ts';
import { soundStart } from './start-files.ts';
import type { Terminal } from './terminal.ts';
import { upstreamWarnings } from './upstream-warnings.ts';

const starter = readFileSync(new URL('../../assets/palier.yaml', import.meta.url), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'palier-upstream-'));
const file = join(folder, 'palier.yaml');
let portal: Server;
let there: number;
let nowhere: number;

beforeAll(async () => {
  await prepareState(folder);
  portal = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => portal.listen(0, '127.0.0.1', resolve));
  there = (portal.address() as AddressInfo).port;
  nowhere = await freePort();
});
afterAll(() => {
  portal.close();
  rmSync(folder, { recursive: true, force: true });
});

async function check(upstream: string, listen = '127.0.0.1:8080'): Promise<readonly [number, string]> {
  const text = starter.replace('listen: 127.0.0.1:8080', `listen: ${JSON.stringify(listen)}`);
  writeFileSync(file, text.replace('upstream: http://127.0.0.1:8081', `upstream: ${upstream}`));
  let said = '';
  const hear = (words: string): void => {
    said += words;
  };
  const code = await checkCommand([file], { ...silent, out: hear });
  return [code, said];
}

const silent: Terminal = { out: () => undefined, err: () => undefined, environment: {}, interactive: false };

describe('palier check tries each upstream', () => {
  it('and warns of one where nobody listens, by its line, without refusing', async () => {
    const [code, said] = await check(`http://127.0.0.1:${nowhere}`);
    expect(code).toBe(0);
    expect(said).toMatch(/palier\.yaml:7:1 {2}upstream.*: warning: nothing listens at 127\.0\.0\.1:/);
    expect(said).toContain('fix: start the portal, or write its address');
    expect(said).toContain('is sound');
    let told = '';
    const listen = (words: string): void => {
      told += words;
    };
    await soundStart(file, { ...silent, err: listen });
    expect(told).toContain('warning: nothing listens at');
  });

  it('and says nothing of one that takes a connection', async () => {
    expect(await check(`http://127.0.0.1:${there}`)).toEqual([0, `${file} is sound\n`]);
  });

  it('and names the one of several', async () => {
    const one = (port: number): string => `{ url: "http://127.0.0.1:${port}" }`;
    const [, said] = await check(`{ default: ${one(there)}, files: ${one(nowhere)} }`);
    expect(said.match(/warning/g)).toHaveLength(1);
    expect(said).toContain('upstream.files.url: warning');
  });

  it('and waits a second at most for one that is silent', async () => {
    // TEST-NET-1: nobody answers there, or somebody on the way says so at once.
    const began = performance.now();
    const url = new URL('http://192.0.2.1:8081');
    const told = await upstreamWarnings({
      upstreams: new Map([['default', { url, ca: undefined, host: undefined }]]),
    });
    expect(told).toHaveLength(1);
    expect(performance.now() - began).toBeLessThan(1900);
  });
});

describe('an upstream that is the gateway itself', () => {
  it.each([
    ['http://127.0.0.1:8080', '127.0.0.1:8080'],
    ['http://localhost:8080', '127.0.0.1:8080'],
    ['http://127.0.0.1:8080', 'localhost:8080'],
    ['http://127.0.0.1:8080', '0.0.0.0:8080'],
    ['http://[::1]:8080', '[::]:8080'],
    ['http://127.0.0.1', '127.0.0.1:80'],
  ])('%s is refused where it listens on %s: it is a loop', async (upstream, listen) => {
    const [code, said] = await check(upstream, listen);
    expect(code).toBe(1);
    expect(said).toContain('every request would come back to it');
    expect(said).toContain('fix: write the address of the portal');
  });

  it.each([
    ['http://127.0.0.1:8081', '127.0.0.1:8080'],
    ['http://[::1]:8080', '127.0.0.1:8080'],
    ['http://192.0.2.7:8080', '127.0.0.1:8080'],
    ['http://127.0.0.2:8080', '127.0.0.1:8080'],
  ])('%s is another place than %s', async (upstream, listen) => {
    expect((await check(upstream, listen))[0]).toBe(0);
  });
});
