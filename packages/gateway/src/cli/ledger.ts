// `palier ledger verify`: follows the chain through every segment and says what does not fit, and where. With a key it
// opens every entry too; with heads that were kept elsewhere it also sees what was cut off or replaced.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { JWK } from 'jose';
import type { LedgerHead } from '../ledger/roll.ts';
import { verifyLedger } from '../ledger/verify.ts';
import { type Command, print, soundConfig, UsageError } from './terminal.ts';

const usage = 'write: palier ledger verify [--directory DIR] [--key ledger-private.jwk] [--heads FILE]';

export const ledgerCommand: Command = async (argv, terminal) => {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      config: { type: 'string', default: 'palier.yaml' },
      json: { type: 'boolean', default: false },
      directory: { type: 'string' },
      key: { type: 'string', multiple: true },
      heads: { type: 'string' },
    },
  });
  if (positionals[0] !== 'verify') throw new UsageError(usage);
  const verified = await verifyLedger(
    values.directory ?? soundConfig(values.config, terminal).ledger.directory,
    {
      privateKeys: values.key?.map((path) => JSON.parse(readFileSync(path, 'utf8')) as JWK),
      witnessed: values.heads === undefined ? [] : headsIn(values.heads),
      onProgress: ({ done, total }) => {
        if (terminal.interactive) terminal.err(`\r${Math.floor((100 * done) / Math.max(1, total))} %`);
      },
    },
  );
  const faults = verified.faults
    .map(({ instance, segment, line, fault }) => `${instance}/${segment}:${line}  ${fault}\n`)
    .join('');
  const heads = verified.heads.map((head) => `${JSON.stringify(head)}\n`).join('');
  print(
    terminal,
    values.json,
    verified,
    `${verified.segments} segment(s), ${verified.entries} entries, ${verified.faultCount} fault(s)\n${faults}${heads}`,
  );
  return verified.faultCount === 0 ? 0 : 1;
};

/** One head a line, as this command and the gateway's log print them. */
function headsIn(path: string): readonly LedgerHead[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const head = JSON.parse(line) as Partial<LedgerHead>;
      const { instance, segment, entries, hash } = head;
      if (
        typeof instance !== 'string' ||
        typeof segment !== 'number' ||
        typeof entries !== 'number' ||
        typeof hash !== 'string'
      )
        throw new UsageError(`${path}: every line is a head: instance, segment, entries, hash`);
      return { instance, segment, entries, hash };
    });
}
