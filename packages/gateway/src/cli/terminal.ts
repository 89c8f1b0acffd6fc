// What a command sees of the outside, and how it reads its configuration: every problem at once, or a sound value.
import { existsSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { type Instant, instantOf } from '@palier/mfa-core';
import type { Config, ConfigProblem } from '../config/config.ts';
import { type ParsedConfig, parseConfig } from '../config/parse.ts';
import type { Surroundings } from '../config/surroundings.ts';
import { errnoOf, FileError, fileFault, userName } from '../files/file-fault.ts';
import { type Span, wholeTime } from '../ledger/search.ts';
import { printableLines, UsageError } from './words.ts';

export interface Terminal {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Whether somebody is watching: progress is shown only then. */
  readonly interactive: boolean;
}

export type Command = (argv: readonly string[], terminal: Terminal) => Promise<number>;

/** Reads a configuration file; files it names are looked up beside it. */
export function readConfig(path: string, terminal: Terminal): ParsedConfig {
  return parseConfig(configText(path), surroundingsOf(path, terminal));
}

export function surroundingsOf(path: string, { environment }: Terminal): Surroundings {
  return { readFile: (name) => readFileSync(name, 'utf8'), environment, folder: dirname(resolve(path)) };
}

export function configText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { problem, fix } = fileFault(path, 'read', error);
    const fixes: Readonly<Record<string, string>> = {
      ENOENT: 'make one with "palier init", or name yours with --config FILE',
      EISDIR: `name the file in it: --config ${join(path, 'palier.yaml')}`,
    };
    throw new FileError({ problem, fix: fixes[errnoOf(error) ?? ''] ?? fix }, error);
  }
}

/** The sound configuration, or an error that lists every problem; `why` is said where another verb would not need it. */
export function soundConfig(path: string, terminal: Terminal, why?: string): Config {
  const read = readConfig(path, terminal);
  if ('problems' in read) throw unsound(path, read.problems, why);
  return read.config;
}

export function unsound(path: string, problems: readonly ConfigProblem[], why?: string): Error {
  const because = why === undefined ? '' : `: ${why}`;
  return new Error(`the configuration is not sound${because}\n${problemLines(path, problems)}`);
}

/** Where the ledger is: the folder that was named, or the configuration's. */
export function ledgerFolder(named: string | undefined, path: string, terminal: Terminal): string {
  const folder = named ?? soundConfig(path, terminal).ledger.directory;
  if (!existsSync(folder))
    throw new Error(`there is no ledger at ${folder}; the gateway makes it when it is first served`);
  return folder;
}

export function problemLines(path: string, problems: readonly ConfigProblem[]): string {
  return problems
    .map(
      ({ line, column, path: where, problem, fix }) =>
        `${path}:${line}:${column}  ${where === '' ? '' : `${where}: `}${problem}\n    fix: ${fix}\n`,
    )
    .join('');
}

export function warningLines(path: string, warnings: readonly ConfigProblem[]): string {
  return warnings
    .map((warning) => problemLines(path, [{ ...warning, problem: `warning: ${warning.problem}` }]))
    .join('');
}

export function print(terminal: Terminal, json: boolean, value: unknown, words: string): void {
  terminal.out(json ? `${JSON.stringify(value)}\n` : printableLines(words));
}

/** Who types, for what is kept of it: the machine's word, not a proof. */
export function operatorName(): string {
  return `${userName()}@${hostname()}`;
}

/** A date as an operator writes it. */
export function instantIn(text: string): Instant {
  const milliseconds = Date.parse(text);
  if (Number.isNaN(milliseconds))
    throw new UsageError(`"${text}" is no date; write 2026-03-10 or 2026-03-10T08:00:00Z`);
  return instantOf(milliseconds);
}

/** The span that was written; what was not is open. */
export function spanIn({
  from,
  to,
}: {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}): Pick<Span, 'from' | 'to'> {
  return {
    from: from === undefined ? wholeTime.from : instantIn(from),
    to: to === undefined ? wholeTime.to : instantIn(to),
  };
}

const barWidth = 24;

/** A bar on a terminal, drawn over at most ten times a second and wiped at the end; nothing on a pipe. */
export function progressOn(
  terminal: Terminal,
): (progress: { readonly done: number; readonly total: number }) => void {
  let shownAt = Number.NEGATIVE_INFINITY;
  return ({ done, total }) => {
    const now = performance.now();
    if (!terminal.interactive || (done < total && now - shownAt < 100)) return;
    shownAt = now;
    const share = Math.min(1, done / Math.max(1, total));
    const bar = '#'.repeat(Math.round(barWidth * share)).padEnd(barWidth, '.');
    terminal.err(share < 1 ? `\r[${bar}] ${Math.floor(100 * share)} %` : '\r\u001b[2K');
  };
}
