// The gateway as an operator runs it, with SQLite, its ledger on disk and its log in a file, and one professional who is
// signed in and has just shown a card. Prints the port and the cookie.
import { mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGateway, parseConfig } from '@palier/gateway';
import { parseAccountId } from '@palier/mfa-core';
import { prepareState } from '../../examples/demo/state.ts';
import { createLineLog } from '../../packages/gateway/src/log.ts';

const [portal = '', routes = '6', ledger = 'enforced'] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'palier-bench-'));
await prepareState(folder);
// The log line of every request is written as an operator would have it: to a file, gathered as the gateway does by itself.
const file = openSync(join(folder, 'log'), 'a');
const log = createLineLog((lines) => void writeSync(file, lines));
process.on('SIGTERM', () => {
  void gateway.close().finally(() => {
    rmSync(folder, { recursive: true, force: true });
    process.exit(0);
  });
});

const needs = 'require: { accept: second-factor, maxAge: 12h }';
const many = Array.from(
  { length: Number(routes) - 4 },
  (_, at) => `  - { match: 'GET /service-${at}/{id}/part', ${needs} }`,
);
/** Without a ledger a gateway only observes: `bench:ledger` compares two that observe, with one and without. */
const ledgers = {
  enforced: 'ledger: { directory: ledger, sealTo: ledger-public.jwk }',
  on: 'ledger: { directory: ledger, sealTo: ledger-public.jwk }\nmode: observe',
  off: 'ledger: { directory: ledger }\nmode: observe',
} as const;
const words = `
listen: 127.0.0.1:0
healthListen: 127.0.0.1:0
origin: http://localhost
upstream: http://127.0.0.1:${portal}
identity:
  - portal-session: { cookie: PORTALSID, ask: /api/me, account: /login, class: /class, name: /name }
routes:
  - { match: GET /1k, ${needs} }
  - { match: GET /64k, ${needs} }
  - { match: POST /post, ${needs}, body: { types: [application/octet-stream], limit: 1MiB } }
  - { match: 'GET /patients/{nir}', ${needs}, records: { from: path, name: nir, as: nir }, fields: [rights] }
${many.join('\n')}
stores: { durable: sqlite:palier.db }
keys: { file: palier-keys.json }
${ledgers[ledger as keyof typeof ledgers]}
`;
const parsed = parseConfig(words, {
  readFile: (path) => readFileSync(path, 'utf8'),
  environment: {},
  folder,
});
if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
const gateway = await createGateway(parsed.config, { log });
const { port } = await gateway.listen();
const account = parseAccountId('medecin-01');
if (account === undefined) throw new TypeError('no such name');
const { token } = await gateway.mfa.sessions.open(account, 'bench');
const proved = await gateway.mfa.card.prove(token, 'bench');
if (proved.outcome !== 'stepped-up') throw new Error(proved.reason);
process.stdout.write(
  `${JSON.stringify({ port, cookie: `PORTALSID=abcdef0123456789; __Host-palier=${proved.token}` })}\n`,
);
