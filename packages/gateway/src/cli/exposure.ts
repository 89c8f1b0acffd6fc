// `palier exposure report`: who was seen, by which account, when and by which route. Needs the operator's private key. The
// report is written whatever is wrong with the ledger; the exit code says whether its figures can be relied on.
import { once } from 'node:events';
import { createWriteStream, existsSync, linkSync, openSync, rmSync, type WriteStream } from 'node:fs';
import { constants } from 'node:os';
import process from 'node:process';
import { finished } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { systemClock } from '@palier/mfa-core';
import { errnoOf, FileError, fileFault } from '../files/file-fault.ts';
import { placeFault } from '../files/writing.ts';
import type { ExposedPerson } from '../ledger/exposed-persons.ts';
import { exposureReport } from '../ledger/exposure.ts';
import { noticeHeader, noticeLine, releaseHeader, releaseLines } from '../ledger/exposure-csv.ts';
import { exposureSummary } from '../ledger/exposure-summary.ts';
import { measureOf, privateKeysIn } from './ledger-measure.ts';
import { type Command, ledgerFolder, print, progressOn, spanIn } from './terminal.ts';
import { demandAtMost, UsageError, verbError } from './words.ts';

const usage =
  'write: palier exposure report --key ledger-private.jwk [--heads FILE] [--retention 365d] [--account A] [--from T] [--to T] [--csv FILE] [--details FILE] [--language fr|en]';

export const exposureCommand: Command = async (argv, terminal) => {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      config: { type: 'string', default: 'palier.yaml' },
      directory: { type: 'string' },
      json: { type: 'boolean', default: false },
      key: { type: 'string', multiple: true },
      heads: { type: 'string' },
      retention: { type: 'string' },
      account: { type: 'string', multiple: true },
      language: { type: 'string' },
      from: { type: 'string' },
      to: { type: 'string' },
      csv: { type: 'string' },
      details: { type: 'string' },
    },
  });
  // Of the authority it is written for.
  const { language = 'fr' } = values;
  if (positionals[0] !== 'report') throw verbError(positionals[0], ['report'], usage);
  if (values.key === undefined || (language !== 'fr' && language !== 'en')) throw new UsageError(usage);
  demandAtMost(1, positionals, usage);
  const directory = ledgerFolder(values.directory, values.config, terminal);
  const privateKeys = privateKeysIn(values.key);
  const measure = measureOf(values, terminal);
  const wanted = [
    [values.csv, noticeHeader, noticeLine],
    [values.details, releaseHeader, releaseLines],
  ] as const;
  const exposure = await reported(wanted, (papers) =>
    exposureReport(
      {
        directory,
        accounts: values.account === undefined ? undefined : new Set(values.account),
        ...spanIn(values),
        ...measure,
        privateKeys,
        now: systemClock.now(),
        onProgress: progressOn(terminal),
      },
      async (person) => {
        for (const one of papers) await one.write(person);
      },
    ),
  );
  print(terminal, values.json, exposure, exposureSummary(exposure, language));
  if (values.language === undefined && terminal.interactive) terminal.err('in English: --language en\n');
  for (const typed of [values.from, values.to]) terminal.err(zoneNote(typed));
  if (exposure.ledger.faultCount + exposure.unopenedCount > 0) return 1;
  const isDoubtful = exposure.unreadCount + exposure.strangers.length > 0 || exposure.ahead === 'begins';
  return isDoubtful ? mayBeTooLow : 0;
};

/** A time without a zone is this machine's, which need not be that of whoever types it. */
function zoneNote(typed: string | undefined): string {
  if (typed === undefined || !/T[\d:.]+$/i.test(typed)) return '';
  return `note: ${typed} has no zone and was taken as this machine's: ${new Date(typed).toISOString()}; write one, as in ${typed}+01:00\n`;
}

/**
 * Nothing is wrong with the ledger, and yet the figures may be too low: answers that could not be read, names nobody has, a
 * span that has not begun.
 */
const mayBeTooLow = 3;

interface Paper {
  write(person: ExposedPerson): Promise<void>;
  /** Puts the file in its place. */
  end(): Promise<void>;
  /** Leaves nothing. */
  drop(): void;
}

type PaperWanted = readonly [
  path: string | undefined,
  header: string,
  lines: (person: ExposedPerson) => string,
];

/** A paper that ends half-way would read as if the persons below were not seen: all of them whole, or none. */
async function reported<T>(
  wanted: readonly PaperWanted[],
  report: (papers: readonly Paper[]) => Promise<T>,
): Promise<T> {
  const papers: Paper[] = [];
  const drop = (): void => {
    for (const one of papers) one.drop();
  };
  const brokenOff = onceBrokenOff(drop);
  try {
    for (const [path, header, lines] of wanted)
      if (path !== undefined) papers.push(paper(path, header, lines));
    const exposure = await report(papers);
    for (const one of papers) await one.end();
    return exposure;
  } catch (error) {
    drop();
    throw error;
  } finally {
    brokenOff.forget();
  }
}

/** Whoever presses Ctrl-C leaves no half list of persons behind. */
function onceBrokenOff(drop: () => void): { readonly forget: () => void } {
  const end = (signal: NodeJS.Signals): void => {
    drop();
    process.exit(128 + constants.signals[signal]);
  };
  process.once('SIGINT', end).once('SIGTERM', end).once('SIGHUP', end);
  return { forget: () => void process.off('SIGINT', end).off('SIGTERM', end).off('SIGHUP', end) };
}

/** Of two reports into one file each would write over the persons of the other. */
function reserved(partial: string): number {
  try {
    return openSync(partial, 'wx', 0o600);
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw new FileError(fileFault(partial, 'written', error), error);
    const problem = `${partial} is there: another report is being written, or one was broken off`;
    throw new FileError({ problem, fix: 'wait for it; where none runs, delete it' }, error);
  }
}

/** A file that only its owner reads, written at the pace of the disk; never over one that is there. */
function paper(path: string, header: string, lines: (person: ExposedPerson) => string): Paper {
  if (existsSync(path))
    throw new FileError({ problem: `${path} is there already`, fix: 'move it away, or name another file' });
  const fault = placeFault(path);
  if (fault !== undefined) throw new FileError(fault);
  const partial = `${path}.partial`;
  const stream: WriteStream = createWriteStream(partial, { fd: reserved(partial) });
  const done = finished(stream);
  done.catch(() => undefined);
  stream.write(header);
  return {
    write: async (person) => {
      if (!stream.write(lines(person))) await Promise.race([once(stream, 'drain'), done]);
    },
    end: async () => {
      stream.end();
      await done;
      linkSync(partial, path);
      rmSync(partial);
    },
    drop: () => {
      stream.destroy();
      rmSync(partial, { force: true });
    },
  };
}
