// `palier exposure report`: who was seen, by which account, when and by which route. Needs the operator's private key.
import { createWriteStream, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { JWK } from 'jose';
import { type Exposure, exposureOf } from '../ledger/exposure.ts';
import { openEntries } from '../ledger/read.ts';
import { type Command, print, soundConfig, UsageError } from './terminal.ts';

export const exposureCommand: Command = async (argv, terminal) => {
  const { values, positionals } = parseArgs({
    args: [...argv], allowPositionals: true,
    options: {
      config: { type: 'string', default: 'palier.yaml' }, json: { type: 'boolean', default: false }, key: { type: 'string' }, account: { type: 'string', multiple: true },
      from: { type: 'string', default: '1970-01-01' }, to: { type: 'string', default: '9999-12-31' }, csv: { type: 'string' },
    },
  });
  if (positionals[0] !== 'report' || values.key === undefined) throw new UsageError('write: palier exposure report --key ledger-private.jwk [--account A] [--from T] [--to T] [--csv FILE]');
  const { directory } = soundConfig(values.config, terminal).ledger;
  const exposure = await exposureOf(openEntries({
    directory, accounts: values.account === undefined ? undefined : new Set(values.account), from: dateOf(values.from), to: dateOf(values.to),
    privateKey: JSON.parse(readFileSync(values.key, 'utf8')) as JWK,
    onProgress: (entries) => {
      if (terminal.interactive) terminal.err(`\r${entries} entries read`);
    },
  }));
  if (values.csv !== undefined) await writeCsv(values.csv, exposure);
  print(terminal, values.json, exposure.counts, summary(exposure));
  return 0;
};

function dateOf(text: string): Date {
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) throw new UsageError(`"${text}" is no date; write 2026-03-10 or 2026-03-10T08:00:00Z`);
  return date;
}

/** The figures of the authority's form (GDPR article 33(3)(a)), in Markdown. */
function summary({ counts }: Exposure): string {
  return [
    '# Exposure report', '', `- persons: ${counts.persons}`, `- records released: ${counts.releases}`, `- look-ups that found nobody: ${counts.misses}`,
    `- accounts: ${counts.accounts.join(', ') || 'none'}`, `- categories: ${counts.fields.join(', ') || 'not declared'}`, `- first: ${counts.first ?? '-'}`, `- last: ${counts.last ?? '-'}`, '',
  ].join('\n');
}

/** One row for each person, account and route; a cell that begins like a formula is disarmed. */
async function writeCsv(path: string, exposure: Exposure): Promise<void> {
  const stream = createWriteStream(path, { mode: 0o600 });
  const cell = (text: string): string => `"${(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
  stream.write('type,person,account,route,fields,first,last,times\r\n');
  for (const row of exposure.rows) {
    stream.write(`${[row.type, row.id, row.account, row.route, row.fields.join(' '), row.first, row.last, String(row.times)].map(cell).join(',')}\r\n`);
  }
  await new Promise<void>((resolve, reject) => {
    stream.on('error', reject);
    stream.end(resolve);
  });
}
