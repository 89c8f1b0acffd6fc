// The command line. The only reader of argv and the environment; every command answers 0 (yes), 1 (no) or 2 (usage); what
// is done and yet not to be relied on has a 3.
import process from 'node:process';
import { didYouMean } from '../config/nearest.ts';
import { errorWords } from './error-words.ts';
import { printToTheEnd } from './output.ts';
import type { Command, Terminal } from './terminal.ts';
import { printable, printableLines, UsageError } from './words.ts';

/** Each loads what it needs when it is asked for: the whole gateway takes a second, and a kill switch is waited for. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  serve: async () => (await import('./serve.ts')).serveCommand,
  init: async () => (await import('./init.ts')).initCommand,
  check: async () => (await import('./check.ts')).checkCommand,
  explain: async () => (await import('./explain.ts')).explainCommand,
  doctor: async () => (await import('./doctor.ts')).doctorCommand,
  ticket: async () => (await import('./ticket.ts')).ticketCommand,
  account: async () => (await import('./account.ts')).accountCommand,
  alarm: async () => (await import('./alarm.ts')).alarmCommand,
  budget: async () => (await import('./budget.ts')).budgetCommand,
  review: async () => (await import('./review.ts')).reviewCommand,
  stop: async () => (await import('./stop.ts')).stopCommand,
  resume: async () => (await import('./stop.ts')).resumeCommand,
  observed: async () => (await import('./observed.ts')).observedCommand,
  analyse: async () => (await import('./analyse.ts')).analyseCommand,
  exposure: async () => (await import('./exposure.ts')).exposureCommand,
  ledger: async () => (await import('./ledger.ts')).ledgerCommand,
  keys: async () => (await import('./keys.ts')).keysCommand,
};

const usage = `palier: asks for a second factor in front of a portal, and bounds how many persons anyone can see

  palier init [--directory DIR]              writes palier.yaml, the gateway's keys and the ledger's two keys
  palier check [--config FILE]               every problem of the configuration, with line and fix
  palier serve [--config FILE]               runs the gateway
  palier explain METHOD TARGET [--as CLASS] [--proof totp|webauthn|recovery-code|card]   which route matches and what it asks
  palier doctor URL [--path PATH] [--portal URL]   asks the deployed chain what an attacker would ask it
  palier ticket issue ACCOUNT [--valid 72h]  a one-time right to enrol the first factor
  palier ticket list [ACCOUNT]
  palier ticket revoke ACCOUNT TICKET
  palier account show ACCOUNT
  palier account lock ACCOUNT [--reason TEXT]   shows it nothing and ends its sessions, everywhere in under a second
  palier account unlock ACCOUNT
  palier account revoke-sessions ACCOUNT
  palier account remove-factor ACCOUNT FACTOR   one that palier account show lists, and every session
  palier account reset-factors ACCOUNT
  palier review list [--all]                 who broke the glass, and why
  palier review done ID
  palier stop class|organisation|route NAME [--reason TEXT]   the kill switch; also: stop everything
  palier stop list
  palier resume class|organisation|route NAME
  palier alarm list                          accounts that are asked for a stronger gesture, and why
  palier alarm end ACCOUNT
  palier budget renew                        accepts that Redis lost its counts, and begins anew
  palier observed                            what observe mode would have asked and refused, by class
  palier analyse LOGFILE                     fits budgets to an access log (combined or JSON lines, gzip too)
  palier exposure report --key FILE [--heads FILE] [--account A] [--from T] [--to T] [--csv FILE] [--language en]   in French unless en
  palier ledger verify [--heads FILE]        follows the chain; with --key it opens every entry too
  palier ledger search [--account A] [--from T] [--to T]   how much each account saw, without a key
  palier ledger destroy-keys --before T --reason TEXT   makes the persons of old segments unreadable for good
  palier keys rotate                         new sealing and assertion keys; what is sealed is sealed anew
  palier keys rotate --records               a new key of record digests, with every count kept
  palier keys finish --records [--early]     destroys the one before
  palier keys renew                          goes on with other keys than those of the store, when those are lost

Every command takes --config FILE (default palier.yaml) and --json. Exit codes: 0 yes, 1 no, 2 usage.
account lock and stop hold all the same with 3: nobody known here has that name, which may be misspelt. They and unlock,
show, revoke-sessions and resume need the stores of a configuration alone: what else is wrong with it is a warning.
exposure report is written all the same with 1 (the ledger is not whole) and with 3 (it is whole, and the figures may be
too low: answers of observe mode could not be read, an account that was asked for occurs nowhere in it, or the span begins
in the future).
`;

async function main(argv: readonly string[], terminal: Terminal): Promise<number> {
  const [name = '', ...rest] = argv;
  if (name === '' || name === 'help' || asksForHelp(argv)) {
    terminal.out(usage);
    return name === '' ? 2 : 0;
  }
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (load === undefined) {
    terminal.err(`palier: there is no command "${printable(name)}"\n    fix: ${meant(name)}\n`);
    return 2;
  }
  try {
    const command = await load();
    return await command(rest, terminal);
  } catch (error) {
    terminal.err(printableLines(`palier ${name}: ${errorWords(error)}\n`));
    return error instanceof UsageError ||
      (error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'))
      ? 2
      : 1;
  }
}

function meant(name: string): string {
  const asked = didYouMean(name, Object.keys(commands));
  return `${asked === undefined ? '' : `${asked} `}palier --help lists them all`;
}

/** Anywhere before the words that are names whatever they look like. */
function asksForHelp(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return argv.slice(0, end < 0 ? argv.length : end).some((word) => word === '--help' || word === '-h');
}

printToTheEnd();
process.exitCode = await main(process.argv.slice(2), {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  environment: process.env,
  interactive: process.stderr.isTTY === true,
});
