// Yardstick: the shortest proxy Node's own client makes. It decides nothing.
import { Agent, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

const [port] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true, maxSockets: 256 });
const server = createServer((incoming, response) => {
  const outgoing = request(
    {
      agent,
      host: '127.0.0.1',
      port,
      method: incoming.method,
      path: incoming.url,
      headers: incoming.rawHeaders,
      setHost: false,
    },
    (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.statusMessage, answer.rawHeaders);
      answer.pipe(response);
    },
  );
  outgoing.on('error', () => response.destroy());
  incoming.pipe(outgoing);
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));
