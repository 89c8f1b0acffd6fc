// `palier ticket issue|list|revoke`: the out-of-band right to enrol a first factor.
import { parseArgs } from 'node:util';
import {
  type AccountId,
  type Mfa,
  parseTicketId,
  type Seconds,
  secondsOf,
  systemClock,
} from '@palier/mfa-core';
import { dayOf } from '../budget/allowance.ts';
import type { OpenStores } from '../stores/open-stores.ts';
import { accountNamed, demandOwnKeys, withMfa } from './state.ts';
import { type Command, operatorName, print, soundConfig, UsageError } from './terminal.ts';

export const ticketCommand: Command = async (argv, terminal) => {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      config: { type: 'string', default: 'palier.yaml' },
      json: { type: 'boolean', default: false },
      valid: { type: 'string' },
    },
  });
  const [verb, name, id] = positionals;
  const config = soundConfig(values.config, terminal);
  return withMfa(config, terminal, async (mfa, stores) => {
    if (verb === 'issue') {
      await demandOwnKeys(config, stores);
      const account = accountNamed(name);
      const isNew = await isNewHere(account, mfa, stores);
      const validFor =
        values.valid === undefined ? config.enrolment.ticketLifetime : durationOf(values.valid);
      const { ticket, code } = await mfa.tickets.issue(account, operatorName(), validFor);
      const until = new Date(ticket.expiresAt).toISOString();
      if (isNew) terminal.err(newHere(account));
      print(
        terminal,
        values.json,
        { account, ticket: ticket.id, code, expiresAt: until, isNew },
        `${code}\nfor ${account}, once, until ${until}. Hand it over in person or by post; never by e-mail.\n`,
      );
      return 0;
    }
    if (verb === 'list') {
      const tickets = await mfa.tickets.list(name === undefined ? undefined : accountNamed(name));
      const rows = tickets.map(({ id: ticket, account, expiresAt, issuedBy }) => ({
        ticket,
        account,
        expiresAt: new Date(expiresAt).toISOString(),
        issuedBy,
      }));
      print(
        terminal,
        values.json,
        rows,
        rows
          .map((row) => `${row.ticket}  ${row.account}  until ${row.expiresAt}  by ${row.issuedBy}\n`)
          .join('') || 'no tickets\n',
      );
      return 0;
    }
    const ticket = verb === 'revoke' && id !== undefined ? parseTicketId(id) : undefined;
    if (ticket === undefined)
      throw new UsageError('write: palier ticket issue ACCOUNT | list [ACCOUNT] | revoke ACCOUNT TICKET');
    const outcome = await mfa.tickets.revoke(accountNamed(name), ticket);
    print(terminal, values.json, { outcome }, `${outcome}\n`);
    return outcome === 'revoked' ? 0 : 1;
  });
};

/** A name that was misspelt is new here too; so is everybody before the first look-up, hence a word and no refusal. */
async function isNewHere(account: AccountId, mfa: Mfa, { standings }: OpenStores): Promise<boolean> {
  const today = dayOf(systemClock.now());
  const traces = await Promise.all([
    mfa.factors.list(account),
    mfa.sessions.list(account),
    mfa.tickets.list(account),
    standings.activity.history(account, today - 60, today),
  ]);
  return traces.every((trace) => trace.length === 0);
}

function newHere(account: AccountId): string {
  return `warning: ${account} is new here: no factor, no session, no ticket, nobody looked up in 60 days. If the portal spells it otherwise, revoke the ticket (palier ticket list).\n`;
}

/** `72h`, `30m`, `7d`. */
function durationOf(text: string): Seconds {
  const [, number, unit] = /^(\d{1,6})(s|m|h|d)$/.exec(text) ?? [];
  const factor = { s: 1, m: 60, h: 3600, d: 86_400 }[unit ?? ''];
  if (number === undefined || factor === undefined)
    throw new UsageError(`"${text}" is no duration; write 30m, 72h or 7d`);
  return secondsOf(Number(number) * factor);
}
