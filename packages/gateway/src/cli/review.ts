// `palier review list|done`: who broke the glass and why, and the operator's word that it was read.
import { parseArgs } from 'node:util';
import { systemClock } from '@palier/mfa-core';
import { openForCommand } from '../stores/open.ts';
import type { OpenStores } from '../stores/open-stores.ts';
import { type Command, operatorName, print, soundConfig, type Terminal } from './terminal.ts';
import { demandAtMost, printable, verbError } from './words.ts';

const day = 86_400_000;
const usage = 'write: palier review list [--all] | done ID [--by NAME]';

export const reviewCommand: Command = async (argv, terminal) => {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      config: { type: 'string', default: 'palier.yaml' },
      json: { type: 'boolean', default: false },
      all: { type: 'boolean', default: false },
      by: { type: 'string', default: operatorName() },
    },
  });
  const [verb, id] = positionals;
  if (!(verb === 'list' && id === undefined) && !(verb === 'done' && id !== undefined))
    throw verbError(verb, ['list', 'done'], usage);
  demandAtMost(2, positionals, usage);
  const stores = await openForCommand(soundConfig(values.config, terminal).stores);
  try {
    if (id === undefined) return await list(stores, terminal, values.json, values.all);
    const outcome = await stores.standings.glass.review(id, values.by, systemClock.now());
    print(terminal, values.json, { outcome }, `${outcome}\n`);
    return outcome === 'reviewed' ? 0 : 1;
  } finally {
    await stores.close();
  }
};

/** With how many persons each glass showed: those of the last day; older sets are forgotten. */
async function list(
  { standings, budget }: OpenStores,
  terminal: Terminal,
  json: boolean,
  all: boolean,
): Promise<number> {
  const glasses = await standings.glass.list(all ? 'all' : 'unreviewed');
  const rows = await Promise.all(
    glasses.map(async ({ id, account, reason, at, reviewed }) => ({
      id,
      account,
      at: new Date(at).toISOString(),
      persons:
        at < systemClock.now() - day ? undefined : await budget.count(`glass:${id}`, day, systemClock.now()),
      reason,
      reviewed: reviewed && { by: reviewed.by, at: new Date(reviewed.at).toISOString() },
    })),
  );
  const words = rows.map(
    ({ id, at, account, persons, reason, reviewed }) =>
      `${id}  ${at}  ${account}  ${persons ?? '?'} person(s)  ${reviewed === undefined ? 'unread' : `read by ${reviewed.by}`}\n    ${printable(reason)}\n`,
  );
  print(terminal, json, rows, words.join('') || 'nothing to read\n');
  return 0;
}
