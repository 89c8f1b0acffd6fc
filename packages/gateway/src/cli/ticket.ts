// `palier ticket issue|list|revoke`: the out-of-band right to enrol a first factor.
import { parseArgs } from 'node:util';
import { parseTicketId, type Seconds, secondsOf } from '@palier/mfa-core';
import { accountNamed, withMfa } from './state.ts';
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
  return withMfa(config, terminal, async (mfa) => {
    if (verb === 'issue') {
      const validFor =
        values.valid === undefined ? config.enrolment.ticketLifetime : durationOf(values.valid);
      const { ticket, code } = await mfa.tickets.issue(accountNamed(name), operatorName(), validFor);
      const until = new Date(ticket.expiresAt).toISOString();
      print(
        terminal,
        values.json,
        { account: ticket.account, ticket: ticket.id, code, expiresAt: until },
        `${code}\nfor ${ticket.account}, once, until ${until}. Hand it over in person or by post; never by e-mail.\n`,
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

/** `72h`, `30m`, `7d`. */
function durationOf(text: string): Seconds {
  const [, number, unit] = /^(\d{1,6})(s|m|h|d)$/.exec(text) ?? [];
  const factor = { s: 1, m: 60, h: 3600, d: 86_400 }[unit ?? ''];
  if (number === undefined || factor === undefined)
    throw new UsageError(`"${text}" is no duration; write 30m, 72h or 7d`);
  return secondsOf(Number(number) * factor);
}
