// Fetching the issuer's keys from servers that misbehave: bounded in size and time, and nowhere but where configured.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { keysAtAddress, keysInFile } from './issuer-keys.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

function serve(listener: RequestListener): Promise<URL> {
  const server = createServer(listener);
  servers.push(server);
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      resolve(new URL(`http://127.0.0.1:${port}/keys?of=portail`));
    });
  });
}

const milliseconds = async (act: Promise<unknown>): Promise<number> => {
  const start = performance.now();
  await act.catch(() => undefined);
  return performance.now() - start;
};

describe('an address of keys', () => {
  it('is asked with its path and query, and nothing of ours besides', async () => {
    let seen: unknown;
    const url = await serve(({ method, url: target, headers }, response) => {
      seen = { method, target, cookie: headers.cookie, authorization: headers.authorization };
      response.end('{"keys":[]}');
    });
    expect(Buffer.from(await keysAtAddress(url, undefined)()).toString()).toBe('{"keys":[]}');
    expect(seen).toEqual({
      method: 'GET',
      target: '/keys?of=portail',
      cookie: undefined,
      authorization: undefined,
    });
  });

  it('leads nowhere else: a redirect is no answer', async () => {
    const elsewhere = await serve((_request, response) => void response.end('{"keys":[]}'));
    const url = await serve((_request, response) => {
      response.writeHead(302, { location: elsewhere.href });
      response.end();
    });
    await expect(keysAtAddress(url, undefined)()).rejects.toThrow('302');
  });

  it('that answers with an error, or with more than a set of keys is, has no keys (A257)', async () => {
    const broken = await serve((_request, response) => {
      response.writeHead(503);
      response.end('{"keys":[]}');
    });
    await expect(keysAtAddress(broken, undefined)()).rejects.toThrow('503');
    const endless = await serve((_request, response) => {
      const pour = (): void => {
        while (response.write('x'.repeat(65_536)));
      };
      response.on('drain', pour).on('error', () => undefined);
      pour();
    });
    expect(await milliseconds(keysAtAddress(endless, undefined)())).toBeLessThan(4000);
    await expect(keysAtAddress(endless, undefined)()).rejects.toThrow();
  });

  it('that drips a byte at a time, or says nothing, is given up after five seconds (A257)', async () => {
    const dripping = await serve((_request, response) => {
      const timer = setInterval(() => response.write(' '), 100);
      response.on('close', () => clearInterval(timer));
    });
    const silent = await serve(() => undefined);
    const times = await Promise.all(
      [dripping, silent].map((url) => milliseconds(keysAtAddress(url, undefined)())),
    );
    for (const time of times) {
      expect(time).toBeGreaterThan(4000);
      expect(time).toBeLessThan(7000);
    }
  }, 15_000);
});

describe('a file of keys', () => {
  it('is read each time, and refused when it is longer than a set of keys is', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'palier-keys-'));
    const file = join(folder, 'issuer.jwks');
    writeFileSync(file, 'one');
    const read = keysInFile(file);
    expect(Buffer.from(await read()).toString()).toBe('one');
    writeFileSync(file, 'two');
    expect(Buffer.from(await read()).toString()).toBe('two');
    writeFileSync(file, 'x'.repeat(300_000));
    await expect(read()).rejects.toThrow('longer');
    rmSync(folder, { recursive: true });
    await expect(read()).rejects.toThrow();
  });
});
