// The command line. The only reader of argv and the environment; every command answers 0 (yes), 1 (no) or 2 (usage); what
// is done and yet not to be relied on has a 3.
import process from 'node:process';
import { accountCommand } from './account.ts';
import { alarmCommand } from './alarm.ts';
import { analyseCommand } from './analyse.ts';
import { budgetCommand } from './budget.ts';
import { checkCommand } from './check.ts';
import { doctorCommand } from './doctor.ts';
import { errorWords } from './error-words.ts';
import { explainCommand } from './explain.ts';
import { exposureCommand } from './exposure.ts';
import { initCommand } from './init.ts';
import { keysCommand } from './keys.ts';
import { ledgerCommand } from './ledger.ts';
import { observedCommand } from './observed.ts';
import { printToTheEnd } from './output.ts';
import { reviewCommand } from './review.ts';
import { serveCommand } from './serve.ts';
import { resumeCommand, stopCommand } from './stop.ts';
import { type Command, printable, printableLines, type Terminal, UsageError } from './terminal.ts';
import { ticketCommand } from './ticket.ts';

const commands: Readonly<Record<string, Command>> = {
  serve: serveCommand,
  init: initCommand,
  check: checkCommand,
  explain: explainCommand,
  doctor: doctorCommand,
  ticket: ticketCommand,
  account: accountCommand,
  alarm: alarmCommand,
  budget: budgetCommand,
  review: reviewCommand,
  stop: stopCommand,
  resume: resumeCommand,
  observed: observedCommand,
  analyse: analyseCommand,
  exposure: exposureCommand,
  ledger: ledgerCommand,
  keys: keysCommand,
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
account lock and stop hold all the same with 3: nobody known here has that name, which may be misspelt.
exposure report is written all the same with 1 (the ledger is not whole) and with 3 (it is whole, and the figures may be
too low: answers of observe mode could not be read, or an account that was asked for occurs nowhere in it).
`;

async function main(argv: readonly string[], terminal: Terminal): Promise<number> {
  const [name = '', ...rest] = argv;
  if (name === '' || name === 'help' || asksForHelp(argv)) {
    terminal.out(usage);
    return name === '' ? 2 : 0;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) {
    terminal.err(`palier: there is no command "${printable(name)}"\n\n${usage}`);
    return 2;
  }
  try {
    return await command(rest, terminal);
  } catch (error) {
    terminal.err(printableLines(`palier ${name}: ${errorWords(error)}\n`));
    return error instanceof UsageError ||
      (error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'))
      ? 2
      : 1;
  }
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
