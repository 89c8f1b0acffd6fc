// `palier ledger verify`: follows the chain through every segment and says what does not fit, and where.
import { parseArgs } from 'node:util';
import { verifyLedger } from '../ledger/read.ts';
import { type Command, print, soundConfig, UsageError } from './terminal.ts';

export const ledgerCommand: Command = async (argv, terminal) => {
  const { values, positionals } = parseArgs({
    args: [...argv], allowPositionals: true, options: { config: { type: 'string', default: 'palier.yaml' }, json: { type: 'boolean', default: false } },
  });
  if (positionals[0] !== 'verify') throw new UsageError('write: palier ledger verify');
  const { directory } = soundConfig(values.config, terminal).ledger;
  const verified = await verifyLedger(directory, (entries) => {
    if (terminal.interactive) terminal.err(`\r${entries} entries followed`);
  });
  const faults = verified.faults.map(({ segment, line, fault }) => `${segment}:${line}  ${fault}\n`).join('');
  print(terminal, values.json, verified, `${verified.segments} segment(s), ${verified.entries} entries, ${verified.faults.length} fault(s)\n${faults}`);
  return verified.faults.length === 0 ? 0 : 1;
};
