// Starts the portal on the loopback: `main.ts [--port 8081] [--persons 600000]`. Mails are printed.

import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { createAccounts } from './accounts.ts';
import { createPopulation } from './population.ts';
import { createPortal } from './portal.ts';

const HOST = '127.0.0.1';
const SEED = 2022;
const ACCOUNTS_PER_CLASS = 20;

const { values } = parseArgs({
  options: { port: { type: 'string', default: '8081' }, persons: { type: 'string', default: '600000' } },
});
const size = Number(values.persons);
const started = performance.now();
const portal = createPortal({
  persons: createPopulation({ size, seed: SEED }),
  accounts: createAccounts({ perClass: ACCOUNTS_PER_CLASS, random: randomBytes }),
  clock: Date.now,
  random: randomBytes,
  mail: ({ to, link }) => console.log(`mail to ${to}: ${link}`),
});

portal.server.listen(Number(values.port), HOST, () => {
  const address = portal.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : values.port;
  const milliseconds = Math.round(performance.now() - started);
  console.log(`portal ready on http://${HOST}:${port} with ${size} persons, made in ${milliseconds} ms`);
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void portal.close());
