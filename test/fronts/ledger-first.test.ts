// The order that matters in forward-auth: the entry is durable, then the front hears yes. Shown with a ledger in the
// test's hands; observe mode stands for the gesture.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LedgerEntry, parseConfig } from '@palier/gateway';
import { systemClock, systemRandom } from '@palier/mfa-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { prepareState } from '../../examples/demo/state.ts';
import { createDetectors } from '../../packages/gateway/src/budget/detectors.ts';
import { createRefusedDayCount } from '../../packages/gateway/src/budget/refused-days.ts';
import { compose } from '../../packages/gateway/src/composition/composition.ts';
import { createDenialCounts } from '../../packages/gateway/src/gate/denial-counts.ts';
import { createLiveExchanges } from '../../packages/gateway/src/proxy/live.ts';
import { openStores } from '../../packages/gateway/src/stores/open.ts';
import { sendRaw } from '../support/raw-socket.ts';
import { type Recorder, startRecorder } from '../support/recorder-upstream.ts';

const login = '{"login":"medecin-01"}';
let folder: string;
let portal: Recorder;
let server: Server | undefined;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'palier-ledger-first-'));
  await prepareState(folder);
  portal = await startRecorder((_request, socket) => {
    socket.write(
      `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${login.length}\r\n\r\n${login}`,
    );
  });
});
afterEach(async () => {
  server?.close();
  server?.closeAllConnections();
  await portal.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Forward-auth over this ledger; gives its port. */
async function asking(append: (entry: LedgerEntry) => Promise<void>): Promise<number> {
  const text = `
origin: https://portail.example
upstream: ${portal.url.origin}
mode: observe
identity:
  - portal-session: { cookie: SESSION, ask: /api/me, account: /login }
routes:
  - { match: "GET /patients/{nir}", require: { accept: second-factor, maxAge: 12h }, records: { from: path, name: nir, as: nir } }
  - { match: GET /public/**, require: open }
keys: { file: palier-keys.json }
stores: { durable: memory, shared: memory }
ledger: { directory: ledger, sealTo: ledger-public.jwk }
forwardAuth: { listen: "127.0.0.1:0", trustedPeers: [127.0.0.1] }
`;
  const readFile = (path: string): string => readFileSync(path, 'utf8');
  const parsed = parseConfig(text, { readFile, environment: {}, folder });
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
  const [clock, random] = [systemClock, systemRandom];
  const stores = await openStores(parsed.config.stores, { clock, random });
  const ledger = { append, probe: async () => undefined, close: async () => undefined };
  const live = createLiveExchanges();
  const composition = await compose(parsed.config, {
    clock,
    random,
    log: () => undefined,
    stores,
    replaced: () => undefined,
    ledger,
    live,
    detectors: createDetectors(),
    refusedDays: createRefusedDayCount(),
    refusals: createDenialCounts(),
  });
  const listener = createServer((incoming, response) => void composition.forwardAuth?.(incoming, response));
  server = listener;
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  return (listener.address() as AddressInfo).port;
}

// A number of the right form in a commune that does not exist.
const person = '1850199999001';
const ask = (port: number, target: string, quiet: number) =>
  sendRaw(
    port,
    [
      'GET /.palier/forward-auth/haproxy HTTP/1.1',
      'Host: palier',
      'X-Original-Method: GET',
      `X-Original-URI: ${target}`,
      'X-Original-Host: portail.example',
      'X-Original-Peer: 192.0.2.7',
      'Cookie: SESSION=sid-of-medecin-01',
      'Connection: close',
      '',
      '',
    ].join('\r\n'),
    quiet,
  );

describe('a front that asks about a counted route', () => {
  it('hears nothing until the entry is durable, and yes after it', async () => {
    const entries: LedgerEntry[] = [];
    let durable = (): void => undefined;
    const port = await asking(
      (entry) =>
        new Promise((resolve) => {
          entries.push(entry);
          durable = resolve;
        }),
    );
    const early = ask(port, `/patients/${person}`, 500);
    expect((await early).status).toBe(0);
    expect(entries).toMatchObject([
      { outcome: 'permitted', status: 0, account: 'medecin-01', peer: '192.0.2.7' },
    ]);
    expect(entries[0]?.records).toHaveLength(1);
    const late = ask(port, `/patients/${person}`, 5000);
    while (entries.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    durable();
    expect((await late).status).toBe(200);
  });

  it('hears 503 when the ledger cannot say so, and no assertion', async () => {
    const port = await asking(() => Promise.reject(new Error('disk full')));
    const told = await ask(port, `/patients/${person}`, 5000);
    expect(told.status).toBe(503);
    expect(told.text.toLowerCase()).not.toContain('palier-assertion');
    // Negative control: what is not counted does not wait for it.
    expect((await ask(port, '/public/x', 5000)).status).toBe(200);
  });
});
