// The gateway of a replay: what `palier serve` runs, with the replay's clock in its constructor. Keeps the lines an
// operator would be alarmed by, and issues tickets as the operator's command does.

import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { createGateway, parseConfig } from '@palier/gateway';
import { parseAccountId, secondsOf } from '@palier/mfa-core';
import { type Alert, alertOf } from '../alerts.ts';
import { answerParent, movedClock } from './answers.ts';

const TICKET_LIFETIME = secondsOf(72 * 3_600);

const { values } = parseArgs({ options: { now: { type: 'string' }, config: { type: 'string' } } });
const path = values.config ?? '';
const parsed = parseConfig(readFileSync(path, 'utf8'), {
  readFile: (name) => readFileSync(name, 'utf8'),
  environment: {},
  folder: dirname(path),
});
if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
const clock = movedClock(values.now === undefined ? undefined : Number(values.now));
const alerts: Alert[] = [];
const log = (line: Readonly<Record<string, unknown>>): void => {
  if (line['kind'] === 'broken') console.error(JSON.stringify(line));
  const alert = alertOf(line, clock.now());
  if (alert !== undefined) alerts.push(alert);
};
const gateway = await createGateway(parsed.config, { clock, log });
const { port } = await gateway.listen();
answerParent(clock, async ({ ticketFor, alerts: wanted }) => {
  if (wanted === true) return alerts;
  const account = typeof ticketFor === 'string' ? parseAccountId(ticketFor) : undefined;
  if (account === undefined) return undefined;
  const { code } = await gateway.mfa.tickets.issue(account, 'replay', TICKET_LIFETIME);
  return code;
});
console.log(`gateway ready on port ${port}`);
process.once('SIGTERM', () => void gateway.close().finally(() => process.exit(0)));
