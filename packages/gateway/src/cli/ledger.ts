// `palier ledger search`: what each account did, by account and time, without any key: how much and when, not whom.
// `palier ledger verify`: follows the chain through every segment and says what does not fit, and where. With a key it
// opens every entry too; with heads that were kept elsewhere it also sees what was cut off or replaced.
// `palier ledger destroy-keys`: makes the persons of old segments unreadable for good; the chain stays whole.
import { parseArgs } from 'node:util';
import { type Instant, systemClock } from '@palier/mfa-core';
import { destroyKeysBefore } from '../ledger/destroy-keys.ts';
import { type AccountActivity, searchLedger } from '../ledger/search.ts';
import { type Verified, verifyLedger } from '../ledger/verify.ts';
import { measureOf, privateKeysIn } from './ledger-measure.ts';
import {
  type Command,
  instantIn,
  ledgerFolder,
  operatorName,
  print,
  progressOn,
  spanIn,
} from './terminal.ts';
import { demandAtMost, printable, UsageError, verbError } from './words.ts';

const usage =
  'write: palier ledger verify [--directory DIR] [--key ledger-private.jwk] [--heads FILE] [--retention 365d] | search [--directory DIR] [--account A] [--from T] [--to T] | destroy-keys --before T --reason TEXT [--directory DIR] [--by NAME]';

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
      retention: { type: 'string' },
      account: { type: 'string', multiple: true },
      before: { type: 'string' },
      reason: { type: 'string' },
      by: { type: 'string', default: operatorName() },
      from: { type: 'string' },
      to: { type: 'string' },
    },
  });
  demandAtMost(1, positionals, usage);
  if (positionals[0] === 'search') {
    const { from, to } = spanIn(values);
    const found = await searchLedger(
      ledgerFolder(values.directory, values.config, terminal),
      {
        accounts: values.account === undefined ? undefined : new Set(values.account),
        from,
        to,
      },
      progressOn(terminal),
    );
    print(terminal, values.json, found, found.map(activityLine).join('') || nothingLine(from, to));
    return found.length === 0 ? 1 : 0;
  }
  if (positionals[0] === 'destroy-keys') {
    const { before, reason = '', by } = values;
    if (before === undefined || reason === '') throw new UsageError(usage);
    const directory = ledgerFolder(values.directory, values.config, terminal);
    const word = { by, reason, now: systemClock.now() };
    const done = await destroyKeysBefore(directory, instantIn(before), word);
    const words = done.map(({ instance, segment, outcome }) => `${instance}/${segment}  ${outcome}\n`);
    print(terminal, values.json, done, words.join('') || `no segment ended before ${before}\n`);
    return done.every(({ outcome }) => outcome === 'destroyed' || outcome === 'already') ? 0 : 1;
  }
  if (positionals[0] !== 'verify')
    throw verbError(positionals[0], ['verify', 'search', 'destroy-keys'], usage);
  const directory = ledgerFolder(values.directory, values.config, terminal);
  const { witnessed, keptFrom } = measureOf(values, terminal);
  const verified = await verifyLedger(directory, {
    keptFrom,
    privateKeys: values.key && privateKeysIn(values.key),
    witnessed,
    onProgress: progressOn(terminal),
  });
  const faults = verified.faults
    .map(({ instance, segment, line, fault }) => `${instance}/${segment}:${line}  ${fault}\n`)
    .join('');
  const gone = verified.gone
    .map(
      ({ instance, through }) => `${instance}: segments up to ${through} are gone, by retention as it says\n`,
    )
    .join('');
  const destroyed = verified.destroyed
    .map(
      ({ instance, segment, destroyed: at, by, reason }) =>
        `${instance}/${segment}: its key was destroyed ${printable(at)} by ${printable(by)}, as it says: ${printable(reason)}\n`,
    )
    .join('');
  const alone = witnessed.length === 0 ? withoutHeads : '';
  const heads = verified.heads.map((head) => `${JSON.stringify(head)}\n`).join('');
  print(
    terminal,
    values.json,
    verified,
    `${verified.segments} segment(s), ${verified.entries} entries, ${verified.faultCount} fault(s)\n${faults}${cutShortNote(verified)}${gone}${destroyed}${alone}${heads}`,
  );
  return verified.faultCount === 0 ? 0 : 1;
};

/** The harmless cause first to be ruled out: a segment that ended between the copy and the heads is in the heads alone. */
function cutShortNote({ faults }: Verified): string {
  return faults.some(({ fault }) => fault === 'cut-short') ? cutShort : '';
}

const cutShort =
  'cut-short: its end was cut off, or the copy is older than the head: copy again, after the heads were taken\n';

/** An empty file of heads is the same as none, and nothing found reads like nothing wrong. */
const withoutHeads =
  'compared with no head kept elsewhere (--heads): whether it was cut short or replaced is not known\n';

/** Says the span as it was understood: a time without a zone is this machine's, and the ledger's are UTC. */
function nothingLine(from: Instant, to: Instant): string {
  return `nothing from ${new Date(from).toISOString()} to ${new Date(to).toISOString()} (UTC)\n`;
}

function activityLine({ account, releases, misses, first, last, routes }: AccountActivity): string {
  const line = `${account}  ${releases} record(s) released, ${misses} missed, ${first} to ${last}  ${routes.join(', ')}`;
  // Whoever has the disk can write any name there.
  return `${printable(line)}\n`;
}
