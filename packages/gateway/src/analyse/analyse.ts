// Reads an access log once and says what budgets would have asked of the people in it. Counts, percentiles and names of
// classes and routes come out; no account, no record and no line ever does.
import { classOf } from '../budget/charge.ts';
import type { Budgets } from '../config/budget-settings.ts';
import type { Config } from '../config/config.ts';
import { type Fitted, fitClass, type TradeOff, tradeOffs } from './fit.ts';
import {
  combinedReader,
  formOf,
  jsonReader,
  type LineFields,
  type LineReader,
  type LoggedRequest,
} from './line-reader.ts';
import { openLogLines } from './log-lines.ts';
import { lookUpReader } from './looked-up.ts';
import { countMisread, type Misread } from './misread.ts';
import { createLogTally, type LogTally } from './tally.ts';

export interface AnalyseOptions {
  readonly path: string;
  readonly config: Config;
  readonly fields: LineFields;
  /** Gestures beyond the first that a day may ask on average. */
  readonly prompts: number;
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
}

export interface ClassAnalysis {
  readonly class: string;
  readonly accounts: number;
  readonly accountDays: number;
  /** Days of the calendar with a look-up of the class. */
  readonly days: number;
  readonly lookUps: number;
  /** Distinct persons within 24 h, by account-day. */
  readonly persons: {
    readonly median: number;
    readonly p95: number;
    readonly p99: number;
    readonly p999: number;
  };
  readonly curve: readonly TradeOff[];
  readonly fitted: Fitted;
}

export interface Analysis {
  readonly form: 'combined' | 'json' | 'mixed';
  readonly lines: number;
  /** Lines that are no request of this form. Counted, never shown. */
  readonly malformed: number;
  /** What of them was not understood. */
  readonly misread: readonly Misread[];
  /** Requests without an account. */
  readonly nobody: number;
  /** Requests on routes that count nobody, or on none. */
  readonly other: number;
  /** Requests on counted routes whose path or query named no record. */
  readonly unreadable: number;
  /** Routes whose records stand in bodies or answers, which no access log has, and how often each was asked. */
  readonly hidden: Readonly<Record<string, number>>;
  /** Look-ups of accounts beyond the most that are kept in memory. */
  readonly leftOut: number;
  /** Look-ups hours older than one before them of the same account. Nothing is recommended then. */
  readonly outOfOrder: number;
  /** The persons were too many to tell new from known. */
  readonly forgetful: boolean;
  readonly first: string | undefined;
  readonly last: string | undefined;
  readonly classes: readonly ClassAnalysis[];
}

/** Rejects when the file cannot be read; what is in it never makes it reject. */
export async function analyseLog(options: AnalyseOptions): Promise<Analysis> {
  const { path, config, fields, prompts, onProgress } = options;
  const log = await openLogLines(path);
  const tally = createLogTally();
  const sorted = createSorting(config, tally);
  const reader = createReader(fields);
  const misread = countMisread();
  let [lines, malformed, nobody, place] = [0, 0, 0, 0];
  for await (const { lines: group, cut } of log.groups()) {
    lines += cut;
    malformed += cut;
    for (const raw of group) {
      place += 1;
      const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
      if (line === '') continue;
      lines += 1;
      const request = reader.read(line);
      if (request === 'nobody') nobody += 1;
      else if ('malformed' in request) {
        malformed += 1;
        misread.note(request.malformed, place);
      } else sorted.take(request);
    }
    // What was cut is the last line of its group.
    place += cut;
    if (cut > 0) misread.note('length', place);
    onProgress?.({ done: log.read(), total: log.total });
  }
  tally.end();
  return {
    form: reader.form(),
    lines,
    malformed,
    misread: misread.counts(),
    nobody,
    ...sorted.counts(),
    leftOut: tally.leftOut(),
    outOfOrder: tally.outOfOrder(),
    forgetful: tally.forgetful(),
    classes: classesOf(tally, prompts, config.budgets),
  };
}

/** Each line by its own form: a log may change its form on the day somebody changed the server's configuration. */
function createReader(fields: LineFields): {
  readonly read: LineReader;
  readonly form: () => Analysis['form'];
} {
  const readers = new Map<'combined' | 'json', LineReader>();
  const make = (form: 'combined' | 'json'): LineReader => {
    try {
      return form === 'json' ? jsonReader(fields) : combinedReader(fields);
    } catch (error) {
      // The fields are those of the other form: then a line of this one is none of the log's.
      if (readers.size > 0) return () => ({ malformed: 'line' });
      throw error;
    }
  };
  const seen = new Set<'combined' | 'json'>();
  return {
    read: (line) => {
      const form = formOf(line);
      const reader = readers.get(form) ?? make(form);
      readers.set(form, reader);
      const request = reader(line);
      if (request === 'nobody' || !('malformed' in request)) seen.add(form);
      return request;
    },
    form: () => (seen.size > 1 ? 'mixed' : ([...seen][0] ?? [...readers.keys()][0] ?? 'combined')),
  };
}

interface Sorting {
  take(request: LoggedRequest): void;
  counts(): Pick<Analysis, 'other' | 'unreadable' | 'hidden' | 'first' | 'last'>;
}

function createSorting(config: Config, tally: LogTally): Sorting {
  const lookUp = lookUpReader(config);
  const hidden = new Map<string, number>();
  let [other, unreadable] = [0, 0];
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  return {
    take: (request) => {
      const found = lookUp(request);
      if (request.at < first) first = request.at;
      if (request.at > last) last = request.at;
      if (found.kind === 'other') other += 1;
      else if (found.kind === 'unreadable') unreadable += 1;
      else if (found.kind === 'hidden') hidden.set(found.route, (hidden.get(found.route) ?? 0) + 1);
      else tally.note(request.account, request.class, request.at, found.tags, found.miss);
    },
    counts: () => ({
      other,
      unreadable,
      hidden: Object.fromEntries(hidden),
      first: instantText(first),
      last: instantText(last),
    }),
  };
}

/** Whether times run as they did: one line in a thousand may be a clock that was put right. */
export function isInOrder({ outOfOrder, classes }: Analysis): boolean {
  return outOfOrder * 1000 <= classes.reduce((sum, { lookUps }) => sum + lookUps, 0);
}

/** Whether the numbers of a class are good enough to be written into a configuration. */
export function isRecommended(analysis: Analysis, { fitted }: ClassAnalysis): boolean {
  return isInOrder(analysis) && fitted.basis !== 'too-few';
}

function instantText(at: number): string | undefined {
  return Number.isFinite(at) && Math.abs(at) < 8.64e15 ? new Date(at).toISOString() : undefined;
}

function classesOf(tally: LogTally, prompts: number, budgets: Budgets): readonly ClassAnalysis[] {
  return [...tally.classes()]
    .map(([name, own]) => ({
      class: name,
      accounts: own.accounts,
      accountDays: own.accountDays,
      days: own.days.size,
      lookUps: own.lookUps,
      persons: {
        median: own.persons.percentile(0.5),
        p95: own.persons.percentile(0.95),
        p99: own.persons.percentile(0.99),
        p999: own.persons.percentile(0.999),
      },
      curve: tradeOffs(own),
      fitted: fitClass(own, prompts, classOf(budgets, { class: name })),
    }))
    .sort((one, two) => two.accountDays - one.accountDays);
}
