// The portal of a replay: the example's portal with the replay's clock, whose mails go out by SMTP.

import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { createTransport } from 'nodemailer';
import { createAccounts } from '../../portal/accounts.ts';
import { createPopulation } from '../../portal/population.ts';
import { createPortal } from '../../portal/portal.ts';
import { persons as everybody } from '../persons.ts';
import { answerParent, movedClock } from './answers.ts';

const { values } = parseArgs({
  options: {
    now: { type: 'string' },
    'per-class': { type: 'string', default: '20' },
    'smtp-port': { type: 'string', default: '0' },
  },
});
const clock = movedClock(values.now === undefined ? undefined : Number(values.now));
const transport = createTransport({
  host: '127.0.0.1',
  port: Number(values['smtp-port']),
  secure: false,
  ignoreTLS: true,
  pool: true,
});
const portal = createPortal({
  persons: createPopulation(everybody),
  accounts: createAccounts({ perClass: Number(values['per-class']), random: randomBytes }),
  clock: () => clock.now(),
  random: randomBytes,
  mail: async ({ to, link }) => {
    await transport.sendMail({ from: 'portail@sante.example', to, subject: 'Mot de passe', text: link });
  },
});

portal.server.listen(0, '127.0.0.1', () => {
  const address = portal.server.address();
  console.log(`portal ready on http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`);
});
answerParent(clock);
process.once('SIGTERM', () => {
  transport.close();
  void portal.close().finally(() => process.exit(0));
});
