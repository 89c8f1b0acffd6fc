// `palier alarm list|end`: which accounts are asked for a stronger gesture, and the operator's word that one is in order.
import { parseArgs } from 'node:util';
import { systemClock } from '@palier/mfa-core';
import { openForCommand } from '../stores/open.ts';
import { accountNamed } from './state.ts';
import { type Command, print, soundConfig } from './terminal.ts';
import { demandAtMost, verbError } from './words.ts';

const usage = 'write: palier alarm list | end ACCOUNT';

export const alarmCommand: Command = async (argv, terminal) => {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      config: { type: 'string', default: 'palier.yaml' },
      json: { type: 'boolean', default: false },
    },
  });
  const [verb, name] = positionals;
  if (verb !== 'list' && verb !== 'end') throw verbError(verb, ['list', 'end'], usage);
  demandAtMost(verb === 'end' ? 2 : 1, positionals, usage);
  const account = verb === 'end' ? accountNamed(name) : undefined;
  const stores = await openForCommand(soundConfig(values.config, terminal).stores);
  try {
    if (account !== undefined) {
      const ended = await stores.standings.alarms.end(account);
      print(terminal, values.json, { ended }, `${ended} alarm(s) ended\n`);
      return ended === 0 ? 1 : 0;
    }
    const rows = (await stores.standings.alarms.list(systemClock.now())).map((alarm) => ({
      ...alarm,
      raisedAt: new Date(alarm.raisedAt).toISOString(),
      until: new Date(alarm.until).toISOString(),
    }));
    const words = rows.map(
      (row) =>
        `${row.raisedAt}  ${row.account}  ${row.kind}  ${row.sentence.en}${row.observed === true ? ' (while observing: holds nobody when the gateway enforces)' : ''}\n`,
    );
    print(terminal, values.json, rows, words.join('') || 'no alarm stands\n');
    return 0;
  } finally {
    await stores.close();
  }
};
