// `palier ticket issue|list|revoke`: the out-of-band right to enrol a first factor.
import { parseArgs } from 'node:util';
import { parseTicketId, type Seconds, secondsOf } from '@palier/mfa-core';
import { shellWord } from '../notify/shell-word.ts';
import { accountNamed, demandOwnKeys, withMfa } from './state.ts';
import { type Command, operatorName, print, soundConfig } from './terminal.ts';
import { isNewHere, newHere } from './unknown-names.ts';
import { demandAtMost, UsageError, verbError } from './words.ts';

const usage = 'write: palier ticket issue ACCOUNT | list [ACCOUNT] | revoke ACCOUNT TICKET';

const needsWhole =
  'a ticket needs its keys and its enrolment; palier account lock and palier stop need its stores alone';

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
  if (
    !(verb === 'issue' && name !== undefined) &&
    verb !== 'list' &&
    !(verb === 'revoke' && id !== undefined)
  )
    throw verbError(verb, ['issue', 'list', 'revoke'], usage);
  demandAtMost(verb === 'revoke' ? 3 : 2, positionals, usage);
  const config = soundConfig(values.config, terminal, needsWhole);
  return withMfa(config, terminal, async (mfa, stores) => {
    if (verb === 'issue') {
      await demandOwnKeys(config, stores);
      const account = accountNamed(name);
      const isNew = await isNewHere(account, stores);
      const validFor =
        values.valid === undefined ? config.enrolment.ticketLifetime : durationOf(values.valid);
      const { ticket, code } = await mfa.tickets.issue(account, operatorName(), validFor);
      const until = new Date(ticket.expiresAt).toISOString();
      const undo = 'If the portal spells it otherwise, revoke the ticket (palier ticket list).';
      if (isNew) terminal.err(await newHere(account, stores, undo));
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
    const account = accountNamed(name);
    const ticket = parseTicketId(id);
    if (ticket === undefined)
      throw new UsageError(
        `"${id}" is no ticket id; palier ticket list ${shellWord(account)} shows them (tid_…)`,
      );
    const outcome = await mfa.tickets.revoke(account, ticket);
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
