// From the text of palier.yaml to a configuration, or to every problem at once with line, column and fix. YAML 1.2
// core, no aliases, no duplicate keys: one reading only.

import { resolve } from 'node:path';
import { type Document, isMap, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import type { z } from 'zod';
import { compileConfig } from './compile.ts';
import type { Config, ConfigProblem } from './config.ts';
import { configSchema } from './schema.ts';
import type { Surroundings } from './surroundings.ts';

export type ParsedConfig = { readonly config: Config } | { readonly problems: readonly ConfigProblem[] };
type Path = readonly (string | number)[];

export function parseConfig(text: string, surroundings: Surroundings): ParsedConfig {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    version: '1.2',
    schema: 'core',
    uniqueKeys: true,
    lineCounter: lines,
  });
  const broken = [...document.errors, ...document.warnings];
  if (broken.length > 0)
    return {
      problems: broken.map(({ message, pos }) =>
        at(lines, pos[0], '', message.split('\n')[0] ?? message, 'mend the YAML'),
      ),
    };
  const placed = (path: Path, problem: string, fix: string): ConfigProblem =>
    at(lines, offsetOf(document, path), spelled(path), problem, fix);
  const shaped = configSchema(surroundings).safeParse(document.toJS({ maxAliasCount: 0 }) ?? {});
  if (!shaped.success) return { problems: shaped.error.issues.flatMap((issue) => problemsOf(issue, placed)) };
  const lineOf = (index: number): number => lines.linePos(offsetOf(document, ['routes', index])).line;
  const { config, contradictions } = compileConfig(
    shaped.data,
    (path) => (surroundings.folder === undefined ? path : resolve(surroundings.folder, path)),
    lineOf,
  );
  if (contradictions.length > 0)
    return { problems: contradictions.map(({ path, problem, fix }) => placed(path, problem, fix)) };
  return { config };
}

function at(lines: LineCounter, offset: number, path: string, problem: string, fix: string): ConfigProblem {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col), path, problem, fix };
}

/** Where a path stands; for a missing key, where its nearest parent does. */
function offsetOf(document: Document, path: Path): number {
  for (let length = path.length; length > 0; length -= 1) {
    const head = path.slice(0, length);
    const parent = document.getIn(head.slice(0, -1), true) as Node | undefined;
    const last = head.at(-1);
    if (isMap(parent)) {
      const pair = parent.items.find(({ key }) => String(key) === String(last));
      const range = (pair?.key as Node | undefined)?.range;
      if (range) return range[0];
    }
    if (isSeq(parent) && typeof last === 'number') {
      const range = (parent.items[last] as Node | undefined)?.range;
      if (range) return range[0];
    }
  }
  return 0;
}

/** `routes[3].records.as`. */
function spelled(path: Path): string {
  return path
    .map((step, index) => (typeof step === 'number' ? `[${step}]` : index === 0 ? step : `.${step}`))
    .join('');
}

type Issue = z.core.$ZodIssue;
type Place = (path: Path, problem: string, fix: string) => ConfigProblem;

function problemsOf(issue: Issue, placed: Place): readonly ConfigProblem[] {
  const path = issue.path.filter((step): step is string | number => typeof step !== 'symbol');
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => placed([...path, key], `unknown key "${key}"`, nearest(key)));
  if (issue.code === 'invalid_union') return unionProblems(issue, path, placed);
  return [placed(path, issue.message, 'see the example that palier init writes')];
}

/** Of a union, the branch that came closest speaks: the one with the fewest and deepest issues. */
function unionProblems(
  issue: Extract<Issue, { readonly code: 'invalid_union' }>,
  path: Path,
  placed: Place,
): readonly ConfigProblem[] {
  const depth = (issues: readonly Issue[]): number => Math.max(0, ...issues.map((one) => one.path.length));
  const best = issue.errors.toSorted((a, b) => depth(b) - depth(a) || a.length - b.length)[0];
  if (best === undefined || best.length === 0)
    return [placed(path, issue.message, 'see the example that palier init writes')];
  return best.flatMap((inner) => problemsOf({ ...inner, path: [...path, ...inner.path] }, placed));
}

const knownKeys = [
  'listen',
  'healthListen',
  'tls',
  'origin',
  'hosts',
  'upstream',
  'mode',
  'identity',
  'routes',
  'recordTypes',
  'budgets',
  'enrolment',
  'sessions',
  'stores',
  'keys',
  'ledger',
  'limits',
  'forwardHeaders',
  'log',
  'match',
  'require',
  'records',
  'query',
  'body',
  'client',
  'upgrade',
  'bind',
  'fields',
  'when',
  'accept',
  'maxAge',
  'from',
  'name',
  'as',
  'pointer',
  'selector',
  'attribute',
  'atMost',
  'cookie',
  'ask',
  'account',
  'class',
  'organisation',
  'groups',
  'cache',
  'timeout',
  'signIn',
  'signOut',
  'classes',
  'fleet',
  'code',
  'key',
  'day',
  'newRecords',
  'misses',
  'within',
  'floor',
  'ceiling',
  'cardCeiling',
  'idle',
  'lifetime',
  'cardIdle',
  'durable',
  'shared',
  'file',
  'directory',
  'sealTo',
  'retention',
  'delay',
  'ticketLifetime',
  'issuer',
  'first',
  'cardClass',
  'types',
  'limit',
  'portal-session',
];

/** The known key with the smallest edit distance, when it is near enough to be meant. */
function nearest(key: string): string {
  const ranked = knownKeys
    .map((known) => ({ known, distance: distance(key.toLowerCase(), known.toLowerCase()) }))
    .toSorted((a, b) => a.distance - b.distance);
  const best = ranked[0];
  return best !== undefined && best.distance <= Math.max(2, key.length / 3)
    ? `did you mean "${best.known}"?`
    : 'remove it';
}

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, left] of [...a].entries()) {
    row = [...b].reduce<number[]>(
      (next, right, j) => [
        ...next,
        Math.min((next[j] ?? 0) + 1, (row[j + 1] ?? 0) + 1, (row[j] ?? 0) + (left === right ? 0 : 1)),
      ],
      [i + 1],
    );
  }
  return row.at(-1) ?? 0;
}
