// An issuer whose certificate an authority of the operator's own signed: believed with that authority, and with no other.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ExampleAuthority, makeAuthority } from '../../examples/health-portal/certificates.ts';
import { keysAtAddress } from '../../packages/gateway/src/identity/issuer-keys.ts';

const folder = mkdtempSync(join(tmpdir(), 'palier-issuer-'));
let own: ExampleAuthority;
let other: ExampleAuthority;
let server: Server;
let url: URL;

beforeAll(async () => {
  own = await makeAuthority(folder, 'own authority');
  other = await makeAuthority(folder, 'other authority');
  const { cert, key } = await own.server('issuer');
  server = createServer({ cert: readFileSync(cert), key: readFileSync(key) }, (_request, response) => {
    response.end('{"keys":[]}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  url = new URL(
    `https://localhost:${typeof address === 'object' && address !== null ? address.port : 0}/keys`,
  );
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

const read = (ca: string | undefined): Promise<Uint8Array> =>
  keysAtAddress(url, ca === undefined ? undefined : readFileSync(ca, 'utf8'))();

it('is read with the authority named, and not with another or the system’s', async () => {
  expect(Buffer.from(await read(own.ca)).toString()).toBe('{"keys":[]}');
  await expect(read(other.ca)).rejects.toThrow();
  await expect(read(undefined)).rejects.toThrow();
});
