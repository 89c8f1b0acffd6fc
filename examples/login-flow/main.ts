// Starts the portal on this machine, with stores that end with the process, and prints a ticket for the first factor.
// node --conditions=palier-source examples/login-flow/main.ts [--port N]
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { createMfa, parseAccountId, Secret, sealingKeys, secondsOf, systemRandom } from '@palier/mfa-core';
import { memoryStores } from '@palier/mfa-core/stores/memory';
import { createPortal } from './portal.ts';

const { values } = parseArgs({ options: { port: { type: 'string', default: '8090' } } });
const account = parseAccountId('medecin1');
if (account === undefined) throw new TypeError('not an account name');

const server = createServer();
server.listen(Number(values.port), 'localhost', async () => {
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  const mfa = createMfa({
    stores: memoryStores(),
    keys: {
      sealing: sealingKeys('k1', { k1: new Secret(systemRandom(32)) }),
      digests: new Secret(systemRandom(32)),
    },
    relyingParty: { id: 'localhost', name: 'Portail', origins: [origin] },
    events: async (event) => console.log(JSON.stringify(event)),
  });
  server.on('request', createPortal(mfa));
  const { code } = await mfa.tickets.issue(account, 'example', secondsOf(3600));
  console.log(`login-flow ready on ${origin}\n  login  ${account} / medecin1-motdepasse\n  ticket ${code}`);
});

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => server.close(() => process.exit(0)).closeAllConnections());
}
