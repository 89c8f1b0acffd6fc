// Yardstick: the cheapest verifier nginx can ask with auth_request, one that always says yes. It decides nothing.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const server = createServer((_incoming, response) => void response.writeHead(204).end());
server.keepAliveTimeout = 600_000;
server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));
