// Starts the portal on localhost with stores in memory, and prints a login and a ticket.
// node --conditions=palier-source examples/login-flow/main.ts [--port N]
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { createMfa, parseAccountId, Secret, secondsOf, sealingKeys, systemRandom } from '@palier/mfa-core';
import { memoryStores } from '@palier/mfa-core/stores/memory';
import { createPortal } from './portal.ts';

const { values } = parseArgs({ options: { port: { type: 'string', default: '8090' } } });
const server = createServer();
server.listen(Number(values.port), 'localhost', async () => {
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  const mfa = createMfa({
    stores: memoryStores(),
    keys: { sealing: sealingKeys('k1', { k1: new Secret(systemRandom(32)) }), digests: new Secret(systemRandom(32)) },
    relyingParty: { id: 'localhost', name: 'login-flow', origins: [origin] },
  });
  const account = parseAccountId('medecin-01');
  if (account === undefined) throw new TypeError('not an account name');
  server.on('request', createPortal(mfa, [{ account, password: 'medecin-01-motdepasse' }]));
  const { code } = await mfa.tickets.issue(account, 'example', secondsOf(3600));
  console.log(`login-flow ready on ${origin}\n  login  ${account} / medecin-01-motdepasse\n  ticket ${code}`);
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => server.close(() => process.exit(0)).closeAllConnections());
